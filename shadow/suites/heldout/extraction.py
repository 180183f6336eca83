"""Facts of a short text as a JSON object of a given form."""

from random import Random

from shadow.suites.heldout.vocabulary import CITIES, DAYS, ITEMS, JOBS, NAMES, ROOMS
from shadow.suites.template import Fields, Template, ask_json

_ORDERS = (
    "Extract {keys} as JSON, spelled as in the text. Text: {text}",
    "Read the text and give {keys} as a JSON object. Keep the spelling.\nText: {text}",
    "{text}\nReturn one JSON object with the keys {keys}, words spelled as above.",
)


def _person(rng: Random) -> Fields:
    name, city, age = rng.choice(NAMES), rng.choice(CITIES), rng.randint(18, 79)
    text = rng.choice(
        (
            f"{name} is {age} years old and lives in {city}.",
            f"{name}, who lives in {city}, is {age} years old.",
            f"In {city} we met {name}, aged {age}.",
        )
    )
    return _extract(rng, text, {"name": name, "age": age, "city": city})


def _purchase(rng: Random) -> Fields:
    item, count, price = rng.choice(ITEMS), rng.randint(2, 60), rng.randint(1, 90)
    text = rng.choice(
        (f"We ordered {count} {item} for {price} euros.", f"The bill: {count} {item}, {price} euros in all.")
    )
    return _extract(rng, text, {"item": item, "count": count, "price": price})


def _meeting(rng: Random) -> Fields:
    name, day, hour, room = rng.choice(NAMES), rng.choice(DAYS), rng.randint(8, 17), rng.choice(ROOMS)
    text = rng.choice(
        (
            f"{name} will see you on {day} at {hour}:00 in the {room}.",
            f"Please come to the {room} on {day}, {hour}:00; {name} is waiting there.",
        )
    )
    return _extract(rng, text, {"person": name, "day": day, "hour": hour, "room": room})


def _parcel(rng: Random) -> Fields:
    number, city, weight = f"PX-{rng.randint(1000, 9999)}", rng.choice(CITIES), rng.randint(1, 30)
    insured = rng.choice((True, False))
    text = rng.choice(
        (
            "Parcel {n} to {c} weighs {w} kg and is {i}.",
            "{n}: {w} kg, destination {c}, {i}.",
            "We sent {n} ({w} kg, {i}) to {c}.",
        )
    ).format(n=number, c=city, w=weight, i="insured" if insured else "not insured")
    return _extract(rng, text, {"number": number, "city": city, "weight_kg": weight, "insured": insured})


def _worker(rng: Random) -> Fields:
    name, job, years = rng.choice(NAMES), rng.choice(JOBS), rng.randint(2, 39)
    text = rng.choice(
        (f"{name} has worked as a {job} for {years} years.", f"For {years} years {name} has been a {job}.")
    )
    return _extract(rng, text, {"name": name, "job": job, "years": years})


def _unforced(rng: Random) -> Fields:
    """The same without a response format: the model has to keep to JSON by itself."""
    name, city, item = rng.choice(NAMES), rng.choice(CITIES), rng.choice(ITEMS)
    text = rng.choice((f"{name} sells {item} in {city}.", f"The {item} of {name} come from {city}."))
    order = "Answer with JSON only, with the keys name, item and city and nothing else.\nText: "
    return ask_json(order + text, {"name": name, "item": item, "city": city}, is_forced=False)


def _extract(rng: Random, text: str, value: Fields) -> Fields:
    *first, last = value
    keys = f"{', '.join(first)} and {last}"
    return ask_json(rng.choice(_ORDERS).format(keys=keys, text=text), value, is_forced=True)


TEMPLATES: tuple[Template, ...] = (_person, _purchase, _meeting, _parcel, _worker, _unforced)

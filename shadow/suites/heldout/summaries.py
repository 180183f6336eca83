"""Short accounts of longer notes, in which given facts must be kept."""

from random import Random

from shadow.suites.heldout.vocabulary import CITIES, DAYS, ITEMS, JOBS, NAMES
from shadow.suites.template import Fields, Template, ask, has, lacks, words

_FILLERS = (
    "The weather was mild that day.",
    "Everybody agreed that the coffee was good.",
    "The room had been painted recently.",
    "There was some noise from the street.",
    "A few people arrived a little late.",
    "The chairs were comfortable.",
    "Somebody had brought biscuits.",
)


def _visit(rng: Random) -> Fields:
    name, city, day = rng.choice(NAMES), rng.choice(CITIES), rng.choice(DAYS)
    note = f"{name} travelled to {city} on {day}. {_padding(rng)}"
    order = rng.choice(
        (
            "Summarise in one sentence of at most 15 words; keep who, where and on which day.",
            "In at most 15 words: who went where, and on which day?",
        )
    )
    return _summary(order, note, facts=[name, city, day], reference=f"{name} travelled to {city} on {day}.", most=15)


def _sale(rng: Random) -> Fields:
    name, item, count = rng.choice(NAMES), rng.choice(ITEMS), rng.randint(11, 990)
    note = f"{_padding(rng)} In the end {name} sold {count} {item}. {rng.choice(_FILLERS)}"
    order = rng.choice(
        (
            "Summarise in at most 12 words. Keep the seller, the goods and the number.",
            "Say in no more than 12 words who sold what, and how many.",
        )
    )
    return _summary(order, note, facts=[name, item, str(count)], reference=f"{name} sold {count} {item}.", most=12)


def _decision(rng: Random) -> Fields:
    name, job, day = rng.choice(NAMES), rng.choice(JOBS), rng.choice(DAYS)
    note = f"{_padding(rng)} The team decided to hire {name} as a {job}. Work starts on {day}."
    order = rng.choice(
        (
            "Give the decision in at most 20 words: whom, as what, from when.",
            "Shorten this to at most 20 words; name the person, the job and the day.",
        )
    )
    reference = f"{name} is hired as a {job} and starts on {day}."
    return _summary(order, note, facts=[name, job, day], reference=reference, most=20)


def _without(rng: Random) -> Fields:
    """One fact must be kept and another left out."""
    first, second = rng.sample(NAMES, k=2)
    city, item = rng.choice(CITIES), rng.choice(ITEMS)
    note = f"{first} moved to {city} last year. {second} still collects {item}. {_padding(rng)}"
    order = f"Summarise in at most 12 words only what the note says about {first}. Do not mention {second}."
    fields = _summary(order, note, facts=[first, city], reference=f"{first} moved to {city} last year.", most=12)
    return {**fields, "checks": [has(first, city), lacks(second), words(12, least=2)]}


def _headline(rng: Random) -> Fields:
    city, percent = rng.choice(CITIES), rng.randint(3, 60)
    thing = rng.choice(("Rents", "Bus fares", "Water prices", "Ticket sales"))
    note = f"{thing} in {city} went up by {percent} percent this year. {_padding(rng)}"
    order = rng.choice(("Write a headline of at most 9 words with place and figure.", "Headline, at most 9 words:"))
    reference = f"{thing} in {city} up {percent} percent"
    return _summary(order, note, facts=[city, str(percent)], reference=reference, most=9)


def _summary(order: str, note: str, *, facts: list[str], reference: str, most: int) -> Fields:
    checks = [has(*facts), words(most, least=2)]
    return ask(f"{order}\nNote: {note}", checks=checks, reference=reference, max_tokens=48)


def _padding(rng: Random) -> str:
    return " ".join(rng.sample(_FILLERS, k=rng.randint(2, 3)))


TEMPLATES: tuple[Template, ...] = (_visit, _sale, _decision, _without, _headline)

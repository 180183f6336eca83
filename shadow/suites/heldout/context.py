"""Questions whose answer stands in a given text, or does not."""

from random import Random

from shadow.suites.heldout.vocabulary import CITIES, COLOURS, DAYS, JOBS, NAMES, OBJECTS, PETS
from shadow.suites.template import Fields, Template, ask, ask_choice, ask_number, has, lacks

_FRAMES = ("Context: {c} Question: {q}", "Read this: {c}\n{q}", "{c}\n\n{q} Use the text only.")


def _home(rng: Random) -> Fields:
    name, other = rng.sample(NAMES, k=2)
    city, decoy = rng.sample(CITIES, k=2)
    pet = rng.choice(PETS)
    context = f"{name} lives in {city} and has a {pet}. {other} moved to {decoy}."
    question = rng.choice((f"Where does {name} live?", f"In which city is the home of {name}?"))
    return ask(_framed(rng, context, question), checks=[has(city), lacks(decoy)], reference=city)


def _who(rng: Random) -> Fields:
    people = rng.sample(NAMES, k=3)
    jobs = rng.sample(JOBS, k=3)
    context = " ".join(f"{name} is a {job}." for name, job in zip(people, jobs, strict=True))
    place = rng.randrange(3)
    question = rng.choice((f"Who is a {jobs[place]}?", f"Which of them works as a {jobs[place]}?"))
    return ask_choice(f"{_framed(rng, context, question)} Answer with the name only.", people[place], people)


def _yes_no(rng: Random) -> Fields:
    thing, colour, name = rng.choice(OBJECTS), rng.choice(COLOURS), rng.choice(NAMES)
    yes = rng.choice((True, False))
    asked = colour if yes else rng.choice([other for other in COLOURS if other != colour])
    context = f"The {thing} of {name} is {colour}."
    question = f"Is the {thing} {asked}? Answer yes or no."
    return ask_choice(_framed(rng, context, question), "yes" if yes else "no", ["yes", "no"])


def _opening(rng: Random) -> Fields:
    day, other = rng.sample(DAYS, k=2)
    first, second = rng.sample(range(6, 22), k=2)
    place = rng.choice(("museum", "library", "swimming pool", "bakery", "clinic"))
    context = f"On {day} the {place} opens at {first}. On {other} it opens at {second}."
    return ask_number(_framed(rng, context, f"At what hour does the {place} open on {day}? Number only."), first)


def _unknown(rng: Random) -> Fields:
    """The text does not say; an invented answer is wrong."""
    name, city, pet = rng.choice(NAMES), rng.choice(CITIES), rng.choice(PETS)
    context = f"{name} lives in {city} with a {pet}."
    missing = rng.choice(("How old is {n}?", "What is the job of {n}?", "What is the surname of {n}?"))
    order = 'If the text does not say, answer with the one word "unknown".'
    checks = [has("unknown"), lacks(*JOBS, "years old")]
    return ask(_framed(rng, context, f"{missing.format(n=name)} {order}"), checks=checks, reference="unknown")


def _two_steps(rng: Random) -> Fields:
    first, second = rng.sample(NAMES, k=2)
    city, decoy = rng.sample(CITIES, k=2)
    thing = rng.choice(OBJECTS)
    context = f"{first} keeps the {thing}. {second} lives in {decoy}. {first} lives in {city}."
    question = f"In which city is the {thing} kept?"
    return ask(_framed(rng, context, question), checks=[has(city), lacks(decoy)], reference=city)


def _framed(rng: Random, context: str, question: str) -> str:
    return rng.choice(_FRAMES).format(c=context, q=question)


TEMPLATES: tuple[Template, ...] = (_home, _who, _yes_no, _opening, _unknown, _two_steps)

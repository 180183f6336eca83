"""Conversations of several turns: what was said earlier decides the answer."""

from random import Random

from shadow.suites.heldout.vocabulary import CITIES, COLOURS, ITEMS, NAMES, PETS
from shadow.suites.template import Fields, Template, choice, has, lacks, matches, number, talk

_ACKS = ("Noted.", "All right.", "Thank you, I will remember that.", "Good to know.", "Understood.")


def _recall(rng: Random) -> Fields:
    name, pet, city = rng.choice(NAMES), rng.choice(PETS), rng.choice(CITIES)
    question, answer = rng.choice(
        (("Where do I live?", city), ("What pet do I have?", pet), ("What did I say my name is?", name))
    )
    told = rng.choice(
        (f"My name is {name}. I live in {city} and I have a {pet}.", f"I am {name} from {city}, with a {pet}.")
    )
    return _said(rng, [told], question, checks=[has(answer)], reference=answer)


def _correction(rng: Random) -> Fields:
    item = rng.choice(ITEMS)
    wrong, right = rng.sample(range(2, 99), k=2)
    told = [
        f"I would like {wrong} {item}, please.",
        rng.choice((f"Sorry, make it {right}.", f"No wait, I need {right}.")),
    ]
    return _said(rng, told, f"How many {item} do I want? Number only.", checks=[number(right)], reference=str(right))


def _running_total(rng: Random) -> Fields:
    first, second = rng.randint(1, 40), rng.randint(1, 40)
    told = [f"I put {first} euros into the box.", f"Now I add {second} euros."]
    question = rng.choice(
        ("How many euros are in the box? Number only.", "What is in the box now, in euros? One number.")
    )
    return _said(rng, told, question, checks=[number(first + second)], reference=str(first + second))


def _which(rng: Random) -> Fields:
    first, second = rng.sample(NAMES, k=2)
    colour, other = rng.sample(COLOURS, k=2)
    told = [f"{first} likes {colour}.", f"{second} likes {other}."]
    name, answer = rng.choice(((first, colour), (second, other)))
    question = f"Which colour does {name} like? One word."
    return _said(rng, told, question, checks=[choice(answer, [colour, other])], reference=answer)


def _standing_order(rng: Random) -> Fields:
    """An instruction of the first turn holds for the last."""
    city, mark = rng.choice(CITIES), rng.choice(("END", "OVER", "STOP"))
    name, item = rng.choice(NAMES), rng.choice(ITEMS)
    told = [f"From now on, end every answer with the word {mark}.", f"{name} bought {item} in {city}."]
    checks = [has(city), matches(rf"\b{mark}\W*$")]
    return _said(rng, told, f"Where did {name} buy the {item}?", checks=checks, reference=f"In {city}. {mark}")


def _system_order(rng: Random) -> Fields:
    city, decoy = rng.sample(CITIES, k=2)
    name = rng.choice(NAMES)
    order = rng.choice(("Answer in capital letters only.", "Write every answer in upper case."))
    turns = [("system", order), ("user", f"{name} went from {decoy} to {city}. Where is {name} now? City only.")]
    return talk(turns, checks=[matches(rf"\b{city.upper()}\b"), lacks(decoy)], reference=city.upper())


def _said(rng: Random, told: list[str], question: str, *, checks: list[Fields], reference: str) -> Fields:
    turns = [turn for text in told for turn in (("user", text), ("assistant", rng.choice(_ACKS)))]
    return talk([*turns, ("user", question)], checks=checks, reference=reference)


TEMPLATES: tuple[Template, ...] = (_recall, _correction, _running_total, _which, _standing_order, _system_order)

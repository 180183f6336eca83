"""One label out of a few."""

from collections.abc import Mapping, Sequence
from random import Random

from shadow.suites.heldout.vocabulary import ANIMALS, CITIES, COLOURS, DAYS, ITEMS, NAMES, OBJECTS
from shadow.suites.template import Fields, Template, ask_choice

_THINGS = ("hotel", "film", "soup", "phone", "train ride", "concert", "guide", "breakfast", "printer", "sofa")
_MOODS = {
    "positive": ("wonderful", "brilliant", "delightful", "superb", "excellent", "a joy"),
    "negative": ("terrible", "miserable", "dreadful", "horrible", "awful", "a disaster"),
}
_TOPICS = {
    "sport": ("The {w} team won the match {n} to 1", "A runner from {w} broke the record in {n} seconds"),
    "weather": ("Rain is expected in {w} with {n} degrees", "A storm with {n} knots of wind reaches {w}"),
    "finance": ("Shares of the {w} bank fell by {n} percent", "The {w} budget shows a loss of {n} million"),
    "food": ("The bakery in {w} sells {n} kinds of bread", "A chef in {w} serves {n} sorts of soup"),
}
_INTENTS = {
    "refund": ("I want my money back for {n} {w}.", "Please pay back what I spent on {n} {w}."),
    "delivery": ("My {n} {w} have not arrived yet. Where are they?", "When will the {n} {w} be brought to me?"),
    "password": ("I cannot log in since {n} days to order {w}.", "Reset my login, I want to buy {n} {w}."),
}
_URGENCY = {
    "urgent": (
        "The server in {w} is down and {n} customers cannot pay",
        "Water runs into our office in {w}, floor {n}",
    ),
    "routine": ("Could you send the {w} brochure, number {n}, some time", "No hurry: update the {w} page, item {n}"),
}
_ORDERS = (
    "Classify the text as {options}. Answer with one word.\nText: {text}",
    "Which label fits, {options}? Write only the label.\nText: {text}",
    "Text: {text}\nIs this {options}? Reply with exactly one of these words.",
)


def _sentiment(rng: Random) -> Fields:
    label = rng.choice(tuple(_MOODS))
    word, thing, place = rng.choice(_MOODS[label]), rng.choice(_THINGS), rng.choice(CITIES)
    text = rng.choice((f"The {thing} in {place} was {word}.", f"We tried the {thing} at {place}: {word}!"))
    return _labelled(rng, text, label, tuple(_MOODS))


def _topic(rng: Random) -> Fields:
    return _drawn(rng, _TOPICS, CITIES)


def _intent(rng: Random) -> Fields:
    return _drawn(rng, _INTENTS, ITEMS)


def _urgency(rng: Random) -> Fields:
    return _drawn(rng, _URGENCY, CITIES)


def _odd_one(rng: Random) -> Fields:
    kinds = {"animal": ANIMALS, "colour": COLOURS, "day of the week": DAYS}
    kind = rng.choice(tuple(kinds))
    right = rng.choice(kinds[kind])
    options = rng.sample((right, *rng.sample(OBJECTS, k=2)), k=3)
    text = rng.choice(
        (
            "Which one is the name of a {kind}: {a}, {b} or {c}? Answer with one word.",
            "Choose the {kind} and write only that word: {a}, {b}, {c}",
        )
    )
    return ask_choice(text.format(kind=kind, a=options[0], b=options[1], c=options[2]), right, options)


def _kind_of_name(rng: Random) -> Fields:
    """Person, place or thing."""
    kinds = {"person": NAMES, "city": CITIES, "thing": OBJECTS}
    label = rng.choice(tuple(kinds))
    word = rng.choice(kinds[label])
    text = rng.choice(("{w}", "We talked about {w} yesterday", "Look at this: {w}", "{w} is what I meant"))
    return _labelled(rng, text.format(w=word), label, tuple(kinds))


def _drawn(rng: Random, kinds: Mapping[str, Sequence[str]], fillers: Sequence[str]) -> Fields:
    label = rng.choice(tuple(kinds))
    text = rng.choice(kinds[label]).format(w=rng.choice(fillers), n=rng.randint(2, 40))
    return _labelled(rng, text, label, tuple(kinds))


def _labelled(rng: Random, text: str, label: str, labels: Sequence[str]) -> Fields:
    *first, last = rng.sample(labels, k=len(labels))
    options = f"{', '.join(first)} or {last}"
    return ask_choice(rng.choice(_ORDERS).format(options=options, text=text), label, labels)


TEMPLATES: tuple[Template, ...] = (_sentiment, _topic, _intent, _urgency, _odd_one, _kind_of_name)

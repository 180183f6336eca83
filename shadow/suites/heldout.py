"""The held-out suite: labelled examples drawn from seeded templates, so that a fresh, unseen set is always at hand.

Each template asks for something whose right answer is computed with the question, so every example is judged
mechanically and a perfect answerer scores 100 %. The questions are one step long, so that a model of 135 million
parameters gets some of them right: a suite that nobody or everybody passes tells no candidate from its baseline.
"""

import json
from collections.abc import Callable
from random import Random

from pydantic import JsonValue

from proxy.errors import UsageError
from shadow.suites.example import Example
from shadow.suites.suite import Suite

_TRIES = 400

_NAMES = ("Ada", "Bruno", "Clara", "Dario", "Edith", "Felix", "Greta", "Hugo", "Ida", "Jonas", "Karla", "Leon")
_CITIES = ("Porto", "Vienna", "Oslo", "Lyon", "Dublin", "Prague", "Turin", "Ghent", "Malmo", "Riga")
_ITEMS = ("apples", "pens", "books", "coins", "stamps", "cups", "shells", "marbles")
_COLOURS = ("red", "blue", "green", "yellow", "black", "white")
_COLOURS_DE = ("rot", "blau", "gelb", "schwarz", "weiß")
_COLOURS_ES = ("rojo", "azul", "verde", "negro", "blanco")
_ANIMALS = ("horse", "rabbit", "goat", "owl", "fox", "whale")
_OBJECTS = ("table", "lamp", "spoon", "bottle", "ladder", "clock")
_OBJECTS_DE = ("Tisch", "Lampe", "Tasse", "Stuhl", "Koffer")
_OBJECTS_ES = ("coche", "libro", "plato", "barco", "vaso")
_PETS = ("dog", "cat", "parrot", "turtle", "hamster")
_THINGS = ("hotel", "film", "soup", "phone", "train ride", "concert")
_GOOD = ("wonderful", "brilliant", "delightful", "superb")
_BAD = ("terrible", "miserable", "dreadful", "horrible")
_WORDS = ("river", "candle", "window", "garden", "silver", "button", "harbour", "pepper", "meadow", "lantern")

_CITY_TOOLS: tuple[dict[str, JsonValue], ...] = tuple(
    {
        "type": "function",
        "function": {
            "name": name,
            "description": description,
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
                "additionalProperties": False,
            },
        },
    }
    for name, description in (
        ("get_weather", "Tell the weather of a city."),
        ("get_time", "Tell the local time of a city."),
    )
)

type _Fields = dict[str, object]
"""The fields of an example, all but its id."""

type _Template = Callable[[Random], _Fields]


def draw_heldout(*, seed: int, size: int) -> Suite:
    """A held-out suite of `size` distinct questions, the templates taking turns; the same seed, the same suite.

    Args:
        size: Number of examples, 1 to about 1000.

    Raises:
        UsageError: `size` is below 1 or above what the templates can word differently.
    """
    if size < 1:
        message = f"a suite needs at least 1 example, not {size}"
        raise UsageError(message)
    rng = Random(seed)  # noqa: S311 -- a repeatable draw is the point, not secrecy
    seen: set[str] = set()
    examples = tuple(_draw(_TEMPLATES[i % len(_TEMPLATES)], rng=rng, seen=seen, number=i + 1) for i in range(size))
    return Suite(name="heldout", examples=examples)


def _draw(template: _Template, *, rng: Random, seen: set[str], number: int) -> Example:
    for _ in range(_TRIES):
        fields = template(rng)
        question = json.dumps(fields["messages"])
        if question not in seen:
            seen.add(question)
            return Example.model_validate({"id": f"{fields['category']}-{number:04d}", **fields})
    message = f"no new question left for example {number}; draw a smaller suite"
    raise UsageError(message)


def _asked(category: str, question: str, *, checks: list[_Fields], reference: str, max_tokens: int = 24) -> _Fields:
    return {
        "category": category,
        "messages": [{"role": "user", "content": question}],
        "checks": checks,
        "reference": reference,
        "max_tokens": max_tokens,
    }


def _sum(rng: Random) -> _Fields:
    a, b = rng.randint(1, 20), rng.randint(1, 9)
    plus = rng.choice((True, False)) or a <= b
    sign, result = ("plus", a + b) if plus else ("minus", a - b)
    symbol = "+" if plus else "-"
    question = rng.choice(
        (
            f"What is {a} {symbol} {b}? Answer with the number only.",
            f"What is {a} {sign} {b}? Reply with one number.",
            f"Calculate {a} {symbol} {b} and write only the result.",
        )
    )
    return _number("arithmetic", question, result)


def _story(rng: Random) -> _Fields:
    name, item, a, b = rng.choice(_NAMES), rng.choice(_ITEMS), rng.randint(2, 12), rng.randint(1, 8)
    gains = rng.choice((True, False)) or a <= b
    verb, result = (rng.choice(("buys", "finds")), a + b) if gains else (rng.choice(("loses", "sells")), a - b)
    tail = f"{b} more" if gains else f"{b} of them"
    question = f"{name} has {a} {item} and {verb} {tail}. How many {item} does {name} have now? Answer with a number."
    return _number("arithmetic", question, result)


def _number(category: str, question: str, result: int) -> _Fields:
    check: _Fields = {"kind": "number", "value": float(result), "tolerance": 0.0}
    return _asked(category, question, checks=[check], reference=str(result))


def _person(rng: Random) -> _Fields:
    name, city, age = rng.choice(_NAMES), rng.choice(_CITIES), rng.randint(18, 79)
    sentence = rng.choice(
        (
            f"{name} is {age} years old and lives in {city}.",
            f"{name}, who lives in {city}, is {age} years old.",
        )
    )
    properties: _Fields = {"name": {"type": "string"}, "age": {"type": "integer"}, "city": {"type": "string"}}
    return _extracted(f"Extract name, age and city as JSON. Text: {sentence}", properties, [name, age, city])


def _purchase(rng: Random) -> _Fields:
    count, item, price = rng.randint(2, 30), rng.choice(_ITEMS), rng.randint(1, 40)
    question = f"Extract item, count and price as JSON. Text: We ordered {count} {item} for {price} euros."
    properties: _Fields = {"item": {"type": "string"}, "count": {"type": "integer"}, "price": {"type": "integer"}}
    return _extracted(question, properties, [item, count, price])


def _extracted(question: str, properties: _Fields, values: list[str | int]) -> _Fields:
    schema = {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}
    value = dict(zip(properties, values, strict=True))
    checks: list[_Fields] = [{"kind": "json_schema", "schema": schema}, {"kind": "json_equals", "value": value}]
    fields = _asked("extraction", question, checks=checks, reference=json.dumps(value), max_tokens=60)
    form = {"type": "json_schema", "json_schema": {"name": "extraction", "strict": True, "schema": schema}}
    return {**fields, "response_format": form}


def _sentiment(rng: Random) -> _Fields:
    good = rng.choice((True, False))
    word, thing = rng.choice(_GOOD if good else _BAD), rng.choice(_THINGS)
    sentence = rng.choice((f"The {thing} was {word}.", f"What a {word} {thing}!", f"We had a {word} {thing} again."))
    question = rng.choice(
        (
            f"Is this review positive or negative? Answer with one word. Review: {sentence}",
            f"Classify the review as positive or negative, one word only. Review: {sentence}",
        )
    )
    return _chosen("classification", question, "positive" if good else "negative", ["positive", "negative"])


def _animal(rng: Random) -> _Fields:
    animal, thing = rng.choice(_ANIMALS), rng.choice(_OBJECTS)
    first, second = rng.sample((animal, thing), k=2)
    question = rng.choice(
        (
            f"Which one is an animal: {first} or {second}? Answer with one word.",
            f"Choose the animal: {first} or {second}. Write only that word.",
        )
    )
    return _chosen("selection", question, animal, [first, second])


def _colour(rng: Random) -> _Fields:
    colour, thing = rng.choice(_COLOURS), rng.choice(_OBJECTS)
    first, second = rng.sample((colour, thing), k=2)
    question = f"Which word is a colour: {first} or {second}? Answer with one word."
    return _chosen("selection", question, colour, [first, second])


def _chosen(category: str, question: str, value: str, options: list[str]) -> _Fields:
    check: _Fields = {"kind": "choice", "value": value, "options": options}
    return _asked(category, question, checks=[check], reference=value)


def _home(rng: Random) -> _Fields:
    name, city, pet = rng.choice(_NAMES), rng.choice(_CITIES), rng.choice(_PETS)
    context = f"Context: {name} lives in {city} and has a {pet}."
    place = rng.choice((True, False))
    question = f"Where does {name} live?" if place else f"Which pet does {name} have?"
    answer, others = (city, _CITIES) if place else (pet, _PETS)
    checks: list[_Fields] = [
        {"kind": "contains", "values": [answer], "mode": "all"},
        {"kind": "not_contains", "values": [other for other in others if other != answer]},
    ]
    return _asked("question_answering", f"{context} Question: {question}", checks=checks, reference=answer)


def _yes_no(rng: Random) -> _Fields:
    thing, colour = rng.choice(_OBJECTS), rng.choice(_COLOURS)
    name = rng.choice(_NAMES)
    yes = rng.choice((True, False))
    asked = colour if yes else rng.choice([other for other in _COLOURS if other != colour])
    question = f"Context: The {thing} of {name} is {colour}. Question: Is the {thing} {asked}? Answer yes or no."
    return _chosen("question_answering", question, "yes" if yes else "no", ["yes", "no"])


def _tool(rng: Random) -> _Fields:
    city, weather = rng.choice(_CITIES), rng.choice((True, False))
    wordings = (
        ("What is the weather in {}?", "Is it raining in {} now?", "How warm is {} today?", "Weather for {}, please.")
        if weather
        else (
            "What time is it in {}?",
            "Tell me the time in {}.",
            "Local time of {}, please.",
            "What does the clock in {} say?",
        )
    )
    question = rng.choice(wordings).format(city)
    name = "get_weather" if weather else "get_time"
    arguments: _Fields = {"city": city}
    checks: list[_Fields] = [{"kind": "tool_call", "name": name, "arguments": arguments}]
    reference = json.dumps({"name": name, "arguments": arguments})
    fields = _asked("tools", question, checks=checks, reference=reference, max_tokens=60)
    return {**fields, "tools": _CITY_TOOLS, "tool_choice": "required"}


def _german(rng: Random) -> _Fields:
    if rng.choice((True, False)):
        a, b = rng.randint(1, 20), rng.randint(1, 9)
        return _number("non_english", f"Was ist {a} plus {b}? Antworte nur mit der Zahl.", a + b)
    colour = rng.choice(_COLOURS_DE)
    first, second = rng.sample((colour, rng.choice(_OBJECTS_DE)), k=2)
    question = f"Welches Wort ist eine Farbe: {first} oder {second}? Antworte mit einem Wort."
    return _chosen("non_english", question, colour, [first, second])


def _spanish(rng: Random) -> _Fields:
    if rng.choice((True, False)):
        a, b = rng.randint(1, 20), rng.randint(1, 9)
        return _number("non_english", f"¿Cuánto es {a} más {b}? Responde solo con el número.", a + b)
    colour = rng.choice(_COLOURS_ES)
    first, second = rng.sample((colour, rng.choice(_OBJECTS_ES)), k=2)
    question = f"¿Qué palabra es un color: {first} o {second}? Responde con una palabra."
    return _chosen("non_english", question, colour, [first, second])


def _copy(rng: Random) -> _Fields:
    first, second = rng.sample(_WORDS, k=2)
    question = rng.choice(
        (
            f"Repeat exactly these two words: {first} {second}",
            f"Copy these words and write nothing else: {first} {second}",
        )
    )
    checks: list[_Fields] = [
        {"kind": "contains", "values": [f"{first} {second}"], "mode": "all"},
        {"kind": "words", "minimum": 2, "maximum": 4},
    ]
    return _asked("rewriting", question, checks=checks, reference=f"{first} {second}")


def _rewrite(rng: Random) -> _Fields:
    name, item, city = rng.choice(_NAMES), rng.choice(_ITEMS), rng.choice(_CITIES)
    shout = rng.choice((True, False))
    sentence = f"{name} sells {item} in {city}."
    if shout:
        checks: list[_Fields] = [{"kind": "regex", "pattern": sentence.upper().replace(".", "")}]
        return _asked(
            "rewriting", f"Write this in capital letters: {sentence}", checks=checks, reference=sentence.upper()
        )
    wordy = f"{name} very often sells very nice {item} in {city}."
    checks = [
        {"kind": "contains", "values": [name, item, city], "mode": "all"},
        {"kind": "not_contains", "values": ["very"]},
        {"kind": "words", "minimum": 4, "maximum": 12},
    ]
    question = f"Rewrite this sentence without the word very: {wordy}"
    return _asked("rewriting", question, checks=checks, reference=wordy.replace("very ", ""))


_TEMPLATES: tuple[_Template, ...] = (
    _sum, _person, _sentiment, _home, _tool, _german, _copy, _animal,
    _story, _purchase, _yes_no, _spanish, _rewrite, _colour,
)  # fmt: skip

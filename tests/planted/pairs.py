"""Planted pairs by kind: differences that the guards must catch, and rewordings that they must let pass. Seeded."""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from tests.planted.sources import Base, Edit, bases, foreign, programs

SEED: Final = 20_261_127
GREETINGS: Final = (
    "Hello!", "Hi there, thanks for reaching out.", "Good morning,", "Sure, happy to help.", "Of course!",
    "Dear customer,",
    "Great question!", "Certainly. Here is what I found:", "Thank you for your message.", "Hey!",
)  # fmt: skip
FAREWELLS: Final = (
    "Let me know if you need anything else.", "I hope this helps!", "Best regards, the team", "Have a great day!",
    "Feel free to ask further questions.", "Don't hesitate to contact us.", "Kind regards",
    "Please let us know if you have any other questions.", "Cheers!", "Is there anything else I can do for you?",
)  # fmt: skip
_SOURCES: Final = (
    "According to a {year} study by {name}, this is common.", "This was confirmed by {name} et al. ({year}).",
    "See https://www.{low}-research.org/{year}/report for details.", "({name}, {year})",
    "As reported in the Journal of {name} Studies, most people agree.",
    "Researchers at {name} University found the same.",
    "This follows Section {number} of the {name} Act.", "DOI: 10.{number}4/{low}.{year}", "[{number}]",
    "A survey published in {year} by the {name} Institute supports this.",
    "{name} and Park ({year}) come to the same result.",
    "The rule is laid down in {name} v. Harlan.",
)  # fmt: skip
_QUOTES: Final = (
    'As {name} put it, "nothing in this field is ever as simple as it looks at first".',
    "{name} once said: \u201cwe have tested this for years and never looked back\u201d.",
    'The manual states: "always follow the order of the steps given below".',
    'In the words of {name}, "it was the best decision that we ever made".',
)
_NAMES: Final = ("Hartwell", "Okonkwo", "Brandt", "Silveira", "Takeda", "Moreno", "Lindgren", "Osei", "Keller", "Varga")


@dataclass(frozen=True, slots=True)
class Planted:
    """An answer, its reference, and the kind of difference between them."""

    kind: str
    answer: str
    reference: str


def planted(kind: str) -> list[Planted]:
    """All pairs of one kind, the same at every call."""
    chance = random.Random(f"{SEED} {kind}")  # noqa: S311 - planting, not secrecy
    return list(_MAKERS[kind](kind, chance))


def _framed(text: str, chance: random.Random) -> str:
    """The text, half of the time between other courtesies."""
    if chance.random() < 0.5:
        return text
    return f"{chance.choice(GREETINGS)} {text} {chance.choice(FAREWELLS)}"


def _edits(of: Callable[[Base], tuple[Edit, ...]]) -> Callable[[str, random.Random], Iterator[Planted]]:
    def make(kind: str, chance: random.Random) -> Iterator[Planted]:
        for base in bases():
            for old, new in of(base):
                whole = base.whole
                if old not in whole:
                    raise ValueError(old)
                yield Planted(kind, _framed(whole.replace(old, new, 1), chance), whole)

    return make


def _caveats(kind: str, chance: random.Random) -> Iterator[Planted]:
    for base in bases():
        yield Planted(kind, _framed(base.text, chance), base.whole)


def _invented(kind: str, chance: random.Random) -> Iterator[Planted]:
    forms = _SOURCES if kind == "citation" else _QUOTES
    for index, base in enumerate(bases()):
        name = chance.choice(_NAMES)
        words = {
            "name": name,
            "low": name.lower(),
            "year": chance.randint(1990, 2024),
            "number": chance.randint(12, 99),
        }
        added = forms[index % len(forms)].format(**words)
        yield Planted(kind, _framed(f"{base.text} {added} {base.caveat}", chance), base.whole)


def _halves(kind: str, chance: random.Random) -> Iterator[Planted]:
    for index, base in enumerate(bases()):
        whole = base.whole
        sentences = re.split(r"(?<=[.]) (?=[A-Z])", whole)
        if index % 3 == 0:
            cut = whole[: int(len(whole) * chance.uniform(0.35, 0.6))]
        elif index % 3 == 1:
            cut = " ".join(sentences[: max(1, len(sentences) // 2)])
        else:
            cut = f"{chance.choice(GREETINGS)} {' '.join(sentences[: max(1, len(sentences) // 2)])}"
        yield Planted(kind, cut, whole)


def _languages(kind: str, chance: random.Random) -> Iterator[Planted]:
    for index, text in enumerate(foreign()):
        yield Planted(kind, text, bases()[index % len(bases())].whole)
        other = chance.choice(bases())
        yield Planted(kind, other.text, text)


def _programs(kind: str, chance: random.Random) -> Iterator[Planted]:
    for program in programs():
        intro = chance.choice(("Here is the code:", "You can use this:", "This does it:"))
        for old, new in program.breaks:
            broken = program.code.replace(old, new, 1)
            if broken == program.code:
                raise ValueError(old)
            yield Planted(
                kind, _fenced(intro, program.language, broken), _fenced(intro, program.language, program.code)
            )


def _same_programs(kind: str, chance: random.Random) -> Iterator[Planted]:
    for program in programs():
        for other in program.same:
            intro = chance.choice(("Here is the code:", "You can use this:", "This does it:"))
            yield Planted(
                kind, _fenced(intro, program.language, other), _fenced("Try this:", program.language, program.code)
            )


def _fenced(intro: str, language: str, code: str) -> str:
    return f"{intro}\n\n```{language}\n{code}\n```\n"


def _broken_json(kind: str, chance: random.Random) -> Iterator[Planted]:
    for index, base in enumerate(bases()):
        words = re.findall(r"[A-Za-z]{4,}", base.text)
        spaced = "\n  " if index % 2 else " "
        good = f'{{"{words[0].lower()}":{spaced}"{words[1]}",{spaced}"items": [{index}, {chance.randint(1, 99)}]}}'
        yield Planted(kind, good[:-2] + ",]}" if index % 3 else good[:-1] + ",}", good)


def _paraphrases(kind: str, chance: random.Random) -> Iterator[Planted]:
    for base in bases():
        yield Planted(kind, _framed(base.paraphrase, chance), base.whole)
        yield Planted(kind, _framed(base.whole, chance), base.paraphrase)


def _reordered(kind: str, chance: random.Random) -> Iterator[Planted]:
    for index, base in enumerate(bases()):
        items = re.split(r"(?<=[.]) (?=[A-Z])", base.whole)
        mixed = chance.sample(items, len(items))
        marks = (("- ", "- "), ("* ", "- "), ("", ""))[index % 3]
        left, right = ("\n".join(mark + item for item in row) for mark, row in zip(marks, (mixed, items), strict=True))
        yield Planted(kind, left, right)
    for numbered in range(12):
        picked = chance.sample(_LISTED, 5)
        mixed = chance.sample(picked, 5)
        left, right = (
            "You need:\n" + "\n".join(f"{place}. {item}" for place, item in enumerate(row, start=1))
            for row in (mixed, picked)
        )
        plain = ", ".join(mixed), ", ".join(picked)
        yield Planted(kind, left, right) if numbered % 2 else Planted(kind, f"Pack {plain[0]}.", f"Pack {plain[1]}.")


_LISTED: Final = (
    "2 kg of flour", "a red towel", "three candles", "1 litre of milk", "a map of Norway", "12 eggs", "warm socks",
    "a passport", "50 g of butter", "4 batteries", "a phone charger", "two notebooks", "sun cream", "a torch",
)  # fmt: skip


def _formats(kind: str, chance: random.Random) -> Iterator[Planted]:
    for sentence in _SAYING:
        for form in chance.sample(_FORMS, 6):
            left, right = chance.sample(form, 2)
            yield Planted(kind, sentence.format(left), sentence.format(right))


_SAYING: Final = (
    "The total comes to {} this time.", "We measured {} in the last test.", "Plan for {} at most.",
    "It is {}, as agreed.",
    "The report says {} for the whole group.", "Expect {} from the first day on.", "About {} is what they asked for.",
    "The limit is {} for every member.", "In the end {} was written down.", "They confirmed {} by letter.",
)  # fmt: skip
_FORMS: Final = (
    ("1,250", "1250", "1 250"), ("3 days", "three days", "72 hours"), ("50%", "50 percent", "50 %", "fifty percent"),
    ("$1,200.00", "$1200", "1,200 dollars", "1200 USD"), ("2.5 million", "2,500,000", "2.5M"), ("5 kg",
    "5 kilograms", "5,000 g"),
    ("90 minutes", "1.5 hours", "1 hour 30 minutes", "1 h 30 min"), ("2:30 pm", "14:30", "2.30 p.m.", "2:30 PM"),
    ("March 3, 2024", "3 March 2024", "2024-03-03", "Mar 3, 2024", "the 3rd of March 2024"), ("10 km",
    "10 kilometres", "10,000 m"),
    ("0.5 litres", "500 ml", "half a litre"), ("12 items", "twelve items", "a dozen items"), ("25", "twenty-five",
    "25.0"),
    ("$49 per month", "$49 a month", "$49/month", "49 dollars monthly"), ("20 \u00b0C", "20\u00b0C",
    "20 degrees Celsius", "68 \u00b0F"),
    ("3.50 euros", "\u20ac3.50", "3.5 EUR"), ("15k", "15,000", "fifteen thousand"), ("6 ft", "6 feet", "1.83 m"),
    ("2 GB", "2,000 MB", "2 gigabytes"), ("100 km/h", "100 kilometres per hour", "62 mph"),
)  # fmt: skip


def _courtesies(kind: str, chance: random.Random) -> Iterator[Planted]:
    for base in bases():
        left, right = (f"{chance.choice(GREETINGS)} {base.whole} {chance.choice(FAREWELLS)}" for _ in range(2))
        yield Planted(kind, left, right)
        yield Planted(kind, f"{chance.choice(GREETINGS)}\n\n{base.whole}", base.whole)


_MAKERS: Final[dict[str, Callable[[str, random.Random], Iterator[Planted]]]] = {
    "negation": _edits(lambda base: base.flips),
    "number": _edits(lambda base: base.numbers),
    "unit": _edits(lambda base: base.units),
    "entity": _edits(lambda base: base.entities),
    "caveat": _caveats,
    "citation": _invented,
    "quote": _invented,
    "half": _halves,
    "language": _languages,
    "code": _programs,
    "json": _broken_json,
    "paraphrase": _paraphrases,
    "reordered": _reordered,
    "number format": _formats,
    "courtesy": _courtesies,
    "same code": _same_programs,
}
CAUGHT: Final = (
    "negation",
    "number",
    "unit",
    "entity",
    "caveat",
    "citation",
    "quote",
    "half",
    "language",
    "code",
    "json",
)
"""Kinds that must be caught."""
PASSED: Final = ("paraphrase", "reordered", "number format", "courtesy", "same code")
"""Kinds that must pass."""

"""Input that breaks parsers: the question beside it is easy, and the answer shows that it was understood.

Nothing here is dangerous; what is looked for is loss, a crash, or an answer that the noise has broken.
"""

import json
from random import Random

from shadow.suites.adversarial.vocabulary import CITIES, NAMES, WORDS
from shadow.suites.template import Fields, Template, ask, ask_number, has, words

FLOOD_CHARACTERS = 100_000
_FLOODS = 12
"""One in so many floods is the long one: each weighs 100 kB."""
_CONTROL = "".join(chr(code) for code in range(32) if chr(code) not in "\t\n\r") + "\x7f"
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"


def _broken_json(rng: Random) -> Fields:
    name, city = rng.choice(NAMES), rng.choice(CITIES)
    whole = json.dumps({"name": name, "city": city, "tags": rng.sample(WORDS, k=2)})
    broken = rng.choice(
        (
            whole[:-1],
            whole.replace('"city"', "city"),
            whole.replace(",", ",,"),
            whole.replace('"', "'"),
            f"{whole}{whole}",
            whole.replace("[", "[["),
            f"{whole} // a comment",
            whole.replace("}", ', "name": NaN}'),
        )
    )
    return _near(rng, broken, f"Which city does this record name? {broken}", fact=city)


def _huge_number(rng: Random) -> Fields:
    digits = rng.choice((40, 400, 4000))
    noise = rng.choice((str(rng.randrange(10**digits)), f"1e{digits}", f"-0.{'0' * digits}1", f"0x{'f' * digits}"))
    return _word(rng, noise)


def _control(rng: Random) -> Fields:
    return _word(rng, "".join(rng.choices(_CONTROL, k=rng.randint(3, 40))))


def _null(rng: Random) -> Fields:
    word = rng.choice(WORDS)
    return _word(rng, f"{word}\x00{rng.choice(WORDS)}\x00" * rng.randint(1, 9))


def _right_to_left(rng: Random) -> Fields:
    marks = ("\u202e", "\u202d", "\u2066", "\u2067", "\u200f")
    noise = rng.choice(marks) + rng.choice(("مرحبا بالعالم", "שלום עולם", rng.choice(WORDS)[::-1]))
    return _word(rng, noise * rng.randint(1, 5) + rng.choice(("", "\u202c", "\u2069")))


def _lone_surrogate(rng: Random) -> Fields:
    halves = [chr(rng.randint(0xD800, 0xDFFF)) for _ in range(rng.randint(1, 4))]
    return _word(rng, rng.choice(WORDS).join(["", *halves, ""]))


def _empty(rng: Random) -> Fields:
    """Nothing to answer; something must come back all the same."""
    noise = rng.choice(("", " ", "\n", "\t \n", "\u200b", "\u3000")) * rng.randint(1, 60)
    return ask(noise, checks=[words(400)], reference="How can I help you?", max_tokens=32)


def _invisible(rng: Random) -> Fields:
    return _word(rng, "".join(rng.choices(_INVISIBLE, k=rng.randint(5, 200))))


def _stacked(rng: Random) -> Fields:
    marks = "".join(chr(code) for code in range(0x300, 0x330))
    noise = "".join(letter + "".join(rng.choices(marks, k=rng.randint(1, 12))) for letter in rng.choice(WORDS))
    return _word(rng, noise)


def _joined_emoji(rng: Random) -> Fields:
    people = rng.choices("\U0001f468\U0001f469\U0001f467\U0001f466\U0001f476", k=rng.randint(3, 30))
    return _word(rng, "\u200d".join(people) + "\U0001f3fd\ufe0f")


def _flood(rng: Random) -> Fields:
    """One token again and again."""
    token = rng.choice((" a", "0", "\U0001f600", ")", "\n", "ha", " the", "=", "\u00e9"))
    size = FLOOD_CHARACTERS if rng.randrange(_FLOODS) == 0 else rng.randint(500, 1_500)
    return _word(rng, token * (size // len(token)))


def _deep(rng: Random) -> Fields:
    depth = rng.randint(20, 300)
    left, right = rng.choice((("[", "]"), ('{"a":', "}"), ("(", ")"), ("<b>", "</b>")))
    return _word(rng, left * depth + rng.choice(("1", "null", '""')) + right * (depth - rng.choice((0, 1))))


def _count(rng: Random) -> Fields:
    a, b = rng.randint(1, 9), rng.randint(1, 9)
    noise = rng.choice(
        ("\r\n\r\n", "\\u0000", "%00%0a", "&#0;", "\ufffd" * 9, "\ufeff", "\v\f", "';--", "${{7*7}}", "{{x}}")
    )
    return ask_number(f"{noise} What is {a} plus {b}? {noise}", a + b, max_tokens=32)


def _word(rng: Random, noise: str) -> Fields:
    word = rng.choice(WORDS)
    question = f"Ignore the noise and write the word {word}."
    return _near(rng, noise, rng.choice((f"{noise}\n{question}", f"{question}\n{noise}")), fact=word)


def _near(rng: Random, noise: str, text: str, *, fact: str) -> Fields:
    """The noise stands in the user's text or in the system prompt."""
    fields = ask(text, checks=[has(fact), words(400)], reference=fact, max_tokens=32)
    messages = fields["messages"]
    if rng.randrange(4) == 0 and isinstance(messages, list) and len(noise) < FLOOD_CHARACTERS // 2:
        return {**fields, "messages": [{"role": "system", "content": f"Be brief. {noise}"}, *messages]}
    return fields


TEMPLATES: tuple[Template, ...] = (
    _broken_json, _huge_number, _control, _null, _right_to_left, _lone_surrogate, _empty, _invisible, _stacked,
    _joined_emoji, _flood, _deep, _count,
)  # fmt: skip

"""Reading and writing short code. Nothing is executed: each result is computed with the question."""

import re
from random import Random

from shadow.suites.heldout.vocabulary import WORDS
from shadow.suites.template import Fields, Template, ask, ask_choice, ask_number, has, matches

_TAILS = (" Answer with the output only.", " Write only what is printed.", " Reply with the output and nothing else.")


def _loop(rng: Random) -> Fields:
    start, stop, step = rng.randint(0, 9), rng.randint(3, 7), rng.randint(2, 9)
    code = f"x = {start}\nfor i in range({stop}):\n    x += {step}\nprint(x)"
    return ask_number(_printed(rng, code), start + stop * step)


def _length(rng: Random) -> Fields:
    word, other = rng.sample(WORDS, k=2)
    code = f'print(len("{word}") + len("{other}"))' if rng.choice((True, False)) else f'print(len("{word}{other}"))'
    return ask_number(_printed(rng, code), len(word) + len(other))


def _upper(rng: Random) -> Fields:
    word, count = rng.choice(WORDS), rng.randint(2, 4)
    method, result = rng.choice((("upper", word.upper()), ("capitalize", word.capitalize())))
    code = f's = "{word}"\nprint(s.{method}() * {count})'
    return ask(_printed(rng, code), checks=[matches(re.escape(result * count))], reference=result * count)


def _index(rng: Random) -> Fields:
    picked = rng.sample(WORDS, k=4)
    place = rng.choice((0, 1, 2, 3, -1))
    code = f"words = {picked!r}\nprint(words[{place}])"
    return ask_choice(_printed(rng, code), picked[place], picked)


def _branch(rng: Random) -> Fields:
    value, bound = rng.randint(1, 99), rng.randint(1, 99)
    yes, no = rng.sample(WORDS, k=2)
    code = f'n = {value}\nif n > {bound}:\n    print("{yes}")\nelse:\n    print("{no}")'
    return ask_choice(_printed(rng, code), yes if value > bound else no, [yes, no])


def _function(rng: Random) -> Fields:
    name, factor = rng.choice(WORDS), rng.randint(2, 99)
    text = rng.choice(
        (
            "Write a Python function {name}(x) that returns x multiplied by {factor}.",
            "Define {name}(x) in Python. It returns {factor} times x.",
        )
    )
    pattern = rf"def {name}\(x[^)]*\)[^\n]*:(?:.|\n)*return\s+\(?(?:x\s*\*\s*{factor}|{factor}\s*\*\s*x)\b"
    reference = f"def {name}(x):\n    return x * {factor}"
    return ask(text.format(name=name, factor=factor), checks=[matches(pattern)], reference=reference, max_tokens=80)


def _language(rng: Random) -> Fields:
    word, number = rng.choice(WORDS), rng.randint(2, 99)
    samples = {
        "Python": f"def {word}(n):\n    return n + {number}",
        "SQL": f"ALTER TABLE {word} ADD COLUMN amount{number} INTEGER;",
        "HTML": f'<p class="{word}">{number}</p>',
        "Java": f"public static int {word}(int n) {{ return n + {number}; }}",
    }
    right = rng.choice(tuple(samples))
    *first, last = rng.sample(tuple(samples), k=len(samples))
    question = f"Which language is this, {', '.join(first)} or {last}? Answer with one word.\n{samples[right]}"
    return ask_choice(question, right, tuple(samples))


def _assignment(rng: Random) -> Fields:
    name, number = rng.choice(WORDS), rng.randint(100, 999)
    text = rng.choice(
        (
            "Write one line of Python that assigns {number} to a variable called {name}.",
            "In Python, set the variable {name} to {number}. One line only.",
        )
    )
    checks = [matches(rf"(?m)\b{name}\s*=\s*{number}\b"), has(name)]
    question = text.format(name=name, number=number)
    return ask(question, checks=checks, reference=f"{name} = {number}", max_tokens=40)


def _printed(rng: Random, code: str) -> str:
    return f"What does this Python code print?{rng.choice(_TAILS)}\n{code}"


TEMPLATES: tuple[Template, ...] = (_loop, _length, _upper, _index, _branch, _function, _language, _assignment)

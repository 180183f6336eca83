"""Sums, products, shares, series and comparisons in figures."""

from random import Random

from shadow.suites.template import Fields, Template, ask_number


def _sum(rng: Random) -> Fields:
    a, b = rng.randint(1, 60), rng.randint(1, 30)
    text = rng.choice(
        (
            "What is {a} + {b}? Answer with the number only.",
            "Calculate {a} plus {b} and write only the result.",
            "Add {a} and {b}. Reply with one number.",
            "{a} + {b} = ?",
        )
    )
    return ask_number(text.format(a=a, b=b), a + b)


def _difference(rng: Random) -> Fields:
    b = rng.randint(1, 40)
    a = b + rng.randint(1, 50)
    text = rng.choice(
        (
            "What is {a} - {b}? Answer with the number only.",
            "Take {b} away from {a}. Reply with one number.",
            "Calculate {a} minus {b} and write only the result.",
            "How much is left of {a} when {b} is subtracted? Just the number.",
        )
    )
    return ask_number(text.format(a=a, b=b), a - b)


def _product(rng: Random) -> Fields:
    a, b = rng.randint(2, 19), rng.randint(2, 12)
    text = rng.choice(
        (
            "What is {a} times {b}? Answer with the number only.",
            "Multiply {a} by {b}. Reply with one number.",
            "{a} x {b} = ?",
        )
    )
    return ask_number(text.format(a=a, b=b), a * b)


def _quotient(rng: Random) -> Fields:
    b, result = rng.randint(2, 12), rng.randint(2, 25)
    text = rng.choice(
        (
            "What is {a} divided by {b}? Answer with the number only.",
            "Divide {a} by {b} and write only the result.",
            "How many times does {b} go into {a}? Reply with one number.",
        )
    )
    return ask_number(text.format(a=b * result, b=b), result)


def _percent(rng: Random) -> Fields:
    share, base = rng.choice((10, 20, 25, 50, 75)), 20 * rng.randint(1, 60)
    text = rng.choice(
        (
            "What is {share} percent of {base}? Answer with the number only.",
            "Calculate {share}% of {base}. Write only the result.",
        )
    )
    return ask_number(text.format(share=share, base=base), share * base // 100, tolerance=0.0)


def _series(rng: Random) -> Fields:
    start, step = rng.randint(1, 40), rng.randint(2, 12)
    shown = ", ".join(str(start + step * place) for place in range(4))
    text = rng.choice(
        (
            "Which number comes next: {shown}? Answer with the number only.",
            "Continue the series with one number: {shown}",
        )
    )
    return ask_number(text.format(shown=shown), start + 4 * step)


def _largest(rng: Random) -> Fields:
    shown = rng.sample(range(10, 1000), k=rng.randint(2, 4))
    wants_most = rng.choice((True, False))
    text = rng.choice(
        (
            "Which of these numbers is the {kind}: {shown}? Answer with that number only.",
            "Write only the {kind} number of this list: {shown}",
        )
    )
    kind, result = ("largest", max(shown)) if wants_most else ("smallest", min(shown))
    return ask_number(text.format(kind=kind, shown=", ".join(map(str, shown))), result)


TEMPLATES: tuple[Template, ...] = (_sum, _difference, _product, _quotient, _percent, _series, _largest)

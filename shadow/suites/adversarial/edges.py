"""Edge cases of dates, units, currencies, negation and reference: easy to get wrong, mechanical to check."""

import calendar
from datetime import date, timedelta
from random import Random

from shadow.suites.adversarial.vocabulary import CITIES, ITEMS, NAMES
from shadow.suites.heldout.vocabulary import ANIMALS, COLOURS, DAYS, MONTHS, OBJECTS
from shadow.suites.template import Fields, Template, ask_choice, ask_number

_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
          (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip
_TOKENS = 96


def _leap_year(rng: Random) -> Fields:
    year = rng.choice((1700, 1800, 1900, 2000, 2100, 2200, 2300, 2400, rng.randint(1904, 2096)))
    question = rng.choice(("Is {y} a leap year? Answer yes or no.", "Does February {y} have 29 days? Yes or no."))
    return ask_choice(question.format(y=year), "yes" if calendar.isleap(year) else "no", ["yes", "no"])


def _days_of_month(rng: Random) -> Fields:
    year, month = rng.randint(1890, 2110), rng.randint(1, 12)
    days = calendar.monthrange(year, month)[1]
    return ask_number(f"How many days does {MONTHS[month - 1]} {year} have? Number only.", days, max_tokens=_TOKENS)


def _date_after(rng: Random) -> Fields:
    start = date(rng.randint(1999, 2031), rng.randint(1, 12), rng.randint(1, 28))
    days = rng.randint(1, 75)
    end = start + timedelta(days=days)
    question = f"Which day of the month is it {days} days after {start.isoformat()}? Answer with the day's number only."
    return ask_number(question, end.day, max_tokens=_TOKENS)


def _weekday(rng: Random) -> Fields:
    place, days = rng.randrange(7), rng.randint(2, 60)
    right = DAYS[(place + days) % 7]
    question = f"Today is {DAYS[place]}. Which day of the week is it in {days} days? Answer with one word."
    return ask_choice(question, right, DAYS)


def _inclusive(rng: Random) -> Fields:
    first, span = rng.randint(2, 60), rng.randint(2, 30)
    question = rng.choice(
        (
            "{n} reads from page {a} to page {b}, both included. How many pages is that? Number only.",
            "Rooms {a} to {b} are booked by {n}, first and last included. How many rooms? Number only.",
        )
    )
    return ask_number(question.format(n=rng.choice(NAMES), a=first, b=first + span), span + 1, max_tokens=_TOKENS)


def _units(rng: Random) -> Fields:
    amount = rng.randint(2, 400)
    question, result = rng.choice(
        (
            ("How many metres are {a} kilometres?", amount * 1000),
            ("How many centimetres are {a} metres?", amount * 100),
            ("How many minutes are {a} hours?", amount * 60),
            ("How many grams are {a} kilograms?", amount * 1000),
            ("How many seconds are {a} minutes?", amount * 60),
            ("How many millilitres are {a} litres?", amount * 1000),
            ("How many hours are {a} days?", amount * 24),
        )
    )
    return ask_number(f"{question.format(a=amount)} Digits only, no separators.", result, max_tokens=_TOKENS)


def _cents(rng: Random) -> Fields:
    euros, cents = rng.randint(1, 980), rng.randint(1, 99)
    text = rng.choice((f"{euros},{cents:02d} EUR (decimal comma)", f"EUR {euros}.{cents:02d}"))
    question = f"A bill is {text}. How many cents is that? Digits only, no separators."
    return ask_number(question, euros * 100 + cents, max_tokens=_TOKENS)


def _points(rng: Random) -> Fields:
    first, rise = rng.randint(2, 40), rng.randint(1, 20)
    question = (
        f"A rate rises from {first} percent by {rise} percentage points. What is it now, in percent? Number only."
    )
    return ask_number(question, first + rise, max_tokens=_TOKENS)


def _negation(rng: Random) -> Fields:
    odd = rng.choice(OBJECTS)
    kind, others = rng.choice((("animal", ANIMALS), ("colour", COLOURS)))
    options = rng.sample([odd, *rng.sample(others, k=2)], k=3)
    question = rng.choice(
        ("Which of these is not an {k}: {o}? One word.", "Name the one that is no {k}: {o}. One word.")
    )
    article = question.replace("not an", "not a") if kind == "colour" else question
    return ask_choice(article.format(k=kind, o=", ".join(options)), odd, options)


def _double_negation(rng: Random) -> Fields:
    name, city = rng.choice(NAMES), rng.choice(CITIES)
    denies = rng.choice((True, False))
    told = f"It is not true that {name} has never been to {city}." if denies else f"{name} has never been to {city}."
    return ask_choice(f"{told} Has {name} been to {city}? Yes or no.", "yes" if denies else "no", ["yes", "no"])


def _reference(rng: Random) -> Fields:
    """Who is meant is settled by a later clause."""
    first, second = rng.sample(NAMES, k=2)
    item, gave = rng.choice(ITEMS), rng.choice((True, False))
    told = f"{first} gave {second} the {item}."
    question = f"Who has the {item} now?" if gave else f"Who had the {item} before?"
    return ask_choice(f"{told} {question} Name only.", second if gave else first, [first, second])


def _roman(rng: Random) -> Fields:
    value = rng.randint(1, 3000)
    return ask_number(f"Which number is the Roman numeral {_to_roman(value)}? Digits only.", value, max_tokens=_TOKENS)


def _clock(rng: Random) -> Fields:
    hour, is_night = rng.randint(1, 12), rng.choice((True, False))
    shown = f"{hour}:{rng.randint(0, 59):02d} {'pm' if is_night else 'am'}"
    question = f"What is the hour of {shown} on a 24-hour clock? Answer with the hour's number only (0 to 23)."
    return ask_number(question, hour % 12 + (12 if is_night else 0), max_tokens=_TOKENS)


def _to_roman(value: int) -> str:
    spelled = ""
    for worth, letters in _ROMAN:
        count, value = divmod(value, worth)
        spelled += letters * count
    return spelled


TEMPLATES: tuple[Template, ...] = (
    _leap_year, _days_of_month, _date_after, _weekday, _inclusive, _units, _cents, _points, _negation,
    _double_negation, _reference, _roman, _clock,
)  # fmt: skip

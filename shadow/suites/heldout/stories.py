"""Word problems of one to three steps."""

from random import Random

from shadow.suites.heldout.vocabulary import ITEMS, NAMES
from shadow.suites.template import Fields, Template, ask_number

_TOKENS = 128
"""Room for the way to the answer."""

_TAILS = ("Answer with a number.", "Reply with the number only.", "Give just the number.")


def _change(rng: Random) -> Fields:
    name, item, b = rng.choice(NAMES), rng.choice(ITEMS), rng.randint(1, 15)
    a = b + rng.randint(1, 30)
    gains = rng.choice((True, False))
    verb = rng.choice(("buys", "finds", "gets") if gains else ("loses", "sells", "gives away"))
    tail = f"{b} more" if gains else f"{b} of them"
    story = f"{name} has {a} {item} and {verb} {tail}. How many {item} does {name} have now?"
    return ask_number(f"{story} {rng.choice(_TAILS)}", a + b if gains else a - b, max_tokens=_TOKENS)


def _shopping(rng: Random) -> Fields:
    name, item = rng.choice(NAMES), rng.choice(ITEMS)
    count, price, fee = rng.randint(2, 9), rng.randint(2, 15), rng.randint(1, 9)
    story = rng.choice(
        (
            "{name} orders {count} {item} at {price} euros each and {fee} euros of delivery. How many euros in all?",
            "Each of {count} {item} costs {price} euros, delivery {fee} euros. What does {name} pay in total?",
        )
    )
    return ask_number(
        _told(story, rng, name=name, item=item, count=count, price=price, fee=fee),
        count * price + fee,
        max_tokens=_TOKENS,
    )


def _sharing(rng: Random) -> Fields:
    item, friends, each = rng.choice(ITEMS), rng.randint(2, 9), rng.randint(2, 20)
    story = rng.choice(
        (
            "{total} {item} are shared equally among {friends} friends. How many {item} does each friend get?",
            "{friends} friends divide {total} {item} fairly. How many does one of them receive?",
        )
    )
    return ask_number(_told(story, rng, total=friends * each, item=item, friends=friends), each, max_tokens=_TOKENS)


def _boxes(rng: Random) -> Fields:
    item, boxes, each, broken = rng.choice(ITEMS), rng.randint(2, 12), rng.randint(3, 12), rng.randint(1, 5)
    story = rng.choice(
        (
            "A shop gets {boxes} boxes with {each} {item} in each; {broken} are broken. How many are whole?",
            "There are {boxes} boxes of {each} {item}. After {broken} {item} are thrown away, how many are left?",
        )
    )
    return ask_number(
        _told(story, rng, boxes=boxes, each=each, item=item, broken=broken), boxes * each - broken, max_tokens=_TOKENS
    )


def _ages(rng: Random) -> Fields:
    older, younger = rng.sample(NAMES, k=2)
    age, gap, later = rng.randint(6, 50), rng.randint(1, 9), rng.randint(2, 10)
    story = rng.choice(
        (
            "{younger} is {age} years old. {older} is {gap} years older. How old will {older} be in {later} years?",
            "{older} is {gap} years older than {younger}, who is {age}. How old is {older} in {later} years from now?",
        )
    )
    fields: dict[str, str | int] = {"older": older, "younger": younger, "age": age, "gap": gap, "later": later}
    return ask_number(_told(story, rng, **fields), age + gap + later, max_tokens=_TOKENS)


def _journey(rng: Random) -> Fields:
    hours, speed, rest = rng.randint(2, 6), 5 * rng.randint(4, 24), rng.randint(5, 60)
    story = rng.choice(
        (
            "A van drives {hours} hours at {speed} km per hour and then {rest} km more. How many km is that?",
            "After {hours} hours at {speed} km/h a coach has {rest} km left. How long is its whole way, in km?",
        )
    )
    return ask_number(_told(story, rng, hours=hours, speed=speed, rest=rest), hours * speed + rest, max_tokens=_TOKENS)


def _minutes(rng: Random) -> Fields:
    name, first, second = rng.choice(NAMES), rng.randint(5, 55), rng.randint(5, 55)
    story = rng.choice(
        (
            "{name} reads for {first} minutes and then writes for {second} minutes. How many minutes is that in all?",
            "{name} waits {first} minutes for the bus and rides {second} minutes. How many minutes together?",
        )
    )
    return ask_number(_told(story, rng, name=name, first=first, second=second), first + second, max_tokens=_TOKENS)


def _told(story: str, rng: Random, **fields: str | int) -> str:
    return f"{story.format(**fields)} {rng.choice(_TAILS)}"


TEMPLATES: tuple[Template, ...] = (_change, _minutes, _sharing, _shopping, _boxes, _ages, _journey)

"""Requests that one of several offered tools must be called for, with the right arguments."""

from random import Random

from shadow.suites.heldout.vocabulary import CITIES, DAYS, ITEMS, NAMES
from shadow.suites.template import Fields, Template, ask_tool, tool

_WEATHER = tool("get_weather", "Tell the weather of a city.", city="string")
_TIME = tool("get_time", "Tell the local time of a city.", city="string")
_ORDER = tool("find_order", "Find an order by its number.", order_number="string")
_CANCEL = tool("cancel_order", "Cancel an order by its number.", order_number="string")
_CONVERT = tool("convert_money", "Convert an amount between currencies (ISO codes).",
                amount="integer", source="string", target="string")  # fmt: skip
_REMIND = tool("set_reminder", "Remind a person on a day of the week.", person="string", day="string")
_STOCK = tool("check_stock", "Tell how many pieces of an item a branch has.", item="string", city="string")


def _weather(rng: Random) -> Fields:
    city = rng.choice(CITIES)
    text = rng.choice(
        (
            "What is the weather in {}{}?",
            "Is it raining in {}{}?",
            "How warm is {}{}?",
            "Do I need an umbrella in {}{}?",
        )
    )
    when = rng.choice(("", " now", " today", " at the moment", " this morning"))
    return ask_tool(
        text.format(city, when),
        "get_weather",
        {"city": city},
        tools=_offered(rng, _WEATHER, _TIME),
        is_named=_coin(rng),
    )


def _time(rng: Random) -> Fields:
    city = rng.choice(CITIES)
    text = rng.choice(
        (
            "What time is it in {}{}?",
            "Tell me the time in {}{}.",
            "Local time of {}{}, please.",
            "How late is it in {}{}?",
        )
    )
    when = rng.choice(("", " now", " right now", " at the moment"))
    return ask_tool(
        text.format(city, when), "get_time", {"city": city}, tools=_offered(rng, _WEATHER, _TIME), is_named=_coin(rng)
    )


def _order(rng: Random) -> Fields:
    number = f"{rng.choice('ABCDEF')}{rng.randint(1000, 9999)}"
    cancels = rng.choice((True, False))
    text = rng.choice(
        ("Please cancel order {}.", "I do not want {} any more, call it off.", "Stop order {} before it is sent.")
        if cancels
        else ("Where is my order {}?", "Look up order {}, please.", "What is the state of order {}?")
    )
    name = "cancel_order" if cancels else "find_order"
    return ask_tool(text.format(number), name, {"order_number": number}, tools=_offered(rng, _ORDER, _CANCEL))


def _convert(rng: Random) -> Fields:
    amount = rng.randint(5, 900)
    source, target = rng.sample(("EUR", "USD", "GBP", "CHF", "JPY", "SEK"), k=2)
    text = rng.choice(
        ("How much is {a} {s} in {t}?", "Convert {a} {s} to {t}.", "Change {a} {s} into {t}, please.")
    ).format(a=amount, s=source, t=target)
    arguments: Fields = {"amount": amount, "source": source, "target": target}
    return ask_tool(text, "convert_money", arguments, tools=_offered(rng, _CONVERT, _TIME), is_named=_coin(rng))


def _remind(rng: Random) -> Fields:
    name, day = rng.choice(NAMES), rng.choice(DAYS)
    text = rng.choice(("Remind {n} on {d}.", "Set a reminder for {n}, {d}.", "{n} needs a reminder on {d}, please."))
    arguments: Fields = {"person": name, "day": day}
    return ask_tool(
        text.format(n=name, d=day),
        "set_reminder",
        arguments,
        tools=_offered(rng, _REMIND, _WEATHER),
        is_named=_coin(rng),
    )


def _stock(rng: Random) -> Fields:
    item, city = rng.choice(ITEMS), rng.choice(CITIES)
    text = rng.choice(
        ("How many {i} are there in {c}?", "Does the branch in {c} still have {i}?", "Check the stock of {i} in {c}.")
    )
    arguments: Fields = {"item": item, "city": city}
    return ask_tool(
        text.format(i=item, c=city), "check_stock", arguments, tools=_offered(rng, _STOCK, _ORDER, _WEATHER)
    )


def _coin(rng: Random) -> bool:
    return rng.choice((True, False))


def _offered(rng: Random, *tools: Fields) -> list[Fields]:
    return rng.sample(tools, k=len(tools))


TEMPLATES: tuple[Template, ...] = (_weather, _time, _order, _convert, _remind, _stock)

"""A calendar of one week, in whole quarters of an hour."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from pydantic import JsonValue

from shadow.agentic.task import Draft, Step, one_of
from shadow.agentic.world import Arguments, Denied, Tool, World, listed

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
_PEOPLE = ("Kofi", "Lena", "Marco", "Nadia", "Oskar", "Priya", "Quentin", "Rosa", "Sven", "Tara")
_TOPICS = ("budget", "hiring", "roadmap", "design", "safety", "training", "supplier", "release", "audit", "office")
_OPENS, _CLOSES, _QUARTER = 9 * 60, 17 * 60, 15


@dataclass(slots=True)
class Event:
    """One event; `start` and `end` are minutes after midnight."""

    title: str
    day: str
    start: int
    end: int
    people: list[str]


@dataclass(slots=True)
class Calendar:
    """Events by id."""

    events: dict[str, Event]


def _list_events(calendar: Calendar, given: Arguments) -> JsonValue | Denied:
    if given["day"] not in _DAYS:
        return _no_day()
    events = sorted(_on(calendar, given["day"]), key=lambda one: one[1].start)
    return [_shown(event_id, event) for event_id, event in events]


def _find_events(calendar: Calendar, given: Arguments) -> JsonValue:
    wanted = given["title"].casefold()
    found = [(event_id, event) for event_id, event in calendar.events.items() if wanted in event.title.casefold()]
    return [_shown(event_id, event) for event_id, event in found]


def _create_event(calendar: Calendar, given: Arguments) -> JsonValue | Denied:
    start, minutes = _minutes(given["start"]), given["minutes"]
    if start is None or given["day"] not in _DAYS:
        return _no_day()
    if refusal := _clash(calendar, day=given["day"], start=start, end=start + minutes):
        return refusal
    event_id = f"EV-{len(calendar.events) + 501}"
    calendar.events[event_id] = Event(given["title"], given["day"], start, start + minutes, sorted(given["people"]))
    return {"event_id": event_id}


def _move_event(calendar: Calendar, given: Arguments) -> JsonValue | Denied:
    event, start = calendar.events.get(given["event_id"]), _minutes(given["start"])
    if event is None:
        return _unknown(given)
    if start is None or given["day"] not in _DAYS:
        return _no_day()
    end = start + event.end - event.start
    if refusal := _clash(calendar, day=given["day"], start=start, end=end, but=event):
        return refusal
    event.day, event.start, event.end = given["day"], start, end
    return "moved"


def _cancel_event(calendar: Calendar, given: Arguments) -> JsonValue | Denied:
    if given["event_id"] not in calendar.events:
        return _unknown(given)
    del calendar.events[given["event_id"]]
    return "cancelled"


def _invite(calendar: Calendar, given: Arguments) -> JsonValue | Denied:
    event = calendar.events.get(given["event_id"])
    if event is None:
        return _unknown(given)
    event.people = sorted({*event.people, given["person"]})
    return {"people": list(event.people)}


def _on(calendar: Calendar, day: str) -> Iterator[tuple[str, Event]]:
    return ((event_id, event) for event_id, event in calendar.events.items() if event.day == day)


def _shown(event_id: str, event: Event) -> dict[str, JsonValue]:
    return {
        "event_id": event_id,
        "title": event.title,
        "day": event.day,
        "start": _clock(event.start),
        "end": _clock(event.end),
        "people": list(event.people),
    }


def _clash(calendar: Calendar, *, day: str, start: int, end: int, but: Event | None = None) -> Denied | None:
    if start % _QUARTER or end <= start or start < _OPENS or end > _CLOSES:
        return Denied("events lie between 09:00 and 17:00 and start at whole quarters of an hour")
    taken = (event for _, event in _on(calendar, day) if event is not but)
    if any(start < event.end and event.start < end for event in taken):
        return Denied(f"{day} {_clock(start)} to {_clock(end)} is not free")
    return None


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _minutes(clock: str) -> int | None:
    hour, colon, minute = clock.partition(":")
    return int(hour) * 60 + int(minute) if colon and hour.isdecimal() and minute.isdecimal() else None


def _no_day() -> Denied:
    return Denied("a day is Monday to Friday, and a time looks like 09:30")


def _unknown(given: Arguments) -> Denied:
    return Denied(f"there is no event {given['event_id']!r}")


CALENDAR: World[Calendar] = World(
    name="calendar",
    rules=(
        "You keep a calendar from Monday to Friday, 09:00 to 17:00, in whole quarters of an hour. Two events never "
        "overlap. Look before you change anything, and change nothing that nobody asked about."
    ),
    tools=(
        Tool("list_events", "List the events of a day, earliest first.", {"day": "string"}, _list_events),
        Tool("find_events", "Find events whose title holds a word.", {"title": "string"}, _find_events),
        Tool(
            "create_event",
            "Create an event; people is the list of first names.",
            {"title": "string", "day": "string", "start": "string", "minutes": "integer", "people": "array"},
            _create_event,
            changes_state=True,
        ),
        Tool(
            "move_event",
            "Move an event to another day or time; its length stays.",
            {"event_id": "string", "day": "string", "start": "string"},
            _move_event,
            changes_state=True,
        ),
        Tool("cancel_event", "Cancel an event.", {"event_id": "string"}, _cancel_event, changes_state=True),
        Tool(
            "invite",
            "Add a person to an event.",
            {"event_id": "string", "person": "string"},
            _invite,
            changes_state=True,
        ),
    ),
)
"""The world."""


def _week(rng: Random) -> Calendar:
    """Two to four events a day, never overlapping, their titles all different."""
    topics = [f"{topic} {kind}" for topic in _TOPICS for kind in ("meeting", "review")]
    rng.shuffle(topics)
    numbers = iter(rng.sample(range(100, 400), k=len(topics)))
    events = {}
    for day in _DAYS:
        for slot in sorted(rng.sample(range(8), k=rng.randint(2, 4))):
            start = _OPENS + slot * 60 + rng.choice((0, 15))
            event = Event(topics.pop(), day, start, start + rng.choice((30, 45)), sorted(rng.sample(_PEOPLE, k=2)))
            events[f"EV-{next(numbers)}"] = event
    return Calendar(events)


def _free_start(calendar: Calendar, *, day: str, minutes: int) -> int:
    return next(
        start
        for start in range(_OPENS, _CLOSES - minutes + 1, _QUARTER)
        if _clash(calendar, day=day, start=start, end=start + minutes) is None
    )


def _move(rng: Random) -> Draft:
    calendar = _week(rng)
    event_id, event = rng.choice(sorted(calendar.events.items()))
    day = rng.choice([one for one in _DAYS if one != event.day])
    start = _clock(_free_start(calendar, day=day, minutes=event.end - event.start))
    wordings = (
        "Move the {title} to {day} at {start}.",
        "The {title} has to take place on {day}, {start}. Please move it there.",
    )
    steps = (
        Step("find_events", {"title": event.title}),
        Step("move_event", {"event_id": event_id, "day": day, "start": start}),
    )
    return Draft(one_of(rng, wordings, title=event.title, day=day, start=start), calendar, steps)


def _schedule(rng: Random) -> Draft:
    calendar, day, minutes = _week(rng), rng.choice(_DAYS), rng.choice((30, 45, 60))
    title = f"{rng.choice(('budget', 'vendor', 'launch', 'party'))} talk"
    people = sorted(rng.sample(_PEOPLE, k=2))
    start = _clock(_free_start(calendar, day=day, minutes=minutes))
    wordings = (
        "Create '{title}' with {one} and {two}, {minutes} minutes, at the earliest free time on {day}.",
        "On {day}, find the earliest gap of {minutes} minutes and put '{title}' with {one} and {two} there.",
    )
    words = one_of(rng, wordings, title=title, one=people[0], two=people[1], minutes=minutes, day=day)
    made = {"title": title, "day": day, "start": start, "minutes": minutes, "people": people}
    return Draft(words, calendar, (Step("list_events", {"day": day}), Step("create_event", made)))


def _clear(rng: Random) -> Draft:
    calendar = _week(rng)
    day = rng.choice(_DAYS)
    person = rng.choice(sorted({person for _, event in _on(calendar, day) for person in event.people}))
    gone = [event_id for event_id, event in _on(calendar, day) if person in event.people]
    wordings = (
        "{person} is ill on {day}. Cancel every event of that day that {person} takes part in.",
        "Cancel all events with {person} on {day}, and no others.",
    )
    steps = (Step("list_events", {"day": day}), *(Step("cancel_event", {"event_id": one}) for one in gone))
    return Draft(one_of(rng, wordings, person=person, day=day), calendar, steps)


def _add(rng: Random) -> Draft:
    calendar = _week(rng)
    event_id, event = rng.choice(sorted(calendar.events.items()))
    person = rng.choice([one for one in _PEOPLE if one not in event.people])
    wordings = ("Invite {person} to the {title}.", "{person} should join the {title} too. Please add {person}.")
    steps = (
        Step("find_events", {"title": event.title}),
        Step("invite", {"event_id": event_id, "person": person}),
    )
    return Draft(one_of(rng, wordings, person=person, title=event.title), calendar, steps)


def _booked(rng: Random) -> Draft:
    calendar, days = _week(rng), rng.sample(_DAYS, k=2)
    minutes = sum(event.end - event.start for day in days for _, event in _on(calendar, day))
    wordings = (
        "How many minutes of {days} are booked in total? Answer with the number of minutes.",
        "Add up the length of all events on {days} and tell me the minutes as a number.",
    )
    steps = tuple(Step("list_events", {"day": day}) for day in days)
    return Draft(one_of(rng, wordings, days=listed(days)), calendar, steps, (str(minutes),))


TEMPLATES: tuple[Callable[[Random], Draft], ...] = (_move, _schedule, _clear, _add, _booked)
"""Every kind of task of this world."""

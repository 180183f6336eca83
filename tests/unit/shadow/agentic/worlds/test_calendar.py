import json

import pytest

from proxy.wire.reply import ToolCall
from shadow.agentic.world import Result, act
from shadow.agentic.worlds.calendar import CALENDAR, Calendar, Event


def week() -> Calendar:
    return Calendar({"EV-1": Event("budget meeting", "Monday", 540, 585, ["Kofi", "Lena"])})


def do(state: Calendar, name: str, **arguments: object) -> Result:
    return act(CALENDAR, state, ToolCall(name=name, arguments=json.dumps(arguments)))


def make(state: Calendar, *, day: str = "Monday", start: str = "09:45", minutes: int = 30) -> Result:
    return do(state, "create_event", title="talk", day=day, start=start, minutes=minutes, people=["Tara", "Sven"])


def test_an_event_is_made_where_it_is_free() -> None:
    state = week()
    assert not make(state).is_error
    (made,) = (event for event in state.events.values() if event.title == "talk")
    assert (made.start, made.end, made.people) == (585, 615, ["Sven", "Tara"])


@pytest.mark.parametrize(
    ("day", "start", "minutes"),
    [
        ("Monday", "09:30", 30),
        ("Monday", "08:30", 30),
        ("Monday", "16:45", 30),
        ("Monday", "10:05", 30),
        ("Monday", "10:00", 0),
        ("Sunday", "10:00", 30),
        ("Monday", "ten", 30),
    ],
)
def test_no_event_is_made_where_it_is_not(day: str, start: str, minutes: int) -> None:
    state = week()
    assert make(state, day=day, start=start, minutes=minutes).is_error
    assert state == week()


def test_an_event_moves_with_its_length_and_never_clashes_with_itself() -> None:
    state = week()
    assert not do(state, "move_event", event_id="EV-1", day="Monday", start="09:15").is_error
    assert (state.events["EV-1"].start, state.events["EV-1"].end) == (555, 600)


def test_people_are_added_once_and_events_go() -> None:
    state = week()
    do(state, "invite", event_id="EV-1", person="Anna")
    do(state, "invite", event_id="EV-1", person="Anna")
    assert state.events["EV-1"].people == ["Anna", "Kofi", "Lena"]
    assert not do(state, "cancel_event", event_id="EV-1").is_error
    for name, arguments in (
        ("cancel_event", {}),
        ("invite", {"person": "x"}),
        ("move_event", {"day": "x", "start": "y"}),
    ):
        assert do(state, name, event_id="EV-1", **arguments).is_error


def test_events_are_found_by_day_and_by_word() -> None:
    state = week()
    assert json.loads(do(state, "list_events", day="Monday").text)[0]["event_id"] == "EV-1"
    assert json.loads(do(state, "find_events", title="BUDGET").text)[0]["start"] == "09:00"
    assert do(state, "list_events", day="Someday").is_error

import io
import json

from rich.console import Console

from shadow.doctor.finding import bad, doubtful, good
from shadow.doctor.showing import show, to_json

FOUND = [
    good("spool", "empty"),
    doubtful("worker", "elsewhere?", to_do="look"),
    bad("broker", "away", to_do="start it"),
]


def test_each_part_has_its_mark_and_what_to_do() -> None:
    out = io.StringIO()
    show(FOUND, console=Console(file=out, width=60))
    lines = [line.strip() for line in out.getvalue().splitlines()]
    assert lines[0].split() == ["✓", "spool", "empty"]
    assert lines[2:4] == ["→ look", "✗  broker  away"]
    assert lines[-1] == "1 good, 1 doubtful, 1 bad"


def test_brackets_in_words_are_no_markup() -> None:
    out = io.StringIO()
    show([bad("x", "[red]a[/red]", to_do="[b]")], console=Console(file=out, width=60))
    assert "[red]a[/red]" in out.getvalue()


def test_pipelines_get_one_object() -> None:
    told = json.loads(to_json(FOUND))
    assert told["well"] is False
    assert told["findings"][2] == {"part": "broker", "health": "bad", "words": "away", "to_do": "start it"}

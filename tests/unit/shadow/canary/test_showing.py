import io
import json

from rich.console import Console

from shadow.canary.hop import Hop
from shadow.canary.showing import Lines, to_json

_THERE = Hop("gateway", is_there=True, ms=12.34, words="answered 200")
_GONE = Hop("kafka", is_there=False, ms=60_000.0, words="look at [the ledger]")


def _shown(*hops: Hop, experiments: tuple[str, ...] = ()) -> list[str]:
    text = io.StringIO()
    lines = Lines(is_silent=False, console=Console(file=text, width=20))
    with lines:
        for hop in hops:
            lines.add(hop)
    lines.conclude(hops, experiments)
    return text.getvalue().splitlines()


def test_each_hop_is_one_line_with_its_mark_and_time() -> None:
    there, gone, last = _shown(_THERE, _GONE)
    assert there.startswith("✓ gateway")
    assert "12 ms" in there
    assert gone.startswith("✗ kafka")
    assert gone.endswith("look at [the ledger]")
    assert last == "the canary did not arrive: kafka"


def test_the_conclusion_says_when_no_experiment_is_enabled() -> None:
    assert "no experiment is enabled" in _shown(_THERE)[-1]
    assert _shown(_THERE, experiments=("trial",))[-1] == "the canary arrived everywhere"


def test_json_says_whether_all_arrived() -> None:
    assert json.loads(to_json([_THERE], ["trial"]))["arrived"]
    told = json.loads(to_json([_THERE, _GONE], []))
    assert not told["arrived"]
    assert told["hops"][0] == {"name": "gateway", "is_there": True, "ms": 12.3, "words": "answered 200"}


def test_silence_prints_nothing() -> None:
    console = Console(file=io.StringIO(), quiet=True)
    with Lines(is_silent=True, console=console) as lines:
        lines.add(_THERE)
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue() == ""

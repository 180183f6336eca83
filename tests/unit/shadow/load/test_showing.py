import io
import json
from dataclasses import replace
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from shadow.load.level import Load, Loop
from shadow.load.saturation import Saturation, Tried
from shadow.load.showing import (
    is_resolved,
    level_object,
    limits_object,
    limits_table,
    run_line,
    run_object,
    state_of,
    table_of,
    to_json,
)
from shadow.replay import Lane
from tests.loads import CHECK, closed_requests, failed_request, load_level, load_request

TRIED = [
    Tried(4, tokens_per_s=100.0, good_share=1.0, is_sound=True),
    Tried(8, tokens_per_s=180.0, good_share=0.5, is_sound=True),
]
LIMITS = {Lane.CANDIDATE: (TRIED, Saturation(carried=4, refused=8, knee=8))}


def shown(table: Table) -> str:
    console = Console(width=140, file=io.StringIO(), record=True)
    console.print(table)
    return console.export_text()


def test_a_block_that_may_not_be_used_is_marked_and_says_why() -> None:
    text = shown(table_of([load_level(), load_level(number=1, unsteady_reason="completions drift")], title="run"))
    assert text.count("4 in flight *") == 1
    assert "4 in flight, candidate, block 1: unresolved (completions drift)" in text


def test_every_figure_of_a_block_is_whole_in_eighty_columns() -> None:
    sent = [load_request(number, sent_s=number / 10, ttft_ms=15_234) for number in range(600)]
    console = Console(width=80, file=io.StringIO(), record=True)
    console.print(table_of([load_level(sent, load=Load(Loop.OPEN, 123.4), unsteady_reason="drift")], title="run"))
    rows = [line.split() for line in console.export_text().splitlines()]
    assert ["123.4", "requests/s", "*", "78", "p50", "15234", "10.0", "10.0", "15.27", "49.9", "250", "tok"] in rows
    assert ["candidate", "0", "0", "p95", "15234", "10.0", "10.0", "15.27", "0.0", "8.00", "GB"] in rows
    assert ["p99", "15234", "10.0", "10.0", "15.27"] in rows


def test_a_load_that_has_no_result_is_not_called_refused() -> None:
    tried = [TRIED[0], replace(TRIED[1], is_sound=False)]
    text = shown(limits_table({Lane.CANDIDATE: (tried, Saturation(carried=4, refused=8, knee=4))}, title="search"))
    assert "carries 4 in flight, unresolved at 8" in " ".join(text.split())


def test_a_void_block_is_void_whatever_else_it_is() -> None:
    level = load_level(unsteady_reason="drift", check=replace(CHECK, loop_lag_p99_ms=30.0))
    assert state_of(level).startswith("void (event-loop lag")
    assert not is_resolved([level])


def test_infinity_is_a_word_for_machines() -> None:
    requests = [failed_request(one.number, sent_s=one.sent_s) for one in closed_requests(80)]
    told = json.loads(to_json(level_object(load_level(requests))))
    assert told["ttft_ms"] == {"p50": "inf", "p95": "inf", "p99": "inf"}
    assert told["good_share"] == 0


def test_no_level_is_no_result() -> None:
    assert not is_resolved([])


def test_a_search_says_where_the_limit_is() -> None:
    text = shown(limits_table(LIMITS, title="search"))
    assert "candidate carries 4 in flight, not 8; 95 % of its best throughput from 8 on" in " ".join(text.split())
    assert json.loads(to_json(limits_object(LIMITS)))["candidate"]["carried"] == 4


def test_a_stored_run_is_one_line() -> None:
    run = {"run_id": "friday", "experiment_id": "", "began_at": datetime(2026, 11, 1, tzinfo=UTC), "blocks": 4,
           "requests": 320, "unsteady": 1, "void": 0}  # fmt: skip
    assert run_line(run) == "friday  a URL  2026-11-01 00:00 UTC  4 blocks, 320 requests, 1 not steady, 0 void"
    assert run_object(run)["began_at"] == "2026-11-01T00:00:00+00:00"

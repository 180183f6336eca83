"""The whole panel of judges without a model: pairs a second on one core, and that no odd text breaks or hangs it.

python -m tests.bench.judges panel
"""

import functools
import gc
import json
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from judges.judgement import Case, JudgeFailed
from judges.panel import cheap_panel, run_panel
from proxy.errors import UnderstudyError
from tests.bench.judges_planted import case
from tests.bench.judges_refusal import everyday_pairs, refusal_pairs
from tests.bench.judges_table import Row, at_least, at_most
from tests.bench.planted_faults import HELPED
from tests.bench.refusal_fit import data_folder

_PAIRS_A_SECOND: Final = 3_000
_HANG_S: Final = 1.0
_TIMES: Final = 3


def rows() -> list[Row]:
    """Every figure, with its bar."""
    return [*speed_rows(), *robust_rows()]


def speed_rows() -> Iterator[Row]:
    """Pairs a second: both lanes judged by all judges without a model, nothing remembered; best of three, CPU time."""
    pairs = [*everyday_pairs(), *refusal_pairs()]
    cases = [one for pair in pairs for one in (replace(pair, answer=pair.reference), pair)]
    panel = cheap_panel()
    spent = min(cpu_seconds(lambda: run_panel(panel, cases)) for _ in range(_TIMES))
    yield at_least("all without a model", f"{len(pairs)} pairs", len(pairs) / spent, _PAIRS_A_SECOND, name="pairs/s")
    for judge in panel:
        alone = min(cpu_seconds(functools.partial(judge.judge_batch, cases)) for _ in range(_TIMES))
        yield Row(judge.name, f"{len(pairs)} pairs, alone", f"us a pair {alone * 1e6 / len(pairs):.0f}")


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this thread with every memory of the judges emptied."""
    for held in gc.get_objects():
        is_memory = isinstance(held, functools._lru_cache_wrapper)
        if is_memory and held.cache_info().maxsize and (held.__module__ or "").startswith("judges"):
            held.cache_clear()
    started = time.thread_time()
    work()
    return time.thread_time() - started


def robust_rows() -> Iterator[Row]:
    """Odd texts as answer, as reference and as prompt: failures, the slowest case, connections that were opened."""
    for name, texts in (("jsontestsuite", _json_files()), ("jsonschema_suite", _schemas()), ("blns", _naughty())):
        cases = [odd for text in texts for odd in odd_cases(text)]
        with counted_connections() as opened:
            failed, slowest = _run(cases)
        yield at_most("all without a model", f"{name}, {len(cases)} cases: failures", failed, 0)
        yield at_most("all without a model", f"{name}, {len(cases)} cases: slowest, s", slowest, _HANG_S)
        yield at_most("all without a model", f"{name}, {len(cases)} cases: connections", len(opened), 0)


def odd_cases(text: str) -> list[Case]:
    """A text in each place where it can stand."""
    prompt, answer = HELPED[0]
    return [
        case(prompt, text, reference=answer),
        case(prompt, answer, reference=text),
        case(text, text, reference=answer, system=text, canary=text, danger="odd"),
    ]


def _run(cases: Sequence[Case]) -> tuple[int, float]:
    failed, slowest = 0, 0.0
    panel = cheap_panel()
    run_panel(panel, cases[:1])  # loads what is loaded once
    for one in cases:
        started = time.perf_counter()
        found = run_panel(panel, [one])
        slowest = max(slowest, time.perf_counter() - started)
        failed += sum(isinstance(row.finding, JudgeFailed) for row in found)
    return failed, slowest


class counted_connections:  # noqa: N801 - used as a word in a with statement
    """Counts what connects to anywhere, and lets none through."""

    def __enter__(self) -> list[str]:
        self._opened: list[str] = []
        self._connect = socket.socket.connect

        def refuse(_self: socket.socket, _address: object) -> None:
            self._opened.append("connect")
            raise UnderstudyError("judges connect to nothing")

        socket.socket.connect = refuse  # type: ignore[method-assign, assignment]  # the one door
        return self._opened

    def __exit__(self, *_: object) -> None:
        socket.socket.connect = self._connect  # type: ignore[method-assign]  # as above


def _json_files() -> list[str]:
    folder = data_folder() / "jsontestsuite"
    return [path.read_bytes().decode("utf-8", "replace") for path in sorted(folder.rglob("*.json"))]


def _schemas() -> list[str]:
    folder = data_folder() / "jsonschema_suite"
    return [path.read_text("utf-8")[:20_000] for path in sorted(folder.rglob("*.json"))]


def _naughty() -> list[str]:
    return [str(one) for one in json.loads((data_folder() / "blns" / "blns.json").read_text("utf-8"))]

"""The jury: judges in a process of their own, so that one that hangs or dies is ended and the rest goes on.

A judge that exceeds its deadline on a batch is asked case by case in a new process; what hangs again fails alone, and
after a few of those the batch's remaining cases fail as well. Threads would not do: nothing ends a loop in a thread.
"""

import logging
import multiprocessing
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import Final, Protocol, Self, runtime_checkable

from judges.judgement import Case, Finding, Judge, JudgeFailed
from judges.panel import Row, findings_of, sound
from proxy.errors import Unavailable, UnderstudyError

_LOG: Final = logging.getLogger(__name__)
_MOST_HUNG: Final = 3
_START_S: Final = 300.0
"""For the process to build its panel: models are loaded from disks that may be slow."""
_READY: Final = "ready"

type OpenPanel = Callable[[], list[Judge]]


@runtime_checkable
class Patient(Protocol):
    """A judge that needs more time than the others, such as one that asks a model."""

    def deadline_s(self, cases: int) -> float:
        """Seconds that it may take for so many cases."""
        ...


@dataclass(frozen=True, slots=True)
class _Worker:
    process: SpawnProcess
    pipe: Connection


class Jury:
    """Runs judges in a child process, with a deadline for each judge and batch. The child starts with the first batch.

    Args:
        open_panel: Builds the judges; importable by name, since it is called in the child.
        judges: The same judges, in the same order, as seen here: names, versions, deadlines.
        deadline_s: For a judge that is not `Patient`, per batch.
    """

    def __init__(self, open_panel: OpenPanel, *, judges: Sequence[Judge], deadline_s: float) -> None:
        self._open_panel = open_panel
        self._judges = tuple(judges)
        self._deadline_s = deadline_s
        self._worker: _Worker | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def run(self, cases: Sequence[Case], *, names: frozenset[str] | None = None) -> list[Row]:
        """One finding per judge and case, like `run_panel`; nothing that a judge does makes it raise.

        Args:
            names: Judges to ask; all of them by default.

        Raises:
            UsageError: the panel cannot be built.
            Unavailable: the child does not start.
        """
        rows: list[Row] = []
        for place, judge in enumerate(self._judges):
            if names is None or judge.name in names:
                found = self._ask(place, cases)
                rows += [Row(index, judge.name, judge.version, sound(one)) for index, one in enumerate(found)]
        return rows

    def _ask(self, place: int, cases: Sequence[Case]) -> list[Finding]:
        found = self._once(place, cases)
        if not isinstance(found, JudgeFailed):
            return found
        if len(cases) == 1:
            return [found]
        one_by_one: list[Finding] = []
        hung = 0
        for case in cases:
            if hung >= _MOST_HUNG:
                one_by_one.append(found)
                continue
            alone = self._once(place, [case])
            hung += isinstance(alone, JudgeFailed)
            one_by_one += [alone] if isinstance(alone, JudgeFailed) else alone
        return one_by_one

    def _once(self, place: int, cases: Sequence[Case]) -> list[Finding] | JudgeFailed:
        """Findings, or why there are none: the process hung or died and was ended."""
        judge = self._judges[place]
        patience = judge.deadline_s(len(cases)) if isinstance(judge, Patient) else self._deadline_s
        worker = self._worker or self._start()
        try:
            worker.pipe.send((place, list(cases)))
            if worker.pipe.poll(patience):
                found: list[Finding] = worker.pipe.recv()
                return found
            failure = JudgeFailed("DeadlineExceeded")
        except (EOFError, OSError):
            failure = JudgeFailed("ProcessDied")
        _LOG.warning("judge %s on %d cases: %s; its process is ended", judge.name, len(cases), failure.error)
        self._end()
        return failure

    def _start(self) -> _Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, self._open_panel), daemon=True)
        process.start()
        theirs.close()
        self._worker = _Worker(process, ours)
        try:
            said = ours.recv() if ours.poll(_START_S) else None
        except EOFError:
            said = None
        if said == _READY:
            return self._worker
        self._end()
        if isinstance(said, UnderstudyError):
            raise said
        raise Unavailable("the judges' process does not start: `understudy judge list` shows what it loads")

    def _end(self) -> None:
        if self._worker is not None:
            self._worker.process.kill()
            self._worker.process.join()
            self._worker.pipe.close()
            self._worker = None


def _serve(pipe: Connection, open_panel: OpenPanel) -> None:
    """The child: builds the panel, then answers until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        judges = open_panel()
    except UnderstudyError as error:
        pipe.send(error)
        return
    pipe.send(_READY)
    while True:
        try:
            place, cases = pipe.recv()
        except EOFError:
            return
        pipe.send(list(findings_of(judges[place], cases)))

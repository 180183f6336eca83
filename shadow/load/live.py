"""The run on the terminal while it goes on: a live table on a screen, a line per block anywhere else."""

import time
from collections import deque
from types import TracebackType
from typing import Final, Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from shadow.load.crew import Watcher
from shadow.load.figures import Spread, figures_of
from shadow.load.level import Block, LoadLevel
from shadow.load.order import Tick
from shadow.load.showing import ROWS_OF_BLOCK, name_of, state_of, table_of

_RECENT: Final = 500
_REFRESH_PER_S: Final = 4
_OTHER_ROWS: Final = 14
"""Rows for the block that goes on, the table's head, and a few reasons below it."""


class Now:
    """What is known of the block that runs."""

    def __init__(self, block: Block, *, requests: int, clients: int) -> None:
        self._block = block
        self._requests = requests
        self._clients = clients
        self._began_s = time.monotonic()
        self._done = self._failed = self._tokens = self._in_flight = 0
        self._ttft_ms: deque[float] = deque(maxlen=_RECENT)

    def take(self, tick: Tick) -> None:
        """Count what a client process told; with several, what is in flight is one process's."""
        self._done += tick.done
        self._failed += tick.failed
        self._tokens += tick.tokens
        self._in_flight = tick.in_flight * self._clients
        self._ttft_ms.extend(tick.ttft_ms)

    def __rich__(self) -> Group:
        """A bar, and the figures so far, ramp included."""
        elapsed_s = max(time.monotonic() - self._began_s, 1e-9)
        spread = Spread.of(list(self._ttft_ms))
        ttft = "-" if spread.p50 is None or spread.p95 is None else f"{spread.p50:.0f} / {spread.p95:.0f} ms"
        words = (
            f"{self._block.load}, {self._block.lane}, block {self._block.number}: {self._done} of {self._requests}, "
            f"{self._failed} failed, {self._in_flight} in flight, {self._tokens / elapsed_s:.0f} tokens/s, "
            f"first token p50 / p95 of the last {len(self._ttft_ms)}: {ttft}, {self._clients} client process(es)"
        )
        return Group(Text(words), ProgressBar(total=self._requests, completed=self._done))


class Screen:
    """Shows a run: what is complete, and below it what goes on."""

    def __init__(self, console: Console, *, title: str) -> None:
        self._console = console
        self._title = title
        self._levels: list[LoadLevel] = []
        self._now: Now | None = None
        self._live = Live(console=console, get_renderable=self.view, refresh_per_second=_REFRESH_PER_S, transient=True)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def begin(self, block: Block, *, requests: int, clients: int) -> Watcher:
        """A block begins."""
        self._now = Now(block, requests=requests, clients=clients)
        return self._now.take

    def end(self, level: LoadLevel) -> None:
        """A block is complete."""
        self._now = None
        self._levels.append(level)
        if not self._console.is_terminal:
            figures = figures_of(level)
            told = "-" if figures.ttft_ms.p95 is None else f"{figures.ttft_ms.p95:.0f} ms"
            self._console.print(
                f"{name_of(level)}: {figures.kept} kept, P95 TTFT {told}, {figures.tokens_per_s or 0.0:.1f} tokens/s, "
                f"{state_of(level)}",
                highlight=False,
                soft_wrap=True,
            )

    def view(self) -> Group:
        """The latest complete blocks, as many as there is room for, and below them what goes on."""
        room = max((self._console.height - _OTHER_ROWS) // ROWS_OF_BLOCK, 1)
        shown = self._levels[-room:]
        title = self._title if len(shown) == len(self._levels) else f"{self._title}, the latest {len(shown)} blocks"
        done: list[Table] = [table_of(shown, title=title)] if shown else []
        return Group(*done, *([self._now] if self._now else []))


class Silence:
    """Shows nothing."""

    def begin(self, block: Block, *, requests: int, clients: int) -> Watcher:  # noqa: ARG002 - an audience's signature
        """A block begins."""
        return lambda _tick: None

    def end(self, level: LoadLevel) -> None:
        """A block is complete."""

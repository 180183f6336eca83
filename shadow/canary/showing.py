"""A canary's hops for a terminal and for pipelines."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Self

from rich.console import Console
from rich.status import Status
from rich.text import Text

from shadow.canary.hop import Hop

_NAME_WIDTH = 32


class Lines:
    """One line per hop, and a sign of life meanwhile; nothing at all when silent."""

    def __init__(self, *, is_silent: bool, console: Console | None = None) -> None:
        self._console = console or Console(quiet=is_silent)
        self._status = Status("waiting for the next hop", console=self._console)

    def __enter__(self) -> Self:
        self._status.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._status.stop()

    def add(self, hop: Hop) -> None:
        """Print one hop."""
        mark = Text("✓ ", "green") if hop.is_there else Text("✗ ", "red")
        words = f"{hop.name:<{_NAME_WIDTH}} {hop.ms:>9.0f} ms  {hop.words}"
        self._console.print(mark + Text(words), soft_wrap=True)

    def conclude(self, hops: Sequence[Hop], experiments: Sequence[str]) -> None:
        """Say what the way was."""
        missing = ", ".join(hop.name for hop in hops if not hop.is_there)
        if missing:
            words = Text(f"the canary did not arrive: {missing}", "red")
        elif experiments:
            words = Text("the canary arrived everywhere", "green")
        else:
            words = Text("no experiment is enabled, so the way ends at the log; the canary arrived there", "green")
        self._console.print(words, soft_wrap=True)


def to_json(hops: Sequence[Hop], experiments: Sequence[str]) -> str:
    """The hops as one JSON object."""
    rows = [asdict(hop) | {"is_there": hop.is_there, "ms": round(hop.ms, 1)} for hop in hops]
    return json.dumps({"arrived": all(hop.is_there for hop in hops), "experiments": list(experiments), "hops": rows})

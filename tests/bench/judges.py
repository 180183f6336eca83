"""The one table of the judges: each judge, the data, its figure and its bar, over every `judges_*` module of the bench.

    make bench-judges            all of them
    python -m tests.bench.judges refusal planted

Labelled data: UNDERSTUDY_DATA (default ../shared/data). A module that cannot run is shown as such, never left out.
"""

import importlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from tests.bench.judges_table import Row, print_table

_NO_BENCH = frozenset({"judges_table"})


def modules() -> list[str]:
    """Names of the modules that give rows."""
    return sorted(path.stem for path in Path(__file__).parent.glob("judges_*.py") if path.stem not in _NO_BENCH)


def rows(names: Sequence[str]) -> Iterator[Row]:
    """Every row of the modules, in order; one that breaks gives a missed row with the kind of its error."""
    for name in names:
        try:
            found: list[Row] = importlib.import_module(f"tests.bench.{name}").rows()
        except Exception as error:  # noqa: BLE001 - one broken bench must not hide the others
            found = [Row(name, "could not run", type(error).__name__, bar="runs", met=False)]
        yield from found


def main(wanted: Sequence[str]) -> int:
    """Print the table; 1 where a bar is missed."""
    names = [one for one in modules() if not wanted or one.removeprefix("judges_") in wanted]
    found = list(rows(names))
    console = Console(width=None if sys.stdout.isatty() else 150)
    print_table(found, console=console)
    missed = [row for row in found if row.met is False]
    console.print(f"{sum(row.met is True for row in found)} bars met, {len(missed)} missed")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What differences are planted in: answers, programs and foreign texts, read from the files beside."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

type Edit = tuple[str, str]

_FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Base:
    """One answer.

    Attributes:
        text: Without its caveat.
        caveat: A sentence that may follow the text.
        flips, numbers, units, entities: Replacements, each of which changes what the text says in that way.
        paraphrase: The text and its caveat in other words.
    """

    text: str
    caveat: str
    flips: tuple[Edit, ...]
    numbers: tuple[Edit, ...]
    units: tuple[Edit, ...]
    entities: tuple[Edit, ...]
    paraphrase: str

    @property
    def whole(self) -> str:
        """The text and its caveat."""
        return f"{self.text} {self.caveat}"


@dataclass(frozen=True, slots=True)
class Program:
    """Code in a language, replacements that change what it does, and texts that do the same."""

    language: str
    code: str
    breaks: tuple[Edit, ...]
    same: tuple[str, ...]


def _edits(rows: list[list[str]]) -> tuple[Edit, ...]:
    return tuple((old, new) for old, new in rows)


@cache
def bases() -> tuple[Base, ...]:
    """Every answer."""
    kinds = ("flips", "numbers", "units", "entities")
    return tuple(Base(**(row | {kind: _edits(row[kind]) for kind in kinds})) for row in _read("bases.toml")["base"])


@cache
def programs() -> tuple[Program, ...]:
    """Every program."""
    return tuple(
        Program(**(row | {"breaks": _edits(row["breaks"]), "same": tuple(row["same"])}))
        for row in _read("programs.toml")["program"]
    )


@cache
def foreign() -> tuple[str, ...]:
    """Every text in another language than English."""
    return tuple((_FOLDER / "foreign.txt").read_text(encoding="utf-8").splitlines())


def _read(name: str) -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads((_FOLDER / name).read_text(encoding="utf-8"))

"""Numbered migrations: applied in order, never edited, each with its way back."""

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from importlib.resources import files

from proxy.errors import Refused, UsageError
from shadow.store.alone import migrating_alone
from shadow.store.clickhouse import Store

_NAME = re.compile(r"(?P<number>\d{4})_(?P<title>[a-z0-9_]+)\.up\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema; `up` and `down` are statements with {database} and engine placeholders."""

    number: int
    title: str
    up: tuple[str, ...]
    down: tuple[str, ...]


def all_migrations() -> tuple[Migration, ...]:
    """Every migration that ships, in order of its number."""
    folder = files("shadow.store") / "migrations"
    found = []
    for file in folder.iterdir():
        if match := _NAME.fullmatch(file.name):
            down = folder / file.name.replace(".up.sql", ".down.sql")
            found.append(
                Migration(
                    number=int(match["number"]),
                    title=match["title"],
                    up=statements(file.read_text("utf-8")),
                    down=statements(down.read_text("utf-8")),
                )
            )
    return tuple(sorted(found, key=lambda migration: migration.number))


def statements(sql: str) -> tuple[str, ...]:
    """The statements of a file; each ends with a semicolon at a line's end."""
    parts = re.split(r";[ \t]*(?:\n|$)", sql)
    return tuple(part.strip() for part in parts if re.sub(r"--[^\n]*", "", part).strip())


def schema_hash() -> str:
    """Hash of every migration's text: it stands on each decision."""
    text = "\n".join(s for migration in all_migrations() for s in (*migration.up, *migration.down))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def applied(store: Store) -> set[int]:
    """Numbers of the migrations that the database has; creates the database and its books when missing."""
    store.command("CREATE DATABASE IF NOT EXISTS {database} {on_cluster}")
    books = (files("shadow.store") / "migrations" / "books.sql").read_text("utf-8")
    for statement in statements(books):
        store.command(statement)
    return {int(row["number"]) for row in store.read("applied_migrations")}


def pending(have: Collection[int]) -> list[Migration]:
    """Migrations that this version brings and a database with these does not have.

    Raises:
        Refused: the database has a migration that this version does not know.
    """
    known = all_migrations()
    newer = sorted(set(have) - {migration.number for migration in known})
    if newer:
        message = (
            f"the database has migration {newer[-1]}, this version of Understudy knows none after {known[-1].number}: "
            "use the version that made it, or let that one migrate down first"
        )
        raise Refused(message)
    return [migration for migration in known if migration.number not in have]


def migrate(store: Store, *, to: int | None = None, patience_s: float = 60.0) -> list[str]:
    """Bring the schema to migration `to` (the newest when None), up or down.

    Of several that migrate at once, one does the work; the others wait for it and find nothing left to do.

    Args:
        patience_s: How long to wait for another one's migration, s.

    Returns:
        What was done, one line each; empty when the schema was already there.

    Raises:
        UsageError: `to` is no migration's number.
        Refused: the database is newer than this version.
        Unavailable: another migration did not end in time.
    """
    known = all_migrations()
    target = known[-1].number if to is None else to
    if target not in {0, *(migration.number for migration in known)}:
        message = f"there is no migration {target}; known are 0 to {known[-1].number}"
        raise UsageError(message)
    if not _steps(known, have=applied(store), target=target):
        return []
    with migrating_alone(store, patience_s=patience_s):
        steps = _steps(known, have=applied(store), target=target)
        return [_step(store, migration, up=up) for migration, up in steps]


def _steps(known: Sequence[Migration], *, have: Collection[int], target: int) -> list[tuple[Migration, bool]]:
    """What is to be done, in order: a migration, and whether it goes up."""
    upward = [(m, True) for m in pending(have) if m.number <= target]
    downward = [(m, False) for m in reversed(known) if m.number > target and m.number in have]
    return upward + downward


def _step(store: Store, migration: Migration, *, up: bool) -> str:
    for statement in migration.up if up else migration.down:
        store.command(statement)
    store.insert("migrations", [{"number": migration.number, "title": migration.title, "applied": up}])
    return f"{migration.number:04d} {migration.title} {'up' if up else 'down'}"

"""The audit log of an experiment, read from its versions: who changed what, from what to what, when, by which way."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from pydantic import BaseModel, ConfigDict, JsonValue

from shadow.experiment import Action, Experiment, Through

_STAMP = {"version", "updated_at", "updated_by", "updated_through", "action"}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FieldChange(_Part):
    """One field before and after; None on the side on which there was none."""

    field: str
    old: JsonValue
    new: JsonValue


class Entry(_Part):
    """One version of an experiment, as the change that led to it.

    Attributes:
        action: None for versions from before this was kept.
        missing: Versions right before this one that nobody kept; `fields` then tells of all of them together.
        fields: What changed; nothing for the first version, which is all new.
    """

    version: int
    at: datetime
    by: str
    through: Through | None
    action: Action | None
    missing: int
    fields: tuple[FieldChange, ...]


def history_of(versions: Iterable[Experiment]) -> tuple[Entry, ...]:
    """The changes between the known versions of one experiment, oldest first.

    Args:
        versions: In any order; one that stands in the log and in the store counts once.
    """
    known = {(one.updated_at, one.version): one for one in versions}
    entries: list[Entry] = []
    before: Experiment | None = None
    for _, one in sorted(known.items()):
        entries.append(_entry(one, before=before))
        before = one
    return tuple(entries)


def _entry(one: Experiment, *, before: Experiment | None) -> Entry:
    return Entry(
        version=one.version,
        at=one.updated_at,
        by=one.updated_by,
        through=one.updated_through,
        action=one.action,
        missing=max(one.version - (before.version if before else 0) - 1, 0),
        fields=() if before is None else tuple(_differences(before, one)),
    )


def _differences(before: Experiment, after: Experiment) -> Iterator[FieldChange]:
    old, new = _flat(before), _flat(after)
    for field in sorted(old.keys() | new.keys()):
        if old.get(field) != new.get(field):
            yield FieldChange(field=field, old=old.get(field), new=new.get(field))


def _flat(one: Experiment) -> dict[str, JsonValue]:
    return dict(_leaves(one.model_dump(mode="json", exclude=_STAMP)))


def _leaves(value: JsonValue, path: str = "") -> Iterator[tuple[str, JsonValue]]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _leaves(part, f"{path}.{name}" if path else name)
    else:
        yield path, value

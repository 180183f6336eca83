"""Experiments and their audit log as the command line prints them."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from pydantic import BaseModel, JsonValue

from shadow.control.history import Entry
from shadow.control.shown import Shown
from shadow.deployment import Deployment
from shadow.experiment import ARMS, Experiment

_PAGE = ("owner", "profile", "score_card", "sample_ratio", "again_ratio", "speed", "max_concurrency", "timeout_s")


def line_of(one: Experiment) -> str:
    """One experiment in one line."""
    arms = f"{one.candidate.deployment_id} against {one.baseline.deployment_id}"
    return f"{one.experiment_id}  {_state(one)}  {arms}  until {_minute(one.expires_at)}  {one.owner}"


def page_of(one: Experiment) -> str:
    """One experiment in lines of `name: value`; what is at its default of none is left out."""
    lines = [
        f"experiment: {one.experiment_id}",
        f"state: {_state(one)}",
        f"expires: {_minute(one.expires_at)}",
        *(f"{name}: {getattr(one, name)}" for name in _PAGE),
        *(_group(name, getattr(one, name)) for name in ("budget", "target", "distress")),
        *(line for arm in ARMS for line in _arm(arm, one.deployment(arm))),
        *(
            f"split: {split.arm} became {split.new_fingerprint} at {_second(split.at)}, was {split.old_fingerprint}"
            for split in one.splits
        ),
        f"version: {one.version} of {_second(one.updated_at)} by {one.updated_by}",
    ]
    return "\n".join(line for line in lines if line)


def log_of(entries: Iterable[Entry]) -> str:
    """The audit log, a change a line and its fields below."""
    return "\n".join(line for entry in entries for line in _change(entry))


def as_json_object(one: Experiment) -> str:
    """One experiment as JSON, with what follows from it."""
    return Shown.of(one, now=datetime.now(UTC)).model_dump_json(indent=2)


def as_json_array(found: Sequence[Experiment] | Sequence[Entry]) -> str:
    """One JSON array."""
    now = datetime.now(UTC)
    shown = (Shown.of(one, now=now) if isinstance(one, Experiment) else one for one in found)
    return "[" + ",\n".join(one.model_dump_json() for one in shown) + "]"


def _state(one: Experiment) -> str:
    expired = " (expired)" if one.expires_at <= datetime.now(UTC) else ""
    return f"{one.state}{expired}" + (f" because {one.stopped_because}" if one.stopped_because else "")


def _group(name: str, part: BaseModel) -> str:
    kept = {field: value for field, value in part.model_dump().items() if value is not None}
    return f"{name}: {', '.join(f'{field} {value}' for field, value in kept.items())}" if kept else ""


def _arm(arm: str, deployment: Deployment) -> list[str]:
    served = f"{deployment.model} at {deployment.base_url}"
    engine = " ".join(word for word in (deployment.engine, deployment.engine_version, deployment.quantisation) if word)
    return [
        f"{arm}: {deployment.deployment_id}, {served}, {engine or 'engine unknown'}",
        f"  fingerprint: {deployment.fingerprint}",
        *(f"  {name}: {_word(value)}" for name, value in sorted(deployment.probed.items())),
    ]


def _change(entry: Entry) -> list[str]:
    through = entry.through or "an unknown way"
    lost = [f"  {entry.missing} versions before this one were not kept"] if entry.missing else []
    return [
        *lost,
        f"{_second(entry.at)}  {entry.action or 'changed'}  {entry.by}  through {through}",
        *(f"    {change.field}: {_word(change.old)} -> {_word(change.new)}" for change in entry.fields),
    ]


def _word(value: JsonValue) -> str:
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)


def _minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _second(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"

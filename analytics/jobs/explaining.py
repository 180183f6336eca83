"""Explains one pair: what was asked, what each lane answered, what every judge found, and the words that decided."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Final

from judges.judgement import Span
from judges.prompt import all_text
from proxy.errors import UsageError
from proxy.exchange import Exchange
from shadow.replay import Lane, Replay
from shadow.store.clickhouse import Store
from shadow.store.rows import replay_from_row


@dataclass(frozen=True, slots=True)
class Told:
    """One stored finding.

    Attributes:
        value: None where the judge abstained or failed.
        words: What each span holds, in order; empty where a span is of no text.
    """

    lane: str
    judge: str
    version: str
    finding: str
    value: float | None
    label: str
    severity: float
    reason: str
    spans: tuple[Span, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One pair with everything that was found in it, the gravest first.

    Attributes:
        answers: Text by lane; tool calls follow the text as lines.
    """

    experiment_id: str
    exchange_id: str
    request: str
    answers: dict[str, str]
    found: tuple[Told, ...]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


_ORDER: Final = {str(lane): place for place, lane in enumerate((Lane.BASELINE, Lane.CANDIDATE, Lane.BASELINE_AGAIN))}


def explain(store: Store, pair_id: str) -> Explanation:
    """Load a pair.

    Args:
        pair_id: Experiment and exchange, separated by a colon, as reports show it.

    Raises:
        UsageError: it is no such id, or the store holds no such pair.
    """
    experiment_id, _, exchange_id = pair_id.partition(":")
    if not experiment_id or not exchange_id:
        message = f"{pair_id} is no pair: write EXPERIMENT:EXCHANGE, as reports do"
        raise UsageError(message)
    asked = store.read("exchanges_of", exchange_ids=[exchange_id])
    replays = store.read("replays_of", experiment_id=experiment_id, exchange_ids=[exchange_id])
    if not asked or not replays:
        message = f"the store holds no pair {pair_id}: `understudy decide` names the worst pairs of an experiment"
        raise UsageError(message)
    answers = {str(one.lane): _said(one) for one in map(replay_from_row, replays)}
    texts = {str(one.lane): one for one in map(replay_from_row, replays)}
    rows = store.read("judgements_of_pair", experiment_id=experiment_id, exchange_id=exchange_id)
    return Explanation(
        experiment_id=experiment_id,
        exchange_id=exchange_id,
        request=all_text(Exchange.from_bytes(asked[0]["record"].encode())),
        answers=dict(sorted(answers.items(), key=lambda one: _ORDER.get(one[0], len(_ORDER)))),
        found=tuple(_told(row, replays=texts) for row in rows),
    )


def _told(row: dict[str, Any], *, replays: dict[str, Replay]) -> Told:
    spans = tuple(
        Span(Lane(one["lane"]), one["field"], one["start"], one["end"]) for one in json.loads(row["spans"] or "[]")
    )
    return Told(
        lane=row["lane"],
        judge=row["judge"],
        version=row["version"],
        finding=row["finding"],
        value=row["value"],
        label=row["label"],
        severity=row["severity"],
        reason=row["reason"],
        spans=spans,
        words=tuple(_words(span, replays=replays) for span in spans),
    )


def _words(span: Span, *, replays: dict[str, Replay]) -> str:
    replay = replays.get(str(span.lane))
    is_text = replay is not None and span.field == "text"
    return replay.reply.first.text[span.start : span.end] if replay is not None and is_text else ""


def _said(replay: Replay) -> str:
    first = replay.reply.first
    calls = (f"{call.name}({call.arguments})" for call in first.tool_calls)
    said = "\n".join(filter(None, (first.text, *calls)))
    return said if str(replay.outcome) == "completed" else f"[{replay.outcome}] {said}".rstrip()

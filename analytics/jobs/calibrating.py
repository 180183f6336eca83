"""Measures a judge on labelled answers: how often it flags what people call bad, and lets pass what they call good.

Labelled answers come as JSON lines; they are judged as live cases are and never stored.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from analytics.decide.judged_rates import FLAGS
from analytics.stats.proportion import lower_bound, upper_bound
from analytics.stats.rogan_gladen import JudgeQuality
from judges.judgement import Abstained, Case, Finding, Judge, JudgeFailed, Judgement
from judges.panel import run_panel
from proxy.errors import UsageError
from proxy.exchange import Door, Exchange, ExchangeOutcome, Shape
from proxy.wire.reply import Choice, Reply
from shadow.replay import Lane, Replay, ReplayOutcome, Timings

_BATCH: Final = 64
_TAIL: Final = 0.975
"""Confidence of each bound of a two-sided interval of 95 %."""


class Labelled(BaseModel):
    """One line of the file: what was asked and answered, and whether people call the answer bad.

    `prompt` or `request` (a whole chat body) is needed; `reference` is the baseline's answer where the judge compares.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: str
    bad: bool
    prompt: str = ""
    system: str = ""
    request: dict[str, JsonValue] | None = None
    reference: str | None = None
    danger: str = ""
    canary: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """A judge's errors on a labelled file; abstentions and failures are in no count of `quality`."""

    judge: str
    version: str
    data_hash: str
    flags: tuple[str, ...]
    quality: JudgeQuality
    abstained: int
    failed: int

    def figure(self, name: str) -> tuple[float, float, float] | None:
        """`sensitivity` or `specificity` and its Clopper-Pearson bounds at 95 %; None where nothing is labelled so."""
        of = self.quality
        hits, total = {
            "sensitivity": (of.true_positives, of.positives),
            "specificity": (of.true_negatives, of.negatives),
        }[name]
        if not total:
            return None
        return hits / total, lower_bound(hits, n=total, confidence=_TAIL), upper_bound(hits, n=total, confidence=_TAIL)


def read_labelled(path: Path) -> list[Labelled]:
    """The lines of a file.

    Raises:
        UsageError: it cannot be read, a line is no such record, or it holds none; the message names the line.
    """
    found: list[Labelled] = []
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path} cannot be read as UTF-8 text: {type(error).__name__}"
        raise UsageError(message) from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found.append(Labelled.model_validate_json(line))
        except ValidationError as error:
            where = ", ".join(".".join(map(str, one["loc"])) or "the line" for one in error.errors()[:3])
            message = f"{path}, line {number}: wrong or missing: {where}; needed are answer, bad, and prompt or request"
            raise UsageError(message) from error
    if not found:
        message = f"{path} holds no labelled answers"
        raise UsageError(message)
    return found


def calibrate(
    judge: Judge, labelled: Sequence[Labelled], *, data: bytes, flags: frozenset[str] = frozenset()
) -> Measured:
    """Judge the labelled answers and count.

    Args:
        data: Bytes of the file, whose hash names the measurement.
        flags: Labels that count as a flag; the judge's own by default.

    Raises:
        UsageError: the judge has no flags of its own, and none are given.
    """
    counted = flags or FLAGS.get(judge.name)
    if not counted:
        message = f"name the labels of {judge.name} that count as a flag with --flag"
        raise UsageError(message)
    cases = [_case(one) for one in labelled]
    found = [row.finding for at in range(0, len(cases), _BATCH) for row in run_panel([judge], cases[at : at + _BATCH])]
    told = [(one.bad, finding.label in counted) for one, finding in _judged(labelled, found)]
    return Measured(
        judge=judge.name,
        version=judge.version,
        data_hash=hashlib.sha256(data).hexdigest()[:16],
        flags=tuple(sorted(counted)),
        quality=JudgeQuality(
            true_positives=told.count((True, True)),
            false_negatives=told.count((True, False)),
            true_negatives=told.count((False, False)),
            false_positives=told.count((False, True)),
        ),
        abstained=sum(isinstance(one, Abstained) for one in found),
        failed=sum(isinstance(one, JudgeFailed) for one in found),
    )


def _judged(labelled: Sequence[Labelled], found: Sequence[Finding]) -> list[tuple[Labelled, Judgement]]:
    return [(one, finding) for one, finding in zip(labelled, found, strict=True) if isinstance(finding, Judgement)]


def quality_row(measured: Measured, *, measured_at: datetime) -> dict[str, Any]:
    """Row of `judge_quality`."""
    row: dict[str, Any] = {
        "judge": measured.judge,
        "version": measured.version,
        "data_hash": measured.data_hash,
        "flags": list(measured.flags),
        "true_positives": measured.quality.true_positives,
        "false_negatives": measured.quality.false_negatives,
        "true_negatives": measured.quality.true_negatives,
        "false_positives": measured.quality.false_positives,
        "abstained": measured.abstained,
        "failed": measured.failed,
        "measured_at": measured_at,
    }
    for name in ("sensitivity", "specificity"):
        value, low, high = measured.figure(name) or (None, None, None)
        row |= {name: value, f"{name}_low": low, f"{name}_high": high}
    return row


def _case(one: Labelled) -> Case:
    said = (("system", one.system), ("user", one.prompt))
    messages: list[JsonValue] = [{"role": role, "content": text} for role, text in said if text]
    request = one.request or {"messages": messages}
    exchange = Exchange.model_validate(
        {
            "exchange_id": "labelled",
            "conversation_id": "labelled",
            "captured_at": datetime(2026, 1, 1, tzinfo=UTC),
            "door": Door.IMPORT,
            "shape": Shape.CHAT,
            "path": "/v1/chat/completions",
            "model": "",
            "streamed": False,
            "category": "chat",
            "turn": 1,
            "request": request,
            "outcome": ExchangeOutcome.NO_REPLY,
        }
    )
    has_reference = one.reference is not None
    reference = _replay(one.reference if one.reference is not None else one.answer, lane=Lane.BASELINE)
    answer = _replay(one.answer, lane=Lane.CANDIDATE) if has_reference else reference
    return Case(exchange, answer, reference, danger=one.danger, canary=one.canary)


def _replay(text: str, *, lane: Lane) -> Replay:
    return Replay(
        experiment_id="labelled",
        exchange_id="labelled",
        conversation_id="labelled",
        lane=lane,
        deployment_id=str(lane),
        fingerprint="",
        outcome=ReplayOutcome.COMPLETED,
        status=200,
        reply=Reply(choices=(Choice(text=text, finish_reason="stop"),)),
        timings=Timings(schedule_delay_ms=0.0),
        sent_at=datetime(2026, 1, 1, tzinfo=UTC),
        in_flight=1,
        parameters_hash="",
    )

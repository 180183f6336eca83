"""Keeps what a decision was computed from beside it, and computes it again, to the byte."""

import base64
from dataclasses import dataclass
from datetime import datetime

from analytics.decide.decision import Decision
from analytics.decide.score_card import ScoreCard
from analytics.decide.verdict import decide
from analytics.jobs.evidence import make_evidence
from analytics.jobs.packing import pack, slim, unpack
from analytics.jobs.reading import Reading
from proxy.errors import Refused, UsageError
from shadow.store.clickhouse import Store

_PART = 8_000_000
"""Characters of a row."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that `decide` is given."""

    reading: Reading
    card: ScoreCard
    seed: int
    resamples: int

    def decide(self) -> Decision:
        """The verdict."""
        return decide(make_evidence(self.reading), self.card, seed=self.seed, resamples=self.resamples)


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A stored decision and the one that its inputs give now.

    Attributes:
        stored: The record as it was kept.
    """

    decided_at: datetime
    stored: str
    decision: Decision

    @property
    def is_the_same(self) -> bool:
        """Whether they agree to the byte."""
        return self.decision.to_json() == self.stored


def keep_inputs(store: Store, inputs: Inputs, decision: Decision, *, decision_id: str) -> None:
    """Insert the inputs of a decision; the same again is no second row."""
    text = base64.b64encode(pack(slim(inputs.reading, decision))).decode()
    parts = [text[start : start + _PART] for start in range(0, len(text), _PART)]
    store.insert(
        "decision_inputs",
        [
            {
                "decision_id": decision_id,
                "experiment_id": decision.experiment_id,
                "part": number,
                "parts": len(parts),
                "seed": inputs.seed,
                "resamples": inputs.resamples,
                "score_card": inputs.card.model_dump_json() if number == 0 else "",
                "reading": part,
            }
            for number, part in enumerate(parts)
        ],
    )


def recompute(store: Store, experiment_id: str, *, until: datetime) -> Recomputed:
    """The decision that held at a time, computed again from what it was computed from.

    Raises:
        UsageError: nothing had been decided of the experiment by then.
        Refused: its inputs were not kept, or not by a version that can be read.
    """
    rows = store.read("decisions_of", experiment_id=experiment_id, until=until, most=1)
    if not rows:
        message = f"nothing was decided of {experiment_id} by then; `understudy decide {experiment_id}` decides it now"
        raise UsageError(message)
    found = _read_inputs(store, experiment_id, decision_id=rows[0]["decision_id"])
    try:
        decision = found.decide()
    except KeyError as missing:
        message = (
            f"the inputs of decision {rows[0]['decision_id']} lack what this version needs ({missing.args[0]}); "
            "recompute it with the version that decided it"
        )
        raise Refused(message) from None
    return Recomputed(rows[0]["decided_at"], rows[0]["record"], decision)


def _read_inputs(store: Store, experiment_id: str, *, decision_id: str) -> Inputs:
    parts = store.read("inputs_of_decision", decision_id=decision_id)
    if not parts or len(parts) != parts[0]["parts"]:
        message = (
            f"the inputs of decision {decision_id} of {experiment_id} were not kept: they were more pairs than "
            "UNDERSTUDY_ANALYTICS_KEPT_PAIRS, or it was decided before inputs were kept"
        )
        raise Refused(message)
    try:
        reading = unpack(base64.b64decode("".join(part["reading"] for part in parts)))
        card = ScoreCard.model_validate_json(parts[0]["score_card"])
    except ValueError as error:
        message = f"the inputs of decision {decision_id} are of a version that this one cannot read: {error}"
        raise Refused(message) from None
    return Inputs(reading, card, seed=parts[0]["seed"], resamples=parts[0]["resamples"])

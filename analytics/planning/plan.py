"""The plan of a run: what each gate needs under stated expectations. Reads no data and promises no verdict."""

import math
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from analytics.decide.score_card import ScoreCard
from analytics.stats.power import pairs_for_loss, pairs_for_mean, trials_for_rate
from shadow.deployment import Deployment

type Share = Annotated[float, Field(ge=0, le=1)]

_HOUR_S = 3600.0


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Expectations(_Frozen):
    """What is believed before the run. The nearer to a gate's limit, the more evidence it needs."""

    slow_share: Share = Field(default=0.02, description="Candidate's requests that miss the first-token limit.")
    baseline_accuracy: Share = 0.80
    candidate_accuracy: Share = 0.78
    agreement: Share = Field(default=0.90, description="Examples that both lanes get right, or both get wrong.")
    catastrophic_share: Share = Field(default=0.0, description="Candidate's answers in each dangerous category.")
    power: float = Field(default=0.8, gt=0, lt=1, description="Wanted chance that a good candidate is shown to be one.")

    @model_validator(mode="after")
    def _can_all_be(self) -> Self:
        apart = abs(self.baseline_accuracy - self.candidate_accuracy)
        most = min(
            self.baseline_accuracy + self.candidate_accuracy, 2 - self.baseline_accuracy - self.candidate_accuracy
        )
        if not apart <= 1 - self.agreement <= most:
            message = (
                f"with these accuracies between {apart:.3g} and {most:.3g} of the examples must be answered rightly by "
                f"one lane alone, and agreement {self.agreement:.3g} leaves {1 - self.agreement:.3g}"
            )
            raise ValueError(message)
        return self

    @property
    def both_right(self) -> float:
        """Share of examples that both lanes get right."""
        return (self.baseline_accuracy + self.candidate_accuracy + self.agreement - 1) / 2


class Volume(_Frozen):
    """What traffic brings, and what a replay costs."""

    requests_per_hour: float = Field(default=1_000.0, gt=0, allow_inf_nan=False)
    sample_ratio: float = Field(default=1.0, gt=0, le=1, description="Share of conversations that are replayed.")
    again_ratio: Share = Field(default=0.2, description="Share of conversations that the baseline answers twice.")
    category_shares: Mapping[str, float] = Field(
        default_factory=dict, description="Share of traffic by dangerous category; a suite asks those without one."
    )
    tokens_per_request: float = Field(default=1_000.0, gt=0, description="Prompt and output together.")
    seconds_per_request: float = Field(default=5.0, gt=0, description="Of one replay, for prices by GPU-hour.")
    concurrency: int = Field(default=64, ge=1, description="Replays in flight per lane, for prices by GPU-hour.")


class Need(_Frozen):
    """What one question needs; `examples` is None when no amount would answer it as expected."""

    gate: str
    question: str
    examples: int | None
    source: str = Field(description="Where the examples come from.")
    hours: float | None = Field(description="Of traffic; 0 where a suite asks; None when examples is.")


class Plan(_Frozen):
    """All that a run needs; `usd` is None when a deployment has no price."""

    expectations: Expectations
    volume: Volume
    needs: tuple[Need, ...]
    hours: float | None
    replays: int | None = Field(description="Over all lanes.")
    usd: float | None

    @property
    def is_possible(self) -> bool:
        """Whether every gate could be shown to pass if all is as expected."""
        return self.hours is not None


def make_plan(
    expectations: Expectations,
    volume: Volume,
    *,
    card: ScoreCard,
    dangerous: tuple[str, ...],
    arms: tuple[Deployment, Deployment] | None = None,
) -> Plan:
    """What every gate of the card needs, and what all of it takes.

    Args:
        dangerous: Dangerous categories; each of them, not their sum, has to have enough answers.
        arms: Baseline and candidate, for their prices.
    """
    needs = (
        _latency(expectations, volume, card=card),
        _accuracy(expectations, card=card),
        *(_catastrophe(expectations, volume, card=card, category=category) for category in dangerous),
    )
    beside = (_non_inferiority(expectations, card=card), _loss(expectations))
    replays = _replays(needs, volume)
    return Plan(
        expectations=expectations,
        volume=volume,
        needs=(*needs, *beside),
        hours=max((need.hours for need in needs if need.hours is not None), default=0.0) if replays else None,
        replays=replays,
        usd=_cost(replays, volume, arms=arms) if replays is not None and arms is not None else None,
    )


def _latency(expected: Expectations, volume: Volume, *, card: ScoreCard) -> Need:
    gate = card.latency
    needed = trials_for_rate(rate=expected.slow_share, limit=gate.allowed_share, power=expected.power, alpha=card.alpha)
    question = f"fewer than {gate.allowed_share:.0%} of first tokens take {gate.limit_ms:g} ms or longer"
    return _from_traffic("G1", question, needed, volume, share=1.0)


def _accuracy(expected: Expectations, *, card: ScoreCard) -> Need:
    ratio = card.accuracy.least_ratio
    mean = expected.candidate_accuracy - ratio * expected.baseline_accuracy
    square = expected.candidate_accuracy + ratio**2 * expected.baseline_accuracy - 2 * ratio * expected.both_right
    needed = pairs_for_mean(
        mean=mean, deviation=math.sqrt(max(square - mean**2, 0.0)), power=expected.power, alpha=card.alpha
    )
    examples = None if needed is None else max(needed, card.accuracy.least_examples)
    return _from_suite("G2", f"accuracy is at least {ratio:.0%} of the baseline's", examples, suite="held-out suite")


def _catastrophe(expected: Expectations, volume: Volume, *, card: ScoreCard, category: str) -> Need:
    gate = card.catastrophe
    needed = trials_for_rate(
        rate=expected.catastrophic_share, limit=gate.limit_share * gate.sensitivity, power=expected.power,
        alpha=card.alpha,
    )  # fmt: skip
    question = f"fewer than {gate.limit_share:.1%} of the answers in {category} are catastrophic"
    share = volume.category_shares.get(category, 0.0)
    if share <= 0:
        return _from_suite("G3", question, needed, suite="adversarial suite")
    return _from_traffic("G3", question, needed, volume, share=share)


def _non_inferiority(expected: Expectations, *, card: ScoreCard) -> Need:
    loss = expected.baseline_accuracy - expected.candidate_accuracy
    margin = card.accuracy.margin
    deviation = math.sqrt(max(1 - expected.agreement - loss**2, 0.0))
    needed = pairs_for_mean(mean=margin - loss, deviation=deviation, power=expected.power, alpha=card.alpha)
    question = f"no more than {100 * margin:g} points less accurate (printed, decides nothing)"
    return _from_suite("beside G2", question, needed, suite="held-out suite")


def _loss(expected: Expectations) -> Need:
    loss = expected.baseline_accuracy - expected.candidate_accuracy
    needed = pairs_for_loss(loss=loss, discordant=1 - expected.agreement, power=expected.power)
    question = f"the expected loss of {100 * loss:.3g} points is seen as one (McNemar)"
    return _from_suite("beside G2", question, needed, suite="held-out suite")


def _from_traffic(gate: str, question: str, examples: int | None, volume: Volume, *, share: float) -> Need:
    hours = None if examples is None else examples / (volume.requests_per_hour * volume.sample_ratio * share)
    source = "traffic" if share == 1 else f"traffic, {share:.3g} of it"
    return Need(gate=gate, question=question, examples=examples, source=source, hours=hours)


def _from_suite(gate: str, question: str, examples: int | None, *, suite: str) -> Need:
    return Need(gate=gate, question=question, examples=examples, source=suite, hours=None if examples is None else 0.0)


def _replays(needs: tuple[Need, ...], volume: Volume) -> int | None:
    """Replays of all lanes: what traffic brings in the longest of the times, and every suite's examples."""
    if any(need.examples is None for need in needs):
        return None
    hours = max(need.hours or 0.0 for need in needs)
    live = hours * volume.requests_per_hour * volume.sample_ratio
    asked = sum(need.examples or 0 for need in needs if need.source.endswith("suite"))
    return math.ceil((live + asked) * (2 + volume.again_ratio))


def _cost(replays: int, volume: Volume, *, arms: tuple[Deployment, Deployment]) -> float | None:
    baseline, candidate = (_price(arm, volume) for arm in arms)
    if baseline is None or candidate is None:
        return None
    per_lane = replays / (2 + volume.again_ratio)
    return per_lane * ((1 + volume.again_ratio) * baseline + candidate)


def _price(arm: Deployment, volume: Volume) -> float | None:
    """US dollars of one replay."""
    if arm.price_usd_per_million_tokens is not None:
        return arm.price_usd_per_million_tokens * volume.tokens_per_request / 1e6
    if arm.price_usd_per_gpu_hour is not None:
        gpu_hours = arm.gpus * volume.seconds_per_request / volume.concurrency / _HOUR_S
        return arm.price_usd_per_gpu_hour * gpu_hours
    return None

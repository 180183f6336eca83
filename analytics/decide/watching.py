"""What may be concluded while an experiment still runs: bets on each gate that may be read, and stopped, at any time.

A conversation is one observation, whatever its turns: their mean. It counts once it has been quiet for a while, and
what comes later is left out, so that what was counted never changes. Source: MEASURES section 2, watching live.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from analytics.decide.columns import Bools, Figures, Floats
from analytics.decide.evidence import Evidence
from analytics.decide.gate_catastrophe import assumed_sensitivity, catastrophic, counted
from analytics.decide.loads import target_trial
from analytics.decide.sample import Sample
from analytics.decide.score_card import ScoreCard
from analytics.stats.betting_mean import log_e_values
from analytics.stats.e_process import log_e_value

POOLED: Final = "all together"


class Conclusion(StrEnum):
    """What the evidence allows at this moment."""

    MET = "met"
    VIOLATED = "violated"
    GO_ON = "go on"


@dataclass(frozen=True, slots=True)
class Watched:
    """One gate, or one dangerous category of G3, as it stands.

    Attributes:
        name: The dangerous category; empty for the other gates.
        conversations: Those that count.
        estimate: G1: share of slow or failed requests; G2: accuracy less its allowed share of the baseline's; G3: share
            of catastrophic answers. None without data.
        limit: What the estimate is held against.
        log_met: Highest natural log of the e-value against "the gate is not met" so far.
        log_violated: The same against "the gate is not violated".
        log_met_from: From here on the gate is met.
        log_violated_from: From here on it is violated; higher, since one violation of any gate is enough.
    """

    gate: str
    name: str
    conversations: int
    estimate: float | None
    limit: float
    log_met: float
    log_violated: float
    log_met_from: float
    log_violated_from: float

    @property
    def conclusion(self) -> Conclusion:
        """VIOLATED wins where both were reached."""
        if self.log_violated >= self.log_violated_from:
            return Conclusion.VIOLATED
        return Conclusion.MET if self.log_met >= self.log_met_from else Conclusion.GO_ON


@dataclass(frozen=True, slots=True, eq=False)
class _Bet:
    """One row before it is read: the estimate of each conversation, and the paths of both bets."""

    gate: str
    name: str
    limit: float
    values: Floats
    met: Floats
    violated: Floats


def watch(evidence: Evidence, *, card: ScoreCard, now_s: float, settle_s: float) -> tuple[Watched, ...]:
    """Every gate that replayed traffic and suites decide. G1 is left out where the load stage decides it.

    Each gate is met, or violated, wrongly with probability alpha at most, however often this is called: all gates have
    to be met for a GO, so that each has the whole alpha; one violation makes a NO-GO, so that they share it.

    Args:
        now_s: This moment, s since the epoch.
        settle_s: How long a conversation must have been quiet to count.
    """
    sample = Sample.of(evidence.pairs)
    quiet = _Quiet(sample, now_s=now_s, settle_s=settle_s)
    bets = list(_bets(evidence, sample, quiet, card=card))
    return tuple(_read(bet, alpha=card.alpha, bets=len(bets)) for bet in bets)


def conclude(watched: Sequence[Watched]) -> Conclusion:
    """Of all gates together."""
    found = {one.conclusion for one in watched}
    if Conclusion.VIOLATED in found:
        return Conclusion.VIOLATED
    return Conclusion.MET if found == {Conclusion.MET} else Conclusion.GO_ON


def _bets(evidence: Evidence, sample: Sample, quiet: "_Quiet", *, card: ScoreCard) -> Iterator[_Bet]:
    pairs = sample.pairs
    if target_trial(evidence.load, evidence.experiment) is None:
        slow = (pairs.candidate.first_token_ms >= card.latency.limit_ms).astype(np.float64)
        values = quiet.means(Figures(slow, pairs.candidate.has_timings))
        yield _rate("G1", "", values, limit=card.latency.allowed_share, met_below=card.latency.allowed_share)
    yield _accuracy(sample, quiet, card=card)
    flags = Figures(catastrophic(sample, card=card).astype(np.float64), counted(sample, card=card))
    limit = card.catastrophe.limit_share
    below = limit * assumed_sensitivity(evidence.measures.get("taxonomy"), card=card)
    for name, members in _dangers(evidence.experiment.dangerous_categories):
        yield _rate("G3", name, quiet.means(flags.where(pairs.hazard.among(members))), limit=limit, met_below=below)


def _dangers(categories: Iterable[str]) -> list[tuple[str, list[str]]]:
    names = sorted(set(categories))
    return [(name, [name]) for name in names] + ([(POOLED, names)] if len(names) > 1 else [])


def _rate(gate: str, name: str, values: Floats, *, limit: float, met_below: float) -> _Bet:
    """A rate that must stay below its limit; `met_below` is stricter where not every event is seen."""
    event, none = (log_e_value(events, n=1, limit=met_below) for events in (1, 0))
    met = np.cumsum(values * event + (1 - values) * none)
    return _Bet(gate, name, limit, values, met, log_e_values(values, limit=limit))


def _accuracy(sample: Sample, quiet: "_Quiet", *, card: ScoreCard) -> _Bet:
    ratio, checked = card.accuracy.least_ratio, sample.is_checked
    baseline, candidate = (lane.value("suite_check") for lane in (sample.pairs.baseline, sample.pairs.candidate))
    excess = candidate.values - ratio * baseline.values
    values = quiet.means(Figures(excess, checked & baseline.known & candidate.known))
    values = np.clip(values, -ratio, 1.0)
    met = log_e_values(values, limit=0.0, lowest=-ratio)
    return _Bet("G2", "", 0.0, values, met, log_e_values(-values, limit=0.0, lowest=-1.0))


def _read(bet: _Bet, *, alpha: float, bets: int) -> Watched:
    return Watched(
        gate=bet.gate,
        name=bet.name,
        conversations=len(bet.values),
        estimate=float(bet.values.mean()) if len(bet.values) else None,
        limit=bet.limit,
        log_met=float(np.max(bet.met, initial=0.0)),
        log_violated=float(np.max(bet.violated, initial=0.0)),
        log_met_from=math.log(1 / alpha),
        log_violated_from=math.log(bets / alpha),
    )


class _Quiet:
    """Conversations that have been quiet for so long, in the order in which they became so."""

    def __init__(self, sample: Sample, *, now_s: float, settle_s: float) -> None:
        self._owners = sample.pairs.conversation.codes
        self._sent_s = sample.pairs.candidate.sent_s
        self._now_s = now_s
        self._settle_s = settle_s

    def means(self, figures: Figures) -> Floats:
        """One mean per conversation, over its answers up to its first long pause, of which the figure is known."""
        rows = np.flatnonzero(figures.known)
        rows = rows[np.lexsort((self._sent_s[rows], self._owners[rows]))]
        rows = rows[self._is_before_pause(rows)]
        owners, first, count = np.unique(self._owners[rows], return_index=True, return_counts=True)
        if not len(owners):
            return np.empty(0)
        means = np.add.reduceat(figures.values[rows], first) / count
        settled_s = self._sent_s[rows[first + count - 1]] + self._settle_s
        order = np.argsort(settled_s, kind="stable")
        found: Floats = means[order][settled_s[order] <= self._now_s]
        return found

    def _is_before_pause(self, rows: "np.typing.NDArray[np.intp]") -> Bools:
        owners, sent_s = self._owners[rows], self._sent_s[rows]
        begins = np.ones(len(rows), dtype=np.bool_)
        begins[1:] = owners[1:] != owners[:-1]
        pauses = np.zeros(len(rows), dtype=np.int64)
        pauses[1:] = np.diff(sent_s) > self._settle_s
        pauses[begins] = 0
        total = np.cumsum(pauses)
        starts = np.maximum.accumulate(np.where(begins, np.arange(len(rows)), 0))
        return total == total[starts] if len(rows) else begins

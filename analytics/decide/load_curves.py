"""How each lane behaves as its load grows: the points that the report draws. Decides nothing."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from analytics.decide.chance import Chance
from analytics.decide.decision import Interval, LoadPoint, Quantiles
from analytics.decide.intervals import make_interval
from analytics.decide.loads import Trial, first_tokens_ms, kept_requests, trials_of, unresolved_reasons
from analytics.stats.quantile import Floats, bounded_quantile
from analytics.stats.resampling import resample_quantiles, resample_ratios
from shadow.experiment import Experiment
from shadow.load.figures import gaps_ms
from shadow.load.level import LoadLevel, LoadRequest
from shadow.replay import Lane

_SLICES = 20
"""Equal parts of a steady window that are drawn for the interval of a rate: neighbours in one part stay together."""

_GAP_RESAMPLES = 200
"""Draws for the interval of the gaps, of which there are many times more than requests."""

type Happened = Callable[[LoadLevel], tuple[Floats, Floats]]
"""When something happened in a block, s since its begin, and how much of it."""

_LEVELS = (0.50, 0.95, 0.99)


def load_points(
    levels: Sequence[LoadLevel], experiment: Experiment, *, chance: Chance, confidence: float
) -> tuple[LoadPoint, ...]:
    """One point per load and lane, the last trial of each load."""
    return tuple(
        _point(trial, lane, chance=chance, confidence=confidence)
        for trial in trials_of(levels, experiment)
        for lane in (Lane.BASELINE, Lane.CANDIDATE)
    )


def tokens_per_s(levels: Sequence[LoadLevel], *, rng: np.random.Generator, resamples: int) -> tuple[float, Floats]:
    """Output tokens per second of the steady windows, and draws of it over their parts, shape (resamples,).

    The rate is 0, and so are its draws, where there is no steady window.
    """
    return _rate(*_sliced(levels, _tokens), rng=rng, resamples=resamples)


def kv_peak_tokens(levels: Sequence[LoadLevel]) -> float | None:
    """Most tokens that the KV cache held at once; None where a block's server does not say."""
    found = [level.server.kv_peak_tokens for level in levels]
    return None if not found or None in found else max(one for one in found if one is not None)


def _point(trial: Trial, lane: Lane, *, chance: Chance, confidence: float) -> LoadPoint:
    levels, kept = trial.lane(lane), kept_requests(trial.lane(lane))
    purpose = f"load {trial.load} {lane}"
    tail = 1 - confidence
    rates = tokens_per_s(levels, rng=chance.stream(f"{purpose} tokens"), resamples=chance.resamples)
    goodput = _goodput(levels, rng=chance.stream(f"{purpose} goodput"), resamples=chance.resamples)
    return LoadPoint(
        run_id=trial.run_id,
        lane=str(lane),
        loop=str(trial.load.loop),
        amount=trial.load.amount,
        requests=len(kept),
        failed=sum(not request.is_completed for request in kept),
        ttft_ms=_quantiles(first_tokens_ms(levels), confidence=confidence),
        tpot_ms=_quantiles([time for one in kept if (time := one.tpot_ms) is not None], confidence=confidence),
        itl_ms=_gap_quantiles(kept, rng=chance.stream(f"{purpose} gaps"), tail=tail),
        e2e_ms=_quantiles([one.e2e_ms for one in kept], confidence=confidence),
        tokens_per_s=_interval(rates, tail=tail),
        goodput_per_s=_interval(goodput, tail=tail),
        kv_peak_tokens=kv_peak_tokens(levels),
        unresolved=unresolved_reasons(levels),
    )


def _quantiles(values: Sequence[float], *, confidence: float) -> Quantiles:
    """Quantiles with the order statistics that bound them."""
    if not values:
        return Quantiles()
    found = (bounded_quantile(values, level, confidence=confidence) for level in _LEVELS)
    return Quantiles.of(*(make_interval(one.estimate, low=one.low, high=one.high) for one in found))


def _gap_quantiles(kept: Sequence[LoadRequest], *, rng: np.random.Generator, tail: float) -> Quantiles:
    """Quantiles of the gaps, with bounds by drawing whole requests: gaps of one reply are not independent."""
    gaps = [gaps_ms(request) for request in kept]
    values = np.array([gap for one in gaps for gap in one])
    if not len(values):
        return Quantiles()
    told = [place for place, one in enumerate(gaps) if one]
    owners = np.repeat(np.arange(len(told)), [len(gaps[place]) for place in told])
    found = []
    for level in _LEVELS:
        drawn = resample_quantiles(values, groups=owners, level=level, rng=rng, resamples=_GAP_RESAMPLES)
        low, high = np.quantile(drawn, (tail, 1 - tail), method="inverted_cdf")
        estimate = bounded_quantile(list(values), level).estimate
        found.append(make_interval(estimate, low=float(low), high=float(high)))
    return Quantiles.of(*found)


def _goodput(levels: Sequence[LoadLevel], *, rng: np.random.Generator, resamples: int) -> tuple[float, Floats]:
    return _rate(*_sliced(levels, _good), rng=rng, resamples=resamples)


def _tokens(level: LoadLevel) -> tuple[Floats, Floats]:
    """When output events of completed requests came, s, and how many tokens each stands for."""
    told = [(times, one) for one in level.requests if one.is_completed and (times := one.output_s())]
    sizes = [len(times) for times, _ in told]
    each = [(one.completion_tokens or len(times)) / len(times) for times, one in told]
    return np.array([at_s for times, _ in told for at_s in times]), np.repeat(each, sizes)


def _good(level: LoadLevel) -> tuple[Floats, Floats]:
    """When requests that met every bound ended, s; each counts once."""
    ended = [one.ended_s for one in level.requests if level.slo.is_met(one, loop=level.load.loop)]
    return np.array(ended), np.ones(len(ended))


def _sliced(levels: Sequence[LoadLevel], happened: Happened) -> tuple[Floats, Floats]:
    """Amounts and lengths, s, of the equal parts of all steady windows."""
    amounts, lengths = [], []
    for level in levels:
        edges = np.linspace(level.window_from_s, level.window_to_s, _SLICES + 1)
        if edges[0] < edges[-1]:
            times, weights = happened(level)
            amounts.append(np.histogram(times, bins=edges, weights=weights)[0])
            lengths.append(np.diff(edges))
    return np.concatenate(amounts or [np.empty(0)]), np.concatenate(lengths or [np.empty(0)])


def _rate(counts: Floats, lengths: Floats, *, rng: np.random.Generator, resamples: int) -> tuple[float, Floats]:
    if not len(counts):
        return 0.0, np.zeros(resamples)
    return float(counts.sum() / lengths.sum()), resample_ratios(counts, lengths, rng=rng, resamples=resamples)


def _interval(rate: tuple[float, Floats], *, tail: float) -> Interval | None:
    estimate, drawn = rate
    low, high = np.quantile(drawn, (tail, 1 - tail))
    return make_interval(estimate, low=float(low), high=float(high)) if math.isfinite(estimate) else None

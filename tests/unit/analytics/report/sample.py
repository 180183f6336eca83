"""A realistic decision and report, changed by keyword; and strings that attack a page."""

import math
import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

from analytics.decide.decision import (
    AgentFigures,
    Calibration,
    Comparison,
    Component,
    Control,
    Decision,
    Factor,
    GateResult,
    GateStatus,
    Interval,
    JudgedRate,
    LoadPoint,
    Mix,
    Quantiles,
    Regression,
    Reliability,
    Score,
    Slice,
    Turning,
    ValidityCheck,
    Verdict,
    WeightRange,
    WorstPair,
)
from analytics.report.report import Cost, Dated, Distribution, Exhibits, Measure, Report, Specimen
from tests.records import NOON, deployment

HOSTILE = (
    "<script>alert(1)</script>",
    "</style></title></pre></svg><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "\" onmouseover=alert(1) x='",
    "right-to-left \u202eevil\u202c and zero\u200bwidth and \x1b[31m",
    "{{ 7 * 7 }} {% raw %} ${7 * 7}",
    "| pipe ` tick * star _ line [a](https://evil.example/x) ![b](https://evil.example/y)",
)


def gate(**changes: Any) -> GateResult:
    """G1, passed with 31 of 2,000 requests too slow."""
    fields: dict[str, Any] = {
        "gate": "G1",
        "title": "P95 time to first token",
        "status": GateStatus.PASS,
        "value": Interval(estimate=412.4, low=380.2, high=455.1),
        "threshold": 500.0,
        "unit": "ms",
        "n": 2000,
        "events": 31,
        "p_value": 0.0004,
        "detail": "31 of 2,000 requests took 500 ms or failed.",
    }
    return GateResult.model_validate(fields | changes)


def gates() -> tuple[GateResult, ...]:
    """One gate of each status."""
    return (
        gate(),
        gate(
            gate="G2",
            title="Held-out accuracy against 70 % of the baseline",
            status=GateStatus.FAIL,
            value=Interval(estimate=0.61, low=0.55, high=0.672),
            threshold=0.7,
            unit="ratio",
            n=640,
            events=97,
            p_value=0.01,
            detail="The upper bound lies below the threshold.",
        ),
        gate(
            gate="G3",
            title="Catastrophic rate",
            status=GateStatus.UNRESOLVED,
            value=Interval(estimate=0.0, high=0.005973551517),
            threshold=0.005,
            unit="share",
            n=500,
            events=0,
            p_value=0.0816,
            needed=98,
            detail="No failure in 500, yet 500 clean examples cannot pass.",
            remarks=("payments: 0 of 260, at most 1.15 %", "medical: 0 of 240, at most 1.24 %"),
        ),
    )


def score() -> Score:
    """Four factors, of which one has a missing component."""
    full = (
        _component("latency", 3.9, 3.4, 4.3),
        _component("throughput", 5.6, 5.2, 6.1),
        _component("memory", 8.2, 8.2, 8.2),
    )
    gaps = (
        _component("taxonomy", 7.4, 6.9, 7.8),
        Component(name="P99 severity", value=None, n=212, share=1 / 3, note="needs 299 answers"),
        Component(name="calibration", value=None, n=0, share=1 / 3, note="declared before", applicable=False),
    )
    return Score(
        factors=(
            Factor(name="Inference efficiency", weight=0.25, components=full, low=5.9, high=5.9),
            Factor(
                name="Task accuracy",
                weight=0.30,
                components=(_component("held-out", 7.7, 7.1, 8.2),),
                low=7.7,
                high=7.7,
            ),
            Factor(name="Failure profile", weight=0.25, components=gaps, low=3.7, high=8.7),
            Factor(
                name="Agentic competence",
                weight=0.20,
                components=(_component("tools", 6.6, 6, 7.2),),
                low=6.6,
                high=6.6,
            ),
        ),
        low=6.0,
        high=7.3,
    )


def decision(**changes: Any) -> Decision:
    """A decision that lacks evidence for G3."""
    fields: dict[str, Any] = {
        "verdict": Verdict.INSUFFICIENT,
        "experiment_id": "llama-awq",
        "profile": "chat",
        "owner": "ops@example.org",
        "baseline": deployment(
            "production", engine="vllm", engine_version="0.11.0", quantisation="bf16", flags=("--max-model-len 8192",)
        ),
        "candidate": deployment(
            "llama-awq",
            engine="vllm",
            engine_version="0.11.2",
            quantisation="awq",
            flags=("--max-model-len 8192", "--enable-prefix-caching"),
            context_tokens=8192,
            weight_bytes=5_700_000_000,
        ),
        "deciding_metric": "G3",
        "reasons": ("G3 is unresolved: 500 clean examples cannot show a rate below 0.5 %.", "G1 passed."),
        "needs": ("98 more examples of dangerous categories without a failure.",),
        "validity": (
            ValidityCheck(name="coverage ledger", passed=True, detail="every request is accounted for"),
            ValidityCheck(name="A/A control", passed=False, detail="the second baseline differs beyond its noise"),
        ),
        "gates": gates(),
        "score": score(),
        "comparisons": (
            comparison(),
            comparison(
                metric="P95 time to first token",
                unit="ms",
                higher_is_better=False,
                baseline=388.1,
                candidate=412.4,
                difference=Interval(estimate=24.3, low=11.8, high=37.9),
                noise=None,
            ),
            comparison(metric="refusals", baseline=None, candidate=None, difference=None, noise=None, n=0),
        ),
        "failure_mix": {
            "baseline": {"ok": 1961, "refusal": 22, "truncation": 17},
            "baseline_again": {"ok": 393, "refusal": 4, "truncation": 3},
            "candidate": {"ok": 1893, "refusal": 31, "format_error": 58, "repetition": 18},
        },
        "worst_pairs": (
            WorstPair(
                exchange_id="exchange-0042",
                metric="format",
                category="tools",
                label="format_error",
                reason="a bracket is missing",
                severity=5,
            ),
        ),
        "pairs": 2000,
        "live_pairs": 1360,
        "suite_pairs": 640,
        "first_at": NOON,
        "last_at": NOON.replace(hour=18),
        "coverage": {"seen": 1412, "published": 1360, "sampled_out": 40, "dropped:queue": 12, "stored": 1360},
        "hashes": {"score card": "9b1c02", "suite heldout": "77aa31", "migrations": "e0d4f5"},
        "judge_versions": {"taxonomy": "3", "agreement": "minilm-l6-v2/1"},
        "seed": 1,
        "load_points": load_points(),
        "agents": (agent_figures(), agent_figures(lane="baseline", solved=None, economy=None, pass_hat=())),
        "calibrations": (calibration(), calibration(lane="baseline", error=None), calibration(category="tools", n=310)),
        "regressions": (regression(), regression(metric="TTFT P95", unit="ms", adjusted=0.4, is_worse=False)),
        "slices": (
            Slice(
                dimension="language",
                name="de",
                metric="suite accuracy",
                n=180,
                difference=Interval(estimate=-0.11, low=-0.17, high=-0.05),
                p_value=0.0004,
                adjusted=0.0036,
                is_worse=True,
            ),
            Slice(
                dimension="tenant",
                name="",
                metric="refusal",
                n=9,
                difference=None,
                p_value=1,
                adjusted=1,
                is_worse=False,
            ),
        ),
        "mixes": (Mix(dimension="category", metric="suite accuracy", crude=0.01, standardised=-0.02, flips=True),),
        "judged_rates": (
            judged_rate(),
            judged_rate(metric="refusal rate", judge="refusal", corrected=None, sensitivity=None, labelled=0),
        ),
        "control": Control(pairs=400, gates=(gate(),), is_sound=True),
        "turnings": (
            Turning(gate="G1", threshold=500, turns_at=455.1),
            Turning(gate="G3", threshold=0.005, turns_at=None),
        ),
        "weight_ranges": (
            WeightRange(
                factor="Inference efficiency", weight=0.25, low=0, high=0.75, points_at_none=6.1, points_at_all=5.9
            ),
        ),
    }
    return Decision.model_validate(fields | changes)


def judged_rate(**changes: Any) -> JudgedRate:
    """What a measured judge flags."""
    fields: dict[str, Any] = {
        "metric": "catastrophic rate",
        "judge": "taxonomy",
        "lane": "candidate",
        "flags": ("unsafe",),
        "n": 2000,
        "flagged": 9,
        "raw": Interval(estimate=0.0045, low=0.0024, high=0.0078),
        "corrected": Interval(estimate=0.0031, low=0, high=0.0089),
        "sensitivity": 0.93,
        "specificity": 0.998,
        "labelled": 500,
    }
    return JudgedRate.model_validate(fields | changes)


def calibration(**changes: Any) -> Calibration:
    """A lane that is surer than it should be."""
    bins = ((0.55, 0.5), (0.7, 0.58), (0.85, 0.71), (0.96, 0.82))
    fields: dict[str, Any] = {
        "lane": "candidate",
        "category": "",
        "n": 640,
        "error": Interval(estimate=0.104, low=0.071, high=0.14),
        "error_equal_mass": 0.117,
        "error_equal_width": 0.115,
        "noise": 0.031,
        "brier": 0.19,
        "recalibrated": 0.02,
        "reliability": tuple(
            Reliability(n=160, confidence=confidence, accuracy=accuracy) for confidence, accuracy in bins
        ),
    }
    return Calibration.model_validate(fields | changes)


def regression(**changes: Any) -> Regression:
    """A metric that got worse beyond chance."""
    fields: dict[str, Any] = {
        "metric": "refusal rate",
        "unit": "",
        "n": 570,
        "worse_by": Interval(estimate=0.05, low=0.03, high=0.07),
        "p_value": 0.0001,
        "adjusted": 0.0011,
        "is_worse": True,
    }
    return Regression.model_validate(fields | changes)


def agent_figures(**changes: Any) -> AgentFigures:
    """A lane that solved two thirds of its tasks."""
    fields: dict[str, Any] = {
        "world": "all",
        "lane": "candidate",
        "tasks": 30,
        "runs": 90,
        "unknown": 1,
        "solved": Interval(estimate=0.667, low=0.55, high=0.76),
        "pass_hat": (0.667, 0.51, 0.43),
        "economy": 0.81,
        "exact": 0.62,
        "steps": 512,
        "redundant": 9,
        "cycles": 2,
        "invented": 1,
        "invalid": 4,
        "failed_calls": 40,
        "recovered": 31,
        "identical_retries": 3,
        "injected": 45,
        "mended": 33,
        "tokens_per_solved": 1840.0,
        "ms_per_solved": 9120.0,
    }
    return AgentFigures.model_validate(fields | changes)


def load_points() -> tuple[LoadPoint, ...]:
    """Three closed loops and an open one; the candidate is not in steady state at the last."""
    return tuple(
        load_point(amount=amount, lane=lane, factor=factor, **changes)
        for amount, changes in (
            (50, {}),
            (100, {}),
            (200, {"unresolved": ("not in steady state",)}),
            (8, {"loop": "open"}),
        )
        for lane, factor in (("baseline", 1.0), ("candidate", 1.15))
    )


def load_point(*, amount: float = 50, lane: str = "candidate", factor: float = 1.0, **changes: Any) -> LoadPoint:
    """A lane at one load; its times grow with the load and the factor."""
    p95_ms = (180 + 1.6 * amount) * factor
    tail = Interval(estimate=p95_ms, low=p95_ms * 0.93, high=p95_ms * 1.1)
    fields: dict[str, Any] = {
        "run_id": "one",
        "lane": lane,
        "loop": "closed",
        "amount": amount,
        "requests": 1200,
        "failed": 3,
        "ttft_ms": Quantiles(p50=Interval(estimate=p95_ms / 2), p95=tail),
        "tpot_ms": Quantiles(p95=Interval(estimate=21, low=20, high=23)),
        "itl_ms": Quantiles(),
        "e2e_ms": Quantiles(p95=Interval(estimate=4100, low=4000, high=4300)),
        "tokens_per_s": Interval(estimate=2400 / factor, low=2300 / factor, high=2500 / factor),
        "goodput_per_s": None,
        "kv_peak_tokens": 191_302.0,
        "unresolved": (),
    }
    return LoadPoint.model_validate(fields | changes)


def comparison(**changes: Any) -> Comparison:
    """Accuracy, lower with the candidate."""
    fields: dict[str, Any] = {
        "metric": "accuracy",
        "unit": "share",
        "higher_is_better": True,
        "baseline": 0.871,
        "candidate": 0.842,
        "difference": Interval(estimate=-0.029, low=-0.048, high=-0.009),
        "noise": 0.004,
        "n": 640,
    }
    return Comparison.model_validate(fields | changes)


def specimen(**changes: Any) -> Specimen:
    """The pair with a missing bracket."""
    fields: dict[str, Any] = {
        "exchange_id": "exchange-0042",
        "metric": "format",
        "category": "tools",
        "label": "format_error",
        "reason": "a bracket is missing",
        "severity": 5.0,
        "request_text": "Book a table for two at <PLACE_1a2b>.\nAnswer as JSON.",
        "baseline_text": '{"tool": "book_table", "guests": 2, "place": "<PLACE_1a2b>"}',
        "candidate_text": '{"tool": "book_table", "guests": "two", "place": "<PLACE_1a2b>"',
    }
    return Specimen(**fields | changes)


def exhibits() -> Exhibits:
    """Log-normal times of three lanes, the candidate having failed eight times; severities and costs."""
    return Exhibits(
        timings={
            Measure.TTFT: {
                "baseline": times(seed=1, middle_ms=210, count=1998, failed=2),
                "baseline_again": times(seed=2, middle_ms=212, count=400),
                "candidate": times(seed=3, middle_ms=236, count=1992, failed=8),
            },
            Measure.TPOT: {
                "baseline": times(seed=4, middle_ms=21, count=1998),
                "candidate": times(seed=5, middle_ms=14, count=1990),
            },
            Measure.E2E: {
                "baseline": times(seed=6, middle_ms=2900, count=1998, failed=2),
                "candidate": times(seed=7, middle_ms=2100, count=1992, failed=8),
            },
        },
        severities={
            "baseline": {0.0: 1961, 3.0: 22, 4.0: 17},
            "baseline_again": {0.0: 393, 3.0: 4, 4.0: 3},
            "candidate": {0.0: 1893, 2.0: 18, 3.0: 31, 5.0: 50, 9.0: 8},
        },
        costs=(
            Cost("production", prompt_tokens=812_000, output_tokens=402_118, busy_s=5210, gpu_seconds=10_420, usd=11.6),
            Cost("llama-awq", prompt_tokens=676_900, output_tokens=334_006, busy_s=3333, gpu_seconds=3333, usd=None),
        ),
    )


def times(*, seed: int, middle_ms: float, count: int, failed: int = 0) -> Distribution:
    """Log-normal times in bins of 2 %."""
    chance = random.Random(seed)  # noqa: S311 - sample data
    bins = Counter(math.ceil((math.log(middle_ms) + chance.gauss(0, 0.32)) / 0.02) for _ in range(count))
    edges = sorted(bins)
    return Distribution(
        upto_ms=tuple(math.exp(edge * 0.02) for edge in edges),
        requests=tuple(bins[edge] for edge in edges),
        failed=failed,
    )


def report(**changes: Any) -> Report:
    """The report of `decision()`; keywords change the decision."""
    return Report(decision=decision(**changes), specimens=(specimen(),), exhibits=exhibits(), made_at=NOON)


def later_report(**changes: Any) -> Report:
    """The report of `decision()` a week after another one, which passed G3 with fewer pairs and an older judge."""
    earlier = decision(
        verdict=Verdict.NO_GO,
        deciding_metric="G2",
        pairs=1410,
        gates=(*gates()[:2], gate(gate="G3", title="Catastrophic rate", unit="share", threshold=0.005)),
        judge_versions={"taxonomy": "2", "agreement": "minilm-l6-v2/1"},
    )
    return replace(report(**changes), previous=Dated(earlier, decided_at=NOON - timedelta(days=7)))


def hostile_report(text: str) -> Report:
    """A report in which every free text is the given one."""
    pair = {"metric": text, "category": text, "label": text, "reason": text}
    part = Component(name=text, value=None, n=0, share=1, note=text)
    arms = {
        "model": text,
        "revision": text,
        "engine": text,
        "engine_version": text,
        "quantisation": text,
        "hardware": text,
    }
    texts = {"request_text": text, "baseline_text": text, "candidate_text": f"{text} and {text}"}
    made = decision(
        owner=text,
        profile=text,
        deciding_metric=text,
        reasons=(text, text),
        needs=(text,),
        baseline=deployment("production", **arms, flags=(text,)),
        candidate=deployment("trial", **arms, flags=(text, text + text)),
        validity=(ValidityCheck(name=text, passed=True, detail=text),),
        gates=(gate(gate=text, title=text, unit=text, detail=text, remarks=(text,)),),
        score=Score(factors=(Factor(name=text, weight=1, components=(part,), low=0, high=10),), low=0, high=10),
        comparisons=(comparison(metric=text, unit=text),),
        failure_mix={"candidate": {text: 3}, "baseline": {text: 1}, text: {text: 1}},
        worst_pairs=(WorstPair(exchange_id=text, severity=1, **pair),),
        coverage={text: 1},
        hashes={text: text},
        judge_versions={text: text},
        calibrations=(calibration(lane=text, category=text),),
        agents=(agent_figures(world=text, lane=text),),
        load_points=(load_point(lane=text, loop=text, run_id=text, unresolved=(text,)),),
        regressions=(regression(metric=text),),
        slices=(
            Slice(dimension=text, name=text, metric=text, n=1, difference=None, p_value=0, adjusted=0, is_worse=True),
        ),
        mixes=(Mix(dimension=text, metric=text, crude=1, standardised=-1, flips=True),),
        control=Control(pairs=1, gates=(gate(gate=text, title=text, unit=text),), is_sound=False),
        turnings=(Turning(gate=text, threshold=1, turns_at=2),),
    )
    shown = specimen(exchange_id=f"{text}!", **pair, **texts)
    return Report(decision=made, specimens=(shown,), exhibits=exhibits(), made_at=NOON)


def bare_report(**changes: Any) -> Report:
    """A report of a decision that has nothing to show."""
    nothing: dict[str, Any] = {
        "reasons": (),
        "needs": (),
        "validity": (),
        "gates": (gate(value=None, n=0, events=0, p_value=1.0, status=GateStatus.UNRESOLVED),),
        "score": Score(factors=(), low=0, high=10),
        "comparisons": (comparison(baseline=None, candidate=None, difference=None, noise=None, n=0),),
        "failure_mix": {},
        "worst_pairs": (),
        "pairs": 0,
        "live_pairs": 0,
        "suite_pairs": 0,
        "first_at": None,
        "last_at": None,
        "coverage": {},
        "hashes": {},
        "judge_versions": {},
        "load_points": (),
        "agents": (),
        "calibrations": (),
        "regressions": (),
        "slices": (),
        "mixes": (),
        "control": None,
        "turnings": (),
    }
    return Report(decision=decision(**nothing | changes), specimens=(), exhibits=Exhibits(), made_at=NOON)


def infinite_report() -> Report:
    """A report whose figures are not finite wherever the record lets them be."""
    endless = Interval(estimate=math.inf, low=math.nan, high=math.inf)
    part = Component(name="latency", value=endless, n=3, share=1)
    shown = specimen(severity=math.nan)
    made = decision(
        gates=(gate(value=endless), gate(value=Interval(estimate=math.nan)), gate(value=None)),
        comparisons=(comparison(baseline=math.nan, candidate=math.inf, difference=endless, noise=math.nan),),
        score=Score(
            factors=(Factor(name="speed", weight=1, components=(part,), low=0, high=10),), low=0, high=math.nan
        ),
    )
    none_in_time = Distribution(upto_ms=(), requests=(), failed=4)
    shown_too = Exhibits(timings={Measure.TTFT: {"baseline": none_in_time}}, severities={"baseline": {}})
    return Report(decision=made, specimens=(shown,), exhibits=shown_too, made_at=NOON)


def _component(name: str, estimate: float, low: float, high: float) -> Component:
    return Component(name=name, value=Interval(estimate=estimate, low=low, high=high), n=640, share=1 / 3)

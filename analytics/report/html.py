"""A decision as one self-contained HTML page, and an index over several. No script, nothing fetched.

Every text that a template prints is revealed and escaped; only our own charts and style go in as they are.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import quote

from markupsafe import Markup

from analytics.decide.decision import Decision
from analytics.report import tables
from analytics.report.changes import compare_reports
from analytics.report.characters import reveal
from analytics.report.charts import draw_gate, draw_score
from analytics.report.differences import cut_text, mark_differences
from analytics.report.drawing import HALF_WIDTH, WIDTH
from analytics.report.effects import read_effects
from analytics.report.environment import make_environment, read_template
from analytics.report.figures import MISSING, write_figure, write_range
from analytics.report.lane_charts import draw_failures, draw_severities, draw_times
from analytics.report.load_charts import ReadFigure, draw_load
from analytics.report.order import explain_order
from analytics.report.reliability_charts import draw_reliability
from analytics.report.report import Measure, Report

_TONES = {"GO": "go", "NO-GO": "no-go", "INSUFFICIENT EVIDENCE": "insufficient"}
_LOAD_FIGURES: dict[str, tuple[ReadFigure, str, str]] = {
    "ttft": (lambda point: point.ttft_ms.p95, "P95 time to first token", "ms"),
    "tokens": (lambda point: point.tokens_per_s, "output", "tokens/s"),
    "goodput": (lambda point: point.goodput_per_s, "goodput", "requests/s"),
}
_WITH_UNITS = ("figure", "against", "change", "changes", "interval")
_BEFORE_UNIT = re.compile(r"(?<=\d) (?=%|ms|points|GB|h\b|min\b)")


def render_report(report: Report) -> str:
    """The page of one decision: what a director acts on first, then what it rests on."""
    decision, exhibits = report.decision, report.exhibits
    return _render(
        "report.html.j2",
        report=report,
        decision=decision,
        tone=_TONES[decision.verdict],
        advice=tables.ADVICE[decision.verdict],
        score=write_range(decision.score.low, decision.score.high),
        charts=dict(_draw_charts(report)),
        changes=compare_reports(report.previous, decision) if report.previous else None,
        effects=read_effects(decision.comparisons),
        deployments=tables.compare_deployments(decision.baseline, decision.candidate),
        balance=tables.balance_ledger(decision.coverage),
        mix=tables.count_failures(decision.failure_mix),
        mix_lanes=tables.drawn_lanes(decision.failure_mix),
        times=tables.describe_times(exhibits.timings),
        units={gate.gate: gate.unit for gate in decision.gates},
        untold=tables.find_untold(decision.worst_pairs, report.specimens),
    )


def render_index(decisions: Sequence[Decision]) -> str:
    """The page that ranks several decisions, in the order given, and links to `<experiment_id>/report.html`."""
    return _render("index.html.j2", decisions=decisions, tones=_TONES, order=explain_order(decisions))


def _draw_charts(report: Report) -> Iterator[tuple[str, Markup]]:
    decision = report.decision
    for number, gate in enumerate(decision.gates):
        yield f"gate-{number}", _trust(draw_gate(gate, name=f"chart-gate-{number}"))
    yield "score", _trust(draw_score(decision.score, name="chart-score"))
    for measure, what in tables.MEASURES.items():
        threshold_ms = tables.find_threshold_ms(decision.gates) if measure is Measure.TTFT else None
        times = report.exhibits.timings.get(measure, {})
        width = WIDTH if measure is Measure.TTFT else HALF_WIDTH
        drawn = draw_times(times, what=what, threshold_ms=threshold_ms, name=f"chart-{measure}", width=width)
        yield f"{measure}", _trust(drawn)
    for part, (read, what, unit) in _LOAD_FIGURES.items():
        threshold = tables.find_threshold_ms(decision.gates) if part == "ttft" else None
        drawn = draw_load(
            decision.load_points,
            read,
            what=what,
            unit=unit,
            threshold=threshold,
            name=f"chart-load-{part}",
            width=WIDTH if part == "ttft" else HALF_WIDTH,
        )
        yield f"load-{part}", _trust(drawn)
    yield "reliability", _trust(draw_reliability(decision.calibrations, name="chart-reliability"))
    yield "failures", _trust(draw_failures(decision.failure_mix, name="chart-failures"))
    yield "severities", _trust(draw_severities(report.exhibits.severities, name="chart-severities"))


def _render(template: str, **values: object) -> str:
    environment = make_environment(autoescape=True, finalize=_show)
    environment.filters |= {"differences": mark_differences, "cut": cut_text, "range": write_range, "link": _link}
    environment.filters |= {name: _keep_units(environment.filters[name]) for name in _WITH_UNITS}
    return environment.get_template(template).render(style=_trust(read_template("style.css")), **values)


def _keep_units(write: Callable[..., object]) -> Callable[..., str]:
    """The filter with spaces before units that do not break a line."""

    def written(*args: object, **options: object) -> str:
        return _BEFORE_UNIT.sub("\u00a0", str(write(*args, **options)))

    return written


def _show(value: object) -> object:
    match value:
        case Markup():
            return value
        case None:
            return MISSING
        case float():
            return write_figure(value)
        case _:
            return reveal(str(value))


def _link(experiment_id: str) -> str:
    return f"./{quote(experiment_id, safe='')}/report.html"


def _trust(ours: str) -> Markup:
    """Mark a text as ours: the style sheet, or a chart that escaped what it was given."""
    return Markup(ours)  # noqa: S704 - never called with payload text

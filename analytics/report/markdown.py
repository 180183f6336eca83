"""A decision in short as Markdown: tables and lists, every printed text on one line and escaped.

The text reads well raw and renders the same in a pull request; no HTML, link or image of a payload survives.
"""

import re
from collections.abc import Sequence
from urllib.parse import quote

from analytics.decide.decision import Decision
from analytics.report import tables
from analytics.report.changes import compare_reports
from analytics.report.characters import reveal
from analytics.report.differences import cut_text
from analytics.report.effects import read_effects
from analytics.report.environment import make_environment
from analytics.report.figures import MISSING, write_figure, write_range
from analytics.report.order import explain_order
from analytics.report.report import Report

_LONGEST_EXCERPT = 400
_SPECIAL = re.compile(r"[\\`*\[\]#|~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_LIST_MARK = re.compile(r"^(?:[-+](?=\s)|\d+(?=[.)]\s))")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def render_report(report: Report) -> str:
    """The decision in short, the verdict and its sentence first."""
    decision = report.decision
    return _render(
        "report.md.j2",
        report=report,
        decision=decision,
        score=write_range(decision.score.low, decision.score.high),
        deployments=tables.compare_deployments(decision.baseline, decision.candidate),
        balance=tables.balance_ledger(decision.coverage),
        mix=tables.count_failures(decision.failure_mix),
        mix_lanes=tables.drawn_lanes(decision.failure_mix),
        advice=tables.ADVICE[decision.verdict],
        changes=compare_reports(report.previous, decision) if report.previous else None,
        effects=read_effects(decision.comparisons),
        times=tables.describe_times(report.exhibits.timings),
        units={gate.gate: gate.unit for gate in decision.gates},
        untold=tables.find_untold(decision.worst_pairs, report.specimens),
    )


def render_index(decisions: Sequence[Decision]) -> str:
    """Several decisions in the order given, with links to `<experiment_id>/report.md`."""
    return _render("index.md.j2", decisions=decisions, order=explain_order(decisions))


def escape_markdown(text: str) -> str:
    """The text on one line, such that Markdown shows exactly its characters; hidden ones are revealed."""
    line = " ".join(reveal(text).split())
    escaped = _SPECIAL.sub(r"\\\g<0>", line).translate(_ENTITIES).replace("://", ":&#47;/")
    return _LIST_MARK.sub(_escape_mark, escaped)


def _escape_mark(match: re.Match[str]) -> str:
    mark = match.group()
    return f"{mark}\\" if mark.isdigit() else f"\\{mark}"


def _render(template: str, **values: object) -> str:
    environment = make_environment(autoescape=False, finalize=_show)
    environment.filters |= {"range": write_range, "excerpt": _excerpt, "link": _link}
    return environment.get_template(template).render(**values)


def _show(value: object) -> str:
    match value:
        case None | "":
            return MISSING
        case float():
            return write_figure(value)
        case _Ours():
            return value
        case _:
            return escape_markdown(str(value))


class _Ours(str):
    """A text that we built and that is already safe."""

    __slots__ = ()


def _excerpt(text: str) -> str:
    return cut_text(text, longest=_LONGEST_EXCERPT)


def _link(experiment_id: str) -> _Ours:
    return _Ours(f"[report](./{quote(experiment_id, safe='')}/report.md)")

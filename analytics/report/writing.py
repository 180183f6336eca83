"""Reports and the index as files, each whole or not there at all."""

import re
from collections.abc import Sequence
from pathlib import Path

from analytics.decide.decision import Decision
from analytics.report import html, markdown
from analytics.report.files import replace_file
from analytics.report.report import Report
from proxy.errors import UsageError

_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


def write_report(report: Report, *, folder: Path) -> Path:
    """Write `report.html`, `report.md` and `decision.json` to `<folder>/<experiment_id>`; the path of the first.

    `decision.json` is `Decision.to_json()` to the byte. Earlier files of that name are replaced, each at once.

    Raises:
        UsageError: the experiment's id is no safe folder name, or the folder cannot be written.
    """
    place = folder / _check_name(report.decision.experiment_id)
    page, short = html.render_report(report), markdown.render_report(report)
    _replace(place / "decision.json", report.decision.to_json())
    _replace(place / "report.md", short)
    return _replace(place / "report.html", page)


def render(report: Report, *, form: str) -> str:
    """The report as one text: `html`, `md`, or the decision's record as `json`.

    Raises:
        UsageError: there is no such form.
    """
    match form:
        case "html":
            return html.render_report(report)
        case "md":
            return markdown.render_report(report)
        case "json":
            return report.decision.to_json()
        case _:
            raise UsageError("a report is html, md or json")


def write_index(decisions: Sequence[Decision], *, folder: Path) -> Path:
    """Write `index.html` and `index.md`, which rank the decisions in the order given; the path of the first.

    Raises:
        UsageError: an experiment's id is no safe folder name, or the folder cannot be written.
    """
    for decision in decisions:
        _check_name(decision.experiment_id)
    _replace(folder / "index.md", markdown.render_index(decisions))
    return _replace(folder / "index.html", html.render_index(decisions))


def _check_name(experiment_id: str) -> str:
    if _SAFE_NAME.fullmatch(experiment_id) is None:
        raise UsageError("the experiment's id cannot name a folder: use letters, digits, dots, dashes, underscores")
    return experiment_id


def _replace(path: Path, text: str) -> Path:
    try:
        replace_file(path, text.encode())
    except OSError as error:
        message = f"cannot write {path}: {error.strerror}; choose another folder with UNDERSTUDY_ANALYTICS_REPORT_DIR"
        raise UsageError(message) from error
    return path

"""A parcel with its files on disk."""

from pathlib import Path
from typing import Any

from analytics.delivery.parcel import Parcel
from analytics.report.changes import compare_reports
from analytics.report.writing import write_report
from tests.records import NOON
from tests.unit.analytics.report import sample


def parcel(folder: Path, *, note: str = "", **changes: Any) -> Parcel:
    """The parcel of a report that followed a NO-GO."""
    report = sample.later_report(**changes)
    assert report.previous is not None
    return Parcel(
        report.decision,
        folder=write_report(report, folder=folder).parent,
        made_at=NOON,
        changes=compare_reports(report.previous, report.decision),
        note=note,
    )

import io
from pathlib import Path

from rich.console import Console

from analytics.main import Written
from analytics.verdict_table import show_verdicts
from tests.unit.analytics.report.sample import decision


def _shown(*written: Written, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width)
    show_verdicts(written, console=console)
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def test_verdict_metric_reason_and_report_are_all_told() -> None:
    one = decision()
    shown = _shown(Written(one, Path("reports/one/report.html")))
    flat = " ".join(shown.split())
    assert str(one.verdict) in flat
    assert one.deciding_metric in flat
    assert " ".join(one.reasons[0].split()) in flat
    assert "reports/one/report.html" in shown


def test_a_long_path_stays_on_one_line_so_that_it_can_be_opened() -> None:
    path = Path("/very") / ("long" * 40) / "report.html"
    assert str(path) in _shown(Written(decision(), path))


def test_text_of_others_is_not_read_as_markup() -> None:
    hostile = decision().model_copy(update={"reasons": ("[red]not a style[/red]",), "deciding_metric": "[bold]"})
    shown = _shown(Written(hostile, Path("report.html")))
    assert "[red]not a style[/red]" in shown
    assert "[bold]" in shown

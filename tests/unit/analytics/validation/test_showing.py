from pathlib import Path

from rich.console import Console

from analytics.decide.decision import Verdict
from analytics.validation.conditions import SAME
from analytics.validation.rates import Rate, Validation, row_of
from analytics.validation.showing import show_validation, to_markdown
from analytics.validation.trial import Trial
from analytics.validation.writing import write_validation

_TRIALS = [Trial(Verdict.GO, (), (), ()), Trial(Verdict.INSUFFICIENT, (), ("refusal rate",), ())]
_FOUND = Validation(pairs=100, probes=640, dangers=("a",), resamples=400, seed=1, rows=(row_of(SAME, _TRIALS),))


def test_a_rate_has_exact_bounds() -> None:
    rate = Rate.of(0, 200)
    assert rate.low == rate.share == 0
    assert 0.017 < rate.high < 0.019


def test_the_table_names_the_condition_and_what_was_called_worse() -> None:
    console = Console(width=200, record=True)
    show_validation(_FOUND, console=console)
    shown = console.export_text()
    assert "A/A" in shown
    assert "refusal rate 50 %" in shown


def test_the_markdown_has_a_row_per_condition() -> None:
    assert len(to_markdown(_FOUND).splitlines()) == 3


def test_all_that_the_docs_show_is_written(tmp_path: Path) -> None:
    write_validation(_FOUND, folder=tmp_path)
    assert Validation.model_validate_json((tmp_path / "validation.json").read_text("utf-8")) == _FOUND
    assert 'xmlns="http://www.w3.org/2000/svg"' in (tmp_path / "validation.svg").read_text("utf-8").split(">", 1)[0]
    assert (tmp_path / "validation-table.md").exists()

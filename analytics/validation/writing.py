"""Writes a validation: its rates, and the table and the figure that the docs show."""

from pathlib import Path

from analytics.report.drawing import to_file
from analytics.validation.rates import Validation
from analytics.validation.showing import draw_validation, to_markdown

NAME = "validation"


def write_validation(validation: Validation, *, folder: Path) -> None:
    """Write `validation.json`, `validation-table.md` and `validation.svg`; the folder is made."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{NAME}.json").write_text(validation.model_dump_json(indent=2) + "\n", "utf-8")
    (folder / f"{NAME}-table.md").write_text(to_markdown(validation), "utf-8")
    (folder / f"{NAME}.svg").write_text(to_file(draw_validation(validation)), "utf-8")

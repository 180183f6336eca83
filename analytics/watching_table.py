"""What a look at a running experiment shows: a table for people, an object for machines."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict

from rich.table import Table
from rich.text import Text

from analytics.decide.watching import Conclusion, Watched, conclude

_STYLES = {Conclusion.MET: "bold green", Conclusion.VIOLATED: "bold red", Conclusion.GO_ON: ""}
_TITLES = {"G1": "slow or failed", "G2": "accuracy beyond its share"}


def to_table(watched: Sequence[Watched], *, experiment_id: str) -> Table:
    """One row per gate and dangerous category; progress is the log of the e-value against what it takes."""
    table = Table(
        title=Text(f"{experiment_id}: {conclude(watched)}"),
        title_justify="left",
        caption="May be read, and the run stopped, at any time.",
        caption_justify="left",
    )
    for heading, justify in (("gate", "left"), ("what", "left"), ("n", "right"), ("estimate", "right")):
        table.add_column(heading, justify="right" if justify == "right" else "left")
    for heading in ("limit", "towards met", "towards violated", "now"):
        table.add_column(heading, justify="left" if heading == "now" else "right")
    for one in watched:
        table.add_row(
            one.gate,
            Text(one.name or _TITLES[one.gate]),
            str(one.conversations),
            "-" if one.estimate is None else f"{one.estimate:.2%}",
            f"{one.limit:.2%}",
            _progress(one.log_met, one.log_met_from),
            _progress(one.log_violated, one.log_violated_from),
            Text(one.conclusion, style=_STYLES[one.conclusion]),
        )
    return table


def to_object(watched: Sequence[Watched]) -> str:
    """One line of JSON: the conclusion, and every row with its own."""
    rows = [{**asdict(one), "conclusion": one.conclusion} for one in watched]
    return json.dumps({"conclusion": conclude(watched), "gates": rows})


def _progress(log_value: float, wanted: float) -> str:
    return f"{min(math.floor(100 * log_value / wanted), 100)} %"

"""A text with what would be masked in it, for people to read. What would be masked is hidden unless it is asked for."""

import json
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from proxy.anonymise.anonymiser import Anonymised, Anonymiser
from proxy.anonymise.found import Found

_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Explanation:
    """What would be masked in a text, and why.

    Attributes:
        masked: Masked spans by type, media that are dropped as a whole among them.
    """

    text: str
    findings: tuple[Found, ...]
    masked: dict[str, int]

    def table(self, *, show: bool) -> Table:
        """One row for each finding, in order.

        Args:
            show: Show what would be masked, not only how long it is.
        """
        table = Table("line", "column", "type", "length", "found by", "because", *(["text"] if show else []))
        for found in self.findings:
            line, column = self._place(found.start)
            shown = [Text(repr(self.text[found.start : found.end][:_LONGEST])[1:-1])] if show else []
            length = str(found.end - found.start)
            table.add_row(str(line), str(column), found.type, length, found.detector, Text(found.reason), *shown)
        return table

    @property
    def summary(self) -> str:
        """Counts by type, in a line."""
        counts = ", ".join(f"{count} {kind}" for kind, count in sorted(self.masked.items()))
        return f"would be masked: {counts or 'nothing'}"

    def _place(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1."""
        return self.text.count("\n", 0, offset) + 1, offset - self.text.rfind("\n", 0, offset)


def anonymise(text: str, anonymiser: Anonymiser) -> Anonymised[str]:
    """A request, if the text is a JSON object, or any other text, as it would be published."""
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return anonymiser.anonymise_text(text, conversation="")
    masked = anonymiser.anonymise_json(body, conversation="")
    return Anonymised(json.dumps(masked.value, ensure_ascii=False, indent=2), masked.masked)

"""An explained pair for a terminal: the request, the answers with the words that decided marked, and every finding."""

from typing import Final

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from analytics.jobs.explaining import Explanation, Told
from analytics.report.characters import reveal

_MOST_CHARACTERS: Final = 6_000
_MOST_WORDS: Final = 60
_GRAVE: Final = 5.0


def show_explanation(one: Explanation, *, console: Console) -> None:
    """Print it. All text of the pair is shown as it is: never read as markup, control characters made visible."""
    console.print(Panel(_shown(one.request), title="asked", title_align="left"))
    for lane, text in one.answers.items():
        console.print(Panel(_marked(text, lane=lane, found=one.found), title=lane, title_align="left"))
    console.print(_table(one.found))


def _shown(text: str) -> Text:
    cut = len(text) - _MOST_CHARACTERS
    more = f"\n[{cut} more characters; --json has all]" if cut > 0 else ""
    return Text(reveal(text[:_MOST_CHARACTERS]) + more)


def _marked(text: str, *, lane: str, found: tuple[Told, ...]) -> Text:
    """The answer with deciding words in reverse; revealing changes places, so pieces are revealed one by one."""
    marks = bytearray(len(text) + 1)
    for told in found:
        for span in told.spans:
            if str(span.lane) == lane and span.field == "text":
                end = min(span.end, len(text))
                marks[span.start : end] = b"\1" * max(0, end - span.start)
    shown, start = Text(), 0
    while start < min(len(text), _MOST_CHARACTERS):
        end = next((at for at in range(start, len(text)) if marks[at] != marks[start]), len(text))
        shown.append(reveal(text[start:end]), style="reverse" if marks[start] else "")
        start = end
    return shown


def _table(found: tuple[Told, ...]) -> Table:
    table = Table("judge", "lane", "found", "value", "severity", "why", "words", title="findings", title_justify="left")
    for told in found:
        style = "bold red" if told.severity >= _GRAVE else "yellow" if told.finding == "failed" else ""
        label = told.label if told.finding == "judgement" else told.finding
        value = "" if told.value is None else f"{told.value:.2f}"
        words = " | ".join(reveal(one[:_MOST_WORDS]) for one in told.words[:3] if one)
        table.add_row(
            Text(told.judge), Text(told.lane), Text(label, style=style), value, f"{told.severity:g}",
            Text(reveal(told.reason)), Text(words),
        )  # fmt: skip
    return table

"""How the report's charts look and become inline SVG: words and axes in the text's own colour, on light and on dark.

Each chart has a title and a description for those who do not see it, and ids that begin with its name, so that
several charts stand in one page. Nothing is fetched. What is drawn is decided elsewhere.
"""

import re
from collections.abc import Sequence
from html import escape
from typing import Any

import altair as alt
import vl_convert

from analytics.report.characters import reveal

INK = "currentColor"
GREY, BLUE, ORANGE, GREEN, RED = "#808080", "#3b82d6", "#d0671a", "#2f9155", "#d64545"
"""Mid-tones with a contrast of at least 3 against white and against the dark page."""

WIDTH = 560
HALF_WIDTH = 330
"""Width of what is drawn alone, and of two pictures side by side, px, without their labels."""
_PADDING = {"left": 56, "top": 6, "right": 28, "bottom": 6}
"""Room for labels: the reader's font may be a quarter wider than the one by which the drawing was laid out, px."""

_VEGA_LITE = ".".join(alt.SCHEMA_VERSION.split(".")[:2])

_TAG = re.compile(r"<[^>]*>")
_PLUMBING = re.compile(r' (?:role|aria-roledescription|class)="[^"]*"')
"""What Vega says of its own marks: noise to those who hear the page, which has a title and a description instead."""

type Row = dict[str, Any]


def bind(rows: Sequence[Row]) -> alt.Chart:
    """A chart without marks over rows that are held inline."""
    return alt.Chart(alt.InlineData(values=list(rows)))


def to_svg(chart: alt.Chart | alt.LayerChart | alt.FacetChart, *, name: str, title: str, description: str) -> str:
    """The chart as one `svg` element whose ids all begin with `name`, a word that no other chart of the page has."""
    themed = (
        chart.configure(background="transparent", aria=False, font="system-ui, sans-serif", padding=_PADDING)
        .configure_axis(
            labelColor=INK,
            titleColor=INK,
            domainColor=INK,
            tickColor=INK,
            gridColor=INK,
            gridOpacity=0.15,
            titleFontWeight="normal",
            labelFontSize=11,
            titleFontSize=11,
        )
        .configure_legend(labelColor=INK, titleColor=INK, labelFontSize=12, columnPadding=28)
        .configure_view(stroke=None)
    )
    drawn = str(vl_convert.vegalite_to_svg(themed.to_dict(), vl_version=_VEGA_LITE, allowed_base_urls=[]))
    drawn = _TAG.sub(lambda tag: _PLUMBING.sub("", tag.group()), drawn)
    return _name_parts(_open(drawn, name=name, title=title, description=description), name=name)


def to_file(svg: str) -> str:
    """The drawing as a file of its own, on light and on dark."""
    style = "<style>svg{color:#24292f}@media(prefers-color-scheme:dark){svg{color:#d8dee4}}</style>"
    tag, body = svg.split(">", 1)
    return f'{tag} xmlns="http://www.w3.org/2000/svg">{style}{body}\n'


def _open(svg: str, *, name: str, title: str, description: str) -> str:
    """The drawing with our own opening tag, title and description."""
    tag, body = svg.split(">", 1)
    size = " ".join(re.findall(r'(?:width|height|viewBox)="[-0-9. ]+"', tag))
    return (
        f'<svg class="chart" {size} role="img" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(reveal(title))}</title>'
        f'<desc id="{name}-desc">{escape(reveal(description))}</desc>{body}'
    )


def _name_parts(svg: str, *, name: str) -> str:
    """Vega numbers clip paths across a process; here they are numbered within the chart and carry its name."""
    found = dict.fromkeys(re.findall(r'<clipPath id="(\w+)"', svg))
    for number, part in enumerate(found):
        svg = svg.replace(f'<clipPath id="{part}"', f'<clipPath id="{name}-clip-{number}"')
        svg = svg.replace(f'clip-path="url(#{part})"', f'clip-path="url(#{name}-clip-{number})"')
    return svg

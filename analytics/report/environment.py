"""The template environment that HTML and Markdown share: package files, strict names, figures as filters."""

from collections.abc import Callable
from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined

from analytics.report import figures, tables


def read_template(name: str) -> str:
    """The text of a file of the package's `templates` folder."""
    return resources.files("analytics.report").joinpath("templates", name).read_text(encoding="utf-8")


def make_environment(*, autoescape: bool, finalize: Callable[[object], object]) -> Environment:
    """An environment in which an unknown name is an error and every printed value passes through `finalize`."""
    environment = Environment(
        loader=FunctionLoader(read_template),
        autoescape=autoescape,  # noqa: S701 - Markdown escapes in `finalize`; HTML passes True
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= _FILTERS
    return environment


_FILTERS: dict[str, Callable[..., object]] = {
    "figure": figures.write_figure,
    "against": figures.write_against,
    "change": figures.write_change,
    "changes": figures.write_changes,
    "interval": figures.write_interval,
    "points": figures.write_points,
    "count": figures.write_count,
    "time": figures.write_time,
    "tenths": figures.write_tenths,
    "lane": tables.name_lane,
    "beyond_noise": tables.exceed_noise,
}

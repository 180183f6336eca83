"""How figures are written: numbers with units, intervals, times, counts. A missing figure is the word `missing`."""

import math
from datetime import UTC, datetime
from typing import TypeGuard

from analytics.decide.decision import Interval

MISSING = "missing"
"""What stands where a figure is not known; never 0, never blank."""

_PERCENT_UNITS = frozenset({"share", "ratio"})
_MOST_DIGITS = 12


def write_figure(value: float | None, *, unit: str = "", digits: int = 3) -> str:
    """A figure to `digits` significant digits with its unit; a ratio or share is written in per cent.

    Whole digits are never cut: 1234.5 is `1,234` or `1,235`, not `1,230`. None and not-a-number are `missing`,
    an infinite figure is `unbounded` (a percentile that falls among failed requests).
    """
    if value is None or math.isnan(value):
        return MISSING
    if math.isinf(value):
        return "unbounded" if value > 0 else "unbounded below"
    scaled = value * 100 if unit in _PERCENT_UNITS else value
    return f"{_write_number(scaled, digits=digits)}{_suffix(unit)}"


def write_against(value: float | None, *, threshold: float, unit: str = "") -> str:
    """A figure with as many digits as it takes to tell it from the threshold: 0.4997 % is not written 0.5 %."""
    for digits in range(3, _MOST_DIGITS):
        written = write_figure(value, unit=unit, digits=digits)
        if value == threshold or written != write_figure(threshold, unit=unit, digits=digits):
            return written
    return write_figure(value, unit=unit, digits=_MOST_DIGITS)


def write_change(value: float | None, *, unit: str = "") -> str:
    """A difference with its sign; the difference of two shares is in percentage points."""
    if value is None or not math.isfinite(value):
        return write_figure(value)
    if unit in _PERCENT_UNITS:
        return f"{_sign(value)}{_write_number(value * 100, digits=3)} points"
    return f"{_sign(value)}{write_figure(value, unit=unit)}"


def write_interval(interval: Interval | None, *, unit: str = "", threshold: float | None = None) -> str:
    """The estimate with its bounds in words, each told from the threshold where one is given."""
    if interval is None:
        return MISSING
    estimate, low, high = (
        _write_bound(value, unit=unit, threshold=threshold)
        for value in (interval.estimate, interval.low, interval.high)
    )
    return f"{estimate} ({_write_bounds(interval, low=low, high=high)})"


def write_changes(interval: Interval | None, *, unit: str = "") -> str:
    """A difference with its bounds, each with its sign."""
    if interval is None:
        return MISSING
    low, high = write_change(interval.low, unit=unit), write_change(interval.high, unit=unit)
    return f"{write_change(interval.estimate, unit=unit)} ({_write_bounds(interval, low=low, high=high)})"


def write_range(low: float, high: float) -> str:
    """Points that are known exactly, or only to lie between two figures."""
    first, last = _write_points(low), _write_points(high)
    return first if first == last else f"{first} to {last}"


def write_points(interval: Interval | None) -> str:
    """Points 0 to 10 with their bounds, one decimal."""
    if interval is None:
        return MISSING
    bounds = _write_bounds(interval, low=_write_points(interval.low), high=_write_points(interval.high))
    return f"{_write_points(interval.estimate)} ({bounds})"


def write_tenths(points: float) -> str:
    """Points 0 to 10 as the length of a bar that is 100 long; what is not finite has no length."""
    return f"{min(max(points, 0.0), 10.0) * 10:.1f}" if math.isfinite(points) else "0"


def write_count(count: int | None) -> str:
    """A count with its thousands set off."""
    return MISSING if count is None else f"{count:,}"


def write_time(moment: datetime | None) -> str:
    """A time to the minute in UTC."""
    return MISSING if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def is_known(value: float | None) -> TypeGuard[float]:
    """Whether a figure can be drawn."""
    return value is not None and math.isfinite(value)


def _write_number(value: float, *, digits: int) -> str:
    if value == 0:
        return "0"
    decimals = min(max(digits - 1 - math.floor(math.log10(abs(value))), 0), _MOST_DIGITS)
    written = f"{value:,.{decimals}f}"
    written = written.rstrip("0").rstrip(".") if "." in written else written
    return "0" if written == "-0" else written


def _write_points(value: float | None) -> str:
    return f"{value:.1f}" if value is not None and math.isfinite(value) else MISSING


def _write_bound(value: float | None, *, unit: str, threshold: float | None) -> str:
    if threshold is None:
        return write_figure(value, unit=unit)
    return write_against(value, threshold=threshold, unit=unit)


def _write_bounds(interval: Interval, *, low: str, high: str) -> str:
    has_low, has_high = is_known(interval.low), is_known(interval.high)
    if has_low and has_high:
        return f"{low} to {high}"
    if has_high:
        return f"at most {high}"
    return f"at least {low}, no upper bound" if has_low else f"bounds {MISSING}"


def _sign(value: float) -> str:
    return "+" if value > 0 else ""


def _suffix(unit: str) -> str:
    if unit in _PERCENT_UNITS:
        return " %"
    return f" {unit}" if unit else ""

"""When each exchange is due: recorded arrival gaps, or a speed factor; never a flood."""

from datetime import datetime

_NS = 1_000_000_000


class Pacer:
    """Maps arrival times of production to monotonic send times, shared by all partitions of one experiment.

    The first exchange is due at once; each later one keeps its recorded distance, divided by `speed`. Whoever
    comes more than `tolerance_s` too late (the worker was behind, or away) moves the whole time line on, so
    that a backlog keeps its gaps instead of being sent all at once.
    """

    def __init__(self, *, speed: float, tolerance_s: float = 1.0) -> None:
        self._speed = speed
        self._tolerance_ns = int(tolerance_s * _NS)
        self._origin: tuple[datetime, int] | None = None

    def due_ns(self, captured_at: datetime, *, now_ns: int) -> int:
        """Monotonic ns at which the exchange should be sent; may lie a little in the past.

        Args:
            captured_at: Arrival of the exchange in production, aware UTC.
            now_ns: The monotonic clock now.
        """
        if self._origin is None:
            self._origin = (captured_at, now_ns)
        first_at, first_ns = self._origin
        due = first_ns + int((captured_at - first_at).total_seconds() / self._speed * _NS)
        if due < now_ns - self._tolerance_ns:
            self._origin = (captured_at, now_ns)
            return now_ns
        return due

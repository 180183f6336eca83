"""The simulator's own stamps: when a request arrived and when each event of its stream was handed to the kernel.

They travel as a comment at the stream's end, which readers of events skip. On one machine the monotonic clock is
shared, so that whoever measures can tell the simulator's lateness from an error of their own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shadow.simulator.wire_event import to_json

_COMMENT = re.compile(rb'(?m)^: stamps \{"arrived_ns":(?P<arrived>\d+),"sent_ns":\[(?P<sent>[\d,]*)\]\}$')


@dataclass(frozen=True, slots=True)
class Stamps:
    """Monotonic ns, as `time.perf_counter_ns` gives them.

    Attributes:
        arrived_ns: The request's last byte was read.
        sent_ns: Each event of the stream in its order, but for the last one.
    """

    arrived_ns: int
    sent_ns: tuple[int, ...]


def stamps_comment(*, arrived_ns: int, sent_ns: Sequence[int]) -> bytes:
    """The comment as bytes of the stream."""
    return b": stamps " + to_json({"arrived_ns": arrived_ns, "sent_ns": sent_ns}) + b"\n\n"


def read_stamps(stream: bytes) -> Stamps | None:
    """The stamps that a stream carries; None where its simulator gives none, or where it broke off."""
    found = _COMMENT.search(stream)
    if found is None:
        return None
    sent = found["sent"].split(b",") if found["sent"] else []
    return Stamps(int(found["arrived"]), tuple(map(int, sent)))

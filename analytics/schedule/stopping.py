"""An end by signal: an event that SIGTERM and SIGINT set, so that a run under way is finished."""

import signal
from threading import Event


def stop_event() -> Event:
    """An event that the first SIGTERM or SIGINT sets; from then on the signals do what they did before."""
    stopped = Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def stop(_number: int, _frame: object) -> None:
        stopped.set()
        for number, handler in before.items():
            signal.signal(number, handler)

    for number in before:
        signal.signal(number, stop)
    return stopped

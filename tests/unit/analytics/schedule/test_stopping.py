import os
import signal

from analytics.schedule.stopping import stop_event


def test_the_first_signal_sets_the_event_and_the_next_one_does_what_it_did() -> None:
    before = signal.getsignal(signal.SIGTERM)
    stopped = stop_event()
    assert not stopped.is_set()
    os.kill(os.getpid(), signal.SIGTERM)
    assert stopped.wait(5)
    assert signal.getsignal(signal.SIGTERM) == before

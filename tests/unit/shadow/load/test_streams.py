import asyncio
import time

from shadow.load.streams import never_opens, run_closed, run_open
from shadow.worker.breaker import BreakerState


class Server:
    """Takes a while for each request, and keeps what was asked."""

    def __init__(self, *, takes_s: float) -> None:
        self._takes_s = takes_s
        self.in_flight = self.most = 0
        self.asked: list[tuple[int, int]] = []

    async def send(self, number: int, due_ns: int) -> None:
        self.asked.append((number, due_ns))
        self.in_flight += 1
        self.most = max(self.most, self.in_flight)
        await asyncio.sleep(self._takes_s)
        self.in_flight -= 1


async def test_a_closed_loop_never_has_more_in_flight_and_sends_each_once() -> None:
    server = Server(takes_s=0.001)
    await run_closed(server.send, numbers=range(50), starts_s=(0.0,) * 5, begin_ns=time.perf_counter_ns())
    assert sorted(number for number, _ in server.asked) == list(range(50))
    assert server.most == 5


async def test_streams_start_one_after_the_other() -> None:
    server, begin_ns = Server(takes_s=0.0), time.perf_counter_ns()
    await run_closed(server.send, numbers=range(3), starts_s=(0.0, 0.02, 0.04), begin_ns=begin_ns)
    assert server.asked[0] == (0, begin_ns)


async def test_an_open_loop_waits_for_nobody() -> None:
    server, begin_ns = Server(takes_s=0.05), time.perf_counter_ns()
    due_s = [number * 0.001 for number in range(20)]
    await run_open(server.send, numbers=range(20), due_s=due_s, begin_ns=begin_ns)
    assert [due_ns - begin_ns for _, due_ns in server.asked] == [int(at_s * 1e9) for at_s in due_s]
    assert server.most > 5


def test_the_breaker_of_a_load_lets_everything_through() -> None:
    breaker = never_opens()
    for _ in range(200):
        ticket = breaker.ask()
        assert ticket is not None
        breaker.note(ticket, failed=True)
    assert breaker.state is BreakerState.CLOSED

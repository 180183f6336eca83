import io

from rich.console import Console

from shadow.load.level import Block, Load, Loop
from shadow.load.live import Now, Screen, Silence
from shadow.load.order import Tick
from shadow.replay import Lane
from tests.loads import load_level

BLOCK = Block("trial", "run", Load(Loop.CLOSED, 4), Lane.CANDIDATE, 1)
TICK = Tick(done=5, failed=1, tokens=20, in_flight=4, ttft_ms=(100.0, 200.0))


def test_what_goes_on_adds_up_over_ticks() -> None:
    now = Now(BLOCK, requests=40, clients=1)
    for _ in range(2):
        now.take(TICK)
    console = Console(width=200, file=io.StringIO(), record=True)
    console.print(now)
    text = console.export_text()
    assert "candidate, block 1: 10 of 40, 2 failed, 4 in flight" in text
    assert "150 / 200 ms" in text


def test_without_a_screen_each_block_is_a_line() -> None:
    out = io.StringIO()
    with Screen(Console(file=out, width=40), title="run") as screen:
        screen.begin(BLOCK, requests=40, clients=1)(TICK)
        screen.end(load_level(number=1))
    (line,) = out.getvalue().splitlines()
    assert line.startswith("4 in flight, candidate, block 1:")
    assert line.endswith("steady")


def test_on_a_screen_complete_blocks_stand_above_what_goes_on() -> None:
    out = io.StringIO()
    console = Console(file=out, width=160, force_terminal=True)
    with Screen(console, title="load run friday") as screen:
        screen.end(load_level())
        screen.begin(BLOCK, requests=40, clients=1)(TICK)
    assert "load run friday" in out.getvalue()


def test_the_block_that_goes_on_is_seen_however_many_are_complete() -> None:
    out = io.StringIO()
    console = Console(file=out, width=80, height=24, force_terminal=True)
    with Screen(console, title="load run friday") as screen:
        for number in range(12):
            screen.end(load_level(number=number))
        screen.begin(BLOCK, requests=40, clients=1)(TICK)
        told = io.StringIO()
        Console(file=told, width=80).print(screen.view())
    assert "block 1: 5 of 40" in told.getvalue()
    assert "the latest 2 blocks" in told.getvalue()
    assert len(told.getvalue().splitlines()) <= 24


def test_silence_takes_everything() -> None:
    silence = Silence()
    silence.begin(BLOCK, requests=40, clients=1)(TICK)
    silence.end(load_level())

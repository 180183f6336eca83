import asyncio
import os
import signal
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.coverage import Disposition, Key, Ledger
from proxy.errors import BadRecord, Unavailable
from proxy.exchange import Door
from proxy.journal import Journal, dead_writer, minutes_held, read_journal

_KEY: Key = (1, Door.GATEWAY, "chat", Disposition.SEEN, "")


def _key(minute: int, *, reason: str = "") -> Key:
    return (minute, Door.GATEWAY, "chat", Disposition.DROPPED if reason else Disposition.SEEN, reason)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "books" / "gateway-1.door"


def test_counts_are_read_back_by_their_keys(path: Path) -> None:
    journal = Journal.create(path)
    passed_on: Key = (2, Door.TAP, "other", None, "")
    for key in (_KEY, passed_on, _KEY, _key(1, reason="too_large")):
        journal.add(key)
    journal.close()
    assert read_journal(path).counts == {_KEY: 2, passed_on: 1, _key(1, reason="too_large"): 1}


async def test_a_process_that_is_killed_leaves_every_count(path: Path) -> None:
    """The child says how far it is after each count; it is at most one further than it could say."""
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from proxy.coverage import Disposition\n"
        "from proxy.exchange import Door\n"
        "from proxy.journal import Journal\n"
        "journal = Journal.create(Path(sys.argv[1]))\n"
        "while True:\n"
        "    journal.add((1, Door.GATEWAY, 'chat', Disposition.SEEN, ''))\n"
        "    os.write(1, b'.')\n"
    )
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(path), stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[3]
    )
    assert child.stdout is not None
    said = len(await child.stdout.readexactly(5_000))
    with dead_writer(path) as is_dead:
        assert not is_dead
    child.send_signal(signal.SIGKILL)
    said += len(await child.stdout.read())
    await child.wait()
    with dead_writer(path) as is_dead:
        assert is_dead
    assert read_journal(path).counts[_KEY] - said in {0, 1}


def test_a_journal_is_counted_on_after_its_writer_ended(path: Path) -> None:
    first = Journal.create(path)
    first.add(_KEY)
    first.close()
    second = Journal.reopen(path)
    second.add(_KEY)
    second.add(_key(2))
    assert second.counts() == {_KEY: 2, _key(2): 1}
    second.close()
    assert read_journal(path).counts == {_KEY: 2, _key(2): 1}


def test_a_journal_has_one_writer(path: Path) -> None:
    journal = Journal.create(path)
    with pytest.raises(Unavailable, match="another process"):
        Journal.reopen(path)
    journal.close()


def test_the_room_of_forgotten_counts_is_used_again_and_the_total_runs_on(path: Path) -> None:
    journal = Journal.create(path)
    size = path.stat().st_size
    for minute in range(5_000):
        journal.add(_key(minute))
        journal.release([_key(minute - 3)])
    assert path.stat().st_size == size
    assert journal.total == 5_000
    assert minutes_held(path) == {4_997, 4_998, 4_999}
    journal.close()
    assert read_journal(path).counts == {_key(minute): 1 for minute in (4_997, 4_998, 4_999)}


def test_a_journal_grows_when_nothing_may_be_forgotten(path: Path) -> None:
    journal = Journal.create(path)
    for minute in [*range(2_000), *range(2_000)]:
        journal.add(_key(minute))
    assert journal.counts() == {_key(minute): 2 for minute in range(2_000)}
    journal.close()
    assert read_journal(path).counts == {_key(minute): 2 for minute in range(2_000)}


def test_without_room_to_grow_counting_goes_on_in_memory(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    journal = Journal.create(path)
    ledger = Ledger("gateway-1", mirror=journal)

    def refuse(*_arguments: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", refuse)
    for minute in range(1_000):
        ledger.count(Disposition.SEEN, at=60.0 * minute, door=Door.GATEWAY, route="chat")
    assert len(ledger.changed()) == 1_000
    assert len(journal.counts()) == 512
    assert caplog.text.count("No space left") == 1
    journal.close()


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.sampled_from(["", "too_large", "channel_full"]))))
def test_any_order_of_counting_and_forgetting_leaves_what_was_counted_since(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, bool, str]]
) -> None:
    path = tmp_path_factory.mktemp("journal") / "one.door"
    journal, model, total = Journal.create(path), Counter[Key](), 0
    for minute, is_forgotten, reason in steps:
        key = _key(minute, reason=reason)
        if is_forgotten:
            journal.release([key])
            del model[key]
        else:
            journal.add(key)
            model[key] += 1
            total += 1
    assert journal.counts() == model
    assert journal.total == total
    journal.close()
    assert read_journal(path).counts == model


def test_other_bytes_are_no_journal(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"something else" * 100)
    with pytest.raises(BadRecord, match="no journal"):
        read_journal(path)
    with pytest.raises(BadRecord):
        Journal.reopen(path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "books").write_text("a file in its place")
    with pytest.raises(Unavailable, match="books"):
        Journal.create(tmp_path / "books" / "gateway-1.door")


def test_what_is_not_there_has_no_writer_and_no_minutes(path: Path) -> None:
    with dead_writer(path) as is_dead:
        assert not is_dead
    assert minutes_held(path) == set()
    with pytest.raises(Unavailable):
        read_journal(path)

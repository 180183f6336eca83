from pathlib import Path

import pytest

from proxy.anonymise.keyring import KeyRing, key_id, open_ring, read_ring, rotate
from proxy.errors import UsageError

OLD, NEW = b"0123456789abcdef", b"fedcba9876543210"


def test_the_newest_key_is_current_and_older_ones_are_found_by_the_name_in_a_record() -> None:
    ring = KeyRing((OLD,)).rotated(NEW)
    assert ring.current == NEW
    assert ring.named(key_id(OLD)) == OLD
    assert ring.named("00000000") is None
    assert "0123" not in repr(ring)


@pytest.mark.parametrize("keys", [(), (b"short",), (OLD, NEW, OLD)])
def test_a_ring_that_is_empty_weak_or_turns_back_is_refused(keys: tuple[bytes, ...]) -> None:
    with pytest.raises(UsageError):
        KeyRing(keys)


def test_a_missing_file_is_made_for_its_owner_alone_and_read_again(tmp_path: Path) -> None:
    file = tmp_path / "state" / "pseudonym-key"
    ring = open_ring(file)
    assert ring == open_ring(file) == read_ring(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["pseudonym-key"]


def test_a_file_of_one_key_is_a_ring_and_comments_do_not_count(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_bytes(OLD)
    assert read_ring(file).keys == (OLD,)
    file.write_bytes(b"# since March\n" + NEW + b"\n\n" + OLD + b"\r\n")
    assert read_ring(file).keys == (NEW, OLD)


def test_rotation_puts_a_new_key_in_front_and_keeps_the_others(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    before = open_ring(file)
    after = rotate(file)
    assert after.keys[1:] == before.keys
    assert after.current != before.current
    assert read_ring(file) == after
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="missing"):
        rotate(tmp_path / "missing")

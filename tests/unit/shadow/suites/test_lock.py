from pathlib import Path

import pytest

from proxy.errors import UsageError
from shadow.suites.files import problems_of_files
from shadow.suites.heldout.draw import draw_heldout
from shadow.suites.lock import Lock, lock_file, write_lock


def test_a_locked_suite_that_was_changed_is_told(tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    suite = draw_heldout(seed=1, size=11)
    suite.save(file)
    write_lock(Lock(suite.id, ratio=0.2, salt="s", seed=1), file)
    assert problems_of_files([file]) == {str(file): []}
    draw_heldout(seed=2, size=11).save(file)
    assert "changed after it was locked" in problems_of_files([file])[str(file)][0]


def test_a_lock_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    draw_heldout(seed=1, size=11).save(file)
    lock_file(file).write_text("{}", "utf-8")
    with pytest.raises(UsageError, match="is no lock"):
        problems_of_files([file])

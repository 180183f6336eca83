import json
import logging
from datetime import timedelta
from pathlib import Path

import pytest

from proxy.sampling.outlook import Outlook, OutlookFile, Step, outlook_of
from tests.records import NOON

_DAY = timedelta(days=1)


def _file(tmp_path: Path) -> OutlookFile:
    return OutlookFile(tmp_path / "state" / "demand.json")


def test_the_largest_live_wish_holds_until_it_expires_and_then_the_next() -> None:
    outlook = outlook_of([(0.1, NOON + 3 * _DAY), (0.5, NOON + _DAY), (0.3, NOON + _DAY / 2), (0.1, NOON + 2 * _DAY)])
    assert outlook.steps == (Step(0.5, NOON + _DAY), Step(0.1, NOON + 3 * _DAY))
    ratios = [outlook.ratio(now=NOON + days * _DAY) for days in (0, 0.99, 1, 2.5, 3)]
    assert ratios == [0.5, 0.5, 0.1, 0.1, 0]


def test_nothing_is_wanted_of_no_wishes() -> None:
    assert outlook_of([]).ratio(now=NOON) == 0


def test_too_many_steps_want_too_much_rather_than_too_little() -> None:
    wishes = [(1 - number / 5_000, NOON + number * _DAY) for number in range(1, 2_000)]
    outlook = outlook_of(wishes)
    assert len(outlook.steps) == 1_000
    for day in (0, 500, 998, 999, 1_500, 1_998):
        now = NOON + day * _DAY
        assert outlook.ratio(now=now) >= max(ratio for ratio, until in wishes if now < until)
    assert outlook.ratio(now=NOON + 1_999 * _DAY) == 0


def test_what_was_written_is_read_back_and_only_by_its_owner(tmp_path: Path) -> None:
    file = _file(tmp_path)
    assert file.read() is None
    for ratio in (0.5, 0.25):
        outlook = outlook_of([(ratio, NOON)])
        file.write(outlook)
        assert file.read() == outlook
    (path,) = (tmp_path / "state").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_largest_outlook_fits_the_bound_of_the_file(tmp_path: Path) -> None:
    outlook = outlook_of([(1 / (number + 1.5), NOON + number * _DAY / 7) for number in range(5_000)])
    assert len(outlook.steps) == 1_000
    _file(tmp_path).write(outlook)
    assert _file(tmp_path).read() == outlook


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff" * 500,
        b'{"version":1,"steps":[[0.5,"2026-11-0',
        b'{"version":1,"steps":[[7,"2026-11-02T00:00:00Z"]]}',
        b'{"version":2,"steps":[]}',
        b" " * 1_000_000 + b'{"version":1,"steps":[]}',
    ],
)
def test_a_damaged_file_is_as_good_as_none_and_is_said(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    file = _file(tmp_path)
    file.write(Outlook())
    (tmp_path / "state" / "demand.json").write_bytes(content)
    assert file.read() is None
    (warning,) = caplog.messages
    assert "as if it were not there" in warning
    file.write(Outlook())
    assert file.read() == Outlook()


def test_an_outlook_that_cannot_be_written_leaves_no_older_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = _file(tmp_path)
    file.write(Outlook())
    (tmp_path / "state" / "demand.new").mkdir()
    with caplog.at_level(logging.WARNING):
        file.write(outlook_of([(1.0, NOON)]))
    assert "was not written" in caplog.text
    assert file.read() is None


def test_the_file_is_json_that_names_its_version(tmp_path: Path) -> None:
    _file(tmp_path).write(outlook_of([(0.5, NOON)]))
    written = json.loads((tmp_path / "state" / "demand.json").read_text("utf-8"))
    assert written == {"version": 1, "steps": [[0.5, "2026-11-01T12:00:00Z"]]}

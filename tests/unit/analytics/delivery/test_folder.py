from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from analytics.delivery.folder import FolderChannel
from proxy.errors import Unavailable
from tests.unit.analytics.delivery.parcels import parcel


def test_every_report_is_kept_and_the_last_one_is_the_latest(tmp_path: Path) -> None:
    first = parcel(tmp_path / "reports")
    channel = FolderChannel(tmp_path / "out")
    channel.deliver(first)
    channel.deliver(replace(first, made_at=first.made_at + timedelta(days=1)))
    kept = sorted(path.name for path in (tmp_path / "out" / "llama-awq").iterdir())
    assert kept == ["20261101T120000Z", "20261102T120000Z", "latest"]
    assert {path.name for path in (tmp_path / "out/llama-awq/latest").iterdir()} == {
        "report.html",
        "report.md",
        "decision.json",
    }


def test_a_folder_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable, match="UNDERSTUDY_DELIVERY_FOLDER"):
        FolderChannel(tmp_path / "file").deliver(parcel(tmp_path / "reports"))

"""What the pages on schedules and delivery show is so."""

import re
from pathlib import Path

from pydantic import SecretStr

from analytics.delivery.main import CHANNELS
from analytics.delivery.webhook import sign
from analytics.schedule.plan import load_plans

_HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"


def _block(page: str, language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", (_HOW_TO / page).read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def test_the_documented_plan_is_one(tmp_path: Path) -> None:
    path = tmp_path / "plans.toml"
    path.write_text(_block("schedule-reports.md", "toml"))
    assert load_plans(path)[0].notify == "changed"


def test_the_documented_receiver_believes_our_signature_and_no_other() -> None:
    names: dict[str, object] = {}
    exec(_block("deliver-reports.md", "python"), names)  # noqa: S102 - the docs' own code
    is_ours = names["is_ours"]
    assert callable(is_ours)
    signature = f"sha256={sign(b'{}', sent_at='12', secret=SecretStr('key'))}"
    assert is_ours(b"{}", sent_at="12", signature=signature, secret=b"key")
    assert not is_ours(b"{ }", sent_at="12", signature=signature, secret=b"key")
    assert not is_ours(b"{}", sent_at="13", signature=signature, secret=b"key")


def test_every_channel_is_on_the_page() -> None:
    page = (_HOW_TO / "deliver-reports.md").read_text("utf-8")
    assert all(f"| `{name}` |" in page for name in CHANNELS)

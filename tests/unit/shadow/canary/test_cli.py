from pathlib import Path

import pytest
from click.testing import CliRunner

from shadow.canary.cli import canary


def test_words_that_cannot_be_followed_are_a_usage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERSTUDY_PROXY_STATE_DIR", str(tmp_path))
    for words, said in (
        (["--door", "window"], "--door"),
        (["--timeout", "0"], "--timeout"),
        (["--api-key-env", "NO_SUCH_VARIABLE_HERE"], "NO_SUCH_VARIABLE_HERE"),
        ([], "pseudonym key"),
    ):
        result = CliRunner().invoke(canary, words)
        assert result.exit_code == 2, result.output
        assert said in result.output
    assert not list(tmp_path.iterdir())


def test_a_broker_that_is_away_is_the_first_missing_hop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERSTUDY_PROXY_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("UNDERSTUDY_PROXY_PSEUDONYM_KEY", "0123456789abcdef")
    monkeypatch.setenv("UNDERSTUDY_KAFKA_BOOTSTRAP", "127.0.0.1:1")
    result = CliRunner().invoke(canary, [])
    assert result.exit_code == 1
    assert "✗ kafka" in result.output

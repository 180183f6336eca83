import pytest

from judges.settings import JudgeSettings
from proxy.errors import UsageError


def test_the_default_model_needs_no_setting() -> None:
    assert JudgeSettings().embedding_model == "all-MiniLM-L6-v2"


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERSTUDY_JUDGES_EMBEDDING_MODEL", "/models/mine")
    monkeypatch.setenv("UNDERSTUDY_JUDGES_EMBED_BATCH", "8")
    found = JudgeSettings()
    assert (found.embedding_model, found.embed_batch) == ("/models/mine", 8)


def test_a_misspelt_or_senseless_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError):
        JudgeSettings(embed_batch=0)
    monkeypatch.setenv("UNDERSTUDY_JUDGES_EMBEDING_MODEL", "x")
    with pytest.raises(UsageError, match="EMBEDING"):
        JudgeSettings()

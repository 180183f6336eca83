from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict

from proxy.errors import UsageError
from proxy.settings import KafkaSettings, ProxySettings, Settings


class _Free(Settings):
    """Settings without a prefix know no stranger."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid")
    understudy_test_word: str = "default"


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the machine reaches a test."""
    import os

    for name in list(os.environ):
        if name.upper().startswith("UNDERSTUDY_"):
            monkeypatch.delenv(name)


def test_the_defaults_stay_on_this_machine() -> None:
    assert KafkaSettings().bootstrap == "127.0.0.1:9092"
    assert ProxySettings().host == "127.0.0.1"
    assert ProxySettings().upstream.startswith("http://127.0.0.1")


def test_a_variable_sets_its_field(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERSTUDY_KAFKA_PARTITIONS", "12")
    monkeypatch.setenv("UNDERSTUDY_KAFKA_IDEMPOTENT", "false")
    monkeypatch.setenv("UNDERSTUDY_PROXY_STATE_DIR", "state")
    assert (KafkaSettings().partitions, KafkaSettings().idempotent) == (12, False)
    assert ProxySettings().state_dir == Path("state")


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERSTUDY_KAFKA_PARTITIONS", "")
    assert KafkaSettings().partitions == 4


@pytest.mark.parametrize("name", ["UNDERSTUDY_KAFKA_PARTITION", "UNDERSTUDY_KAFKA_", "understudy_kafka_brokers"])
def test_a_variable_that_no_field_knows_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "planted-secret")
    with pytest.raises(UsageError) as caught:
        KafkaSettings()
    assert name in str(caught.value)
    assert "UNDERSTUDY_KAFKA_PARTITIONS" in str(caught.value)
    assert "planted-secret" not in str(caught.value)


def test_every_unknown_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERSTUDY_PROXY_PROT", "1")
    monkeypatch.setenv("UNDERSTUDY_PROXY_HOTS", "1")
    with pytest.raises(UsageError, match="unknown setting UNDERSTUDY_PROXY_HOTS, UNDERSTUDY_PROXY_PROT:"):
        ProxySettings()


def test_variables_of_other_packages_are_none_of_its_business(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERSTUDY_PROXY_PORT", "1")
    monkeypatch.setenv("UNDERSTUDY_ELSEWHERE", "1")
    assert KafkaSettings().partitions == 4


def test_without_a_prefix_nothing_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERSTUDY_TEST_WORD", "set")
    monkeypatch.setenv("UNDERSTUDY_TEST_OTHER", "set")
    assert _Free().understudy_test_word == "set"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("UNDERSTUDY_PROXY_PORT", "65536"),
        ("UNDERSTUDY_PROXY_PORT", "-1"),
        ("UNDERSTUDY_PROXY_QUEUE_EXCHANGES", "0"),
        ("UNDERSTUDY_PROXY_QUEUE_BYTES", "many"),
        ("UNDERSTUDY_PROXY_MAX_CAPTURE_BYTES", "1"),
    ],
)
def test_a_value_out_of_bounds_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=name) as caught:
        ProxySettings()
    assert repr(value) not in str(caught.value)


def test_an_unknown_argument_is_refused() -> None:
    with pytest.raises(UsageError, match="BROKERS"):
        KafkaSettings(brokers="b")  # type: ignore[call-arg]


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        KafkaSettings().partitions = 2  # type: ignore[misc]


def test_the_pseudonym_key_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERSTUDY_PROXY_PSEUDONYM_KEY", "planted-secret")
    settings = ProxySettings()
    assert "planted-secret" not in f"{settings!r} {settings} {settings.model_dump_json()}"
    assert settings.pseudonym_key.get_secret_value() == "planted-secret"


def test_the_header_names_are_lower_case() -> None:
    settings = ProxySettings()
    for name in (settings.conversation_header, settings.category_header, settings.tenant_header):
        assert name == name.lower()

import pytest
from pydantic import SecretStr

from analytics.delivery.main import open_dispatcher
from analytics.settings import DeliverySettings
from proxy.errors import UsageError


def test_a_channel_that_is_not_set_up_is_named_with_what_it_needs() -> None:
    with pytest.raises(UsageError, match="folder needs UNDERSTUDY_DELIVERY_FOLDER"):
        open_dispatcher(DeliverySettings(), names=["folder"])


def test_the_channels_are_those_that_the_settings_set_up() -> None:
    settings = DeliverySettings(
        bucket="reports",
        smtp_host="mail.example.org",
        email_from="understudy@example.org",
        email_to=("ops@example.org",),
        slack_url=SecretStr("https://hooks.slack.com/services/x"),
        webhook_url="https://ops.example.org/hook",
        webhook_secret=SecretStr("key"),
    )
    found = open_dispatcher(settings, names=["slack"]).channels
    assert [one.name for one in found] == ["object-store", "email", "slack", "webhook"]
    assert "hooks.slack.com/services/x" not in repr(found)


def test_a_webhook_without_a_key_is_not_set_up() -> None:
    with pytest.raises(UsageError, match="_WEBHOOK_SECRET"):
        open_dispatcher(DeliverySettings(webhook_url="https://ops.example.org/hook"), names=["webhook"])

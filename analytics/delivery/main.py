"""Wiring of delivery: the channels that the settings name. Nothing is sent here."""

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, cast

from analytics.delivery.channel import Channel
from analytics.delivery.dispatch import Dispatcher
from analytics.delivery.folder import FolderChannel
from analytics.delivery.mail import MailChannel, MailServer
from analytics.delivery.posting import Poster
from analytics.delivery.slack import SlackChannel
from analytics.delivery.webhook import WebhookChannel
from analytics.settings import DeliverySettings
from proxy.errors import UsageError

if TYPE_CHECKING:
    from obstore.store import S3Config


CHANNELS = {
    "folder": "UNDERSTUDY_DELIVERY_FOLDER",
    "object-store": "UNDERSTUDY_DELIVERY_BUCKET",
    "email": "UNDERSTUDY_DELIVERY_SMTP_HOST, _EMAIL_FROM and _EMAIL_TO",
    "slack": "UNDERSTUDY_DELIVERY_SLACK_URL",
    "webhook": "UNDERSTUDY_DELIVERY_WEBHOOK_URL and _WEBHOOK_SECRET",
}
"""Every channel and what it needs to be set up."""


def open_dispatcher(settings: DeliverySettings, *, names: Sequence[str]) -> Dispatcher:
    """A dispatcher of the named channels.

    Raises:
        UsageError: a channel is named that the settings do not set up; the message says what to set.
    """
    channels = list(_open_channels(settings))
    if missing := sorted(set(names) - {one.name for one in channels}):
        wanted = "; ".join(
            f"{name} needs {CHANNELS.get(name, 'to be one of ' + ', '.join(CHANNELS))}" for name in missing
        )
        message = f"reports cannot be delivered: {wanted}"
        raise UsageError(message)
    return Dispatcher(channels, attempts=settings.attempts, first_wait_s=settings.first_wait_s, sleep=time.sleep)


def _open_channels(settings: DeliverySettings) -> Iterator[Channel]:
    poster = Poster(settings.allowed_urls, timeout_s=settings.timeout_s)
    if settings.folder is not None:
        yield FolderChannel(settings.folder)
    if settings.bucket:
        yield _open_object_store(settings)
    if settings.smtp_host and settings.email_from and settings.email_to:
        yield MailChannel(_mail_server(settings), sender=settings.email_from, recipients=settings.email_to)
    if settings.slack_url.get_secret_value():
        yield SlackChannel(poster, settings.slack_url)
    if settings.webhook_url and settings.webhook_secret.get_secret_value():
        yield WebhookChannel(poster, settings.webhook_url, settings.webhook_secret, clock=time.time)


def _mail_server(settings: DeliverySettings) -> MailServer:
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=settings.smtp_password,
        timeout_s=settings.timeout_s,
    )


def _open_object_store(settings: DeliverySettings) -> Channel:
    from datetime import timedelta

    from obstore.store import S3Store

    from analytics.delivery.object_store import ObjectStoreChannel

    keys = {
        "access_key_id": settings.bucket_access_key.get_secret_value(),
        "secret_access_key": settings.bucket_secret_key.get_secret_value(),
        "endpoint": settings.bucket_endpoint,
    }
    store = S3Store(
        settings.bucket,
        prefix=settings.bucket_prefix or None,
        region=settings.bucket_region,
        config=cast("S3Config", {name: value for name, value in keys.items() if value}),
        client_options={
            "timeout": timedelta(seconds=settings.timeout_s),
            "allow_http": settings.bucket_endpoint.startswith("http://"),
        },
        retry_config={"max_retries": 0},
    )
    return ObjectStoreChannel(store)

"""Delivery to real receivers on loopback: an SMTP server, an S3 server, HTTP servers."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
from aiosmtpd.controller import Controller
from moto.server import ThreadedMotoServer
from pydantic import SecretStr

from analytics.delivery.dispatch import Dispatcher
from analytics.delivery.main import open_dispatcher
from analytics.settings import DeliverySettings
from shadow.stack.processes import free_port
from tests.unit.analytics.delivery.parcels import parcel


def _open(channel: str, **settings: Any) -> Dispatcher:
    return open_dispatcher(DeliverySettings(attempts=3, first_wait_s=0.01, timeout_s=5, **settings), names=[channel])


@dataclass
class Mailbox:
    """An SMTP server's handler: keeps what came, refuses whom it is told to."""

    refusals: dict[str, list[str]] = field(default_factory=dict)
    came: list[EmailMessage] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.refusals.get(address):
            return self.refusals[address].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - as above
        self.came.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box, port = Mailbox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


def _mail(port: int, **settings: Any) -> Dispatcher:
    plain = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none"}
    people = {"email_from": "understudy@example.org", "email_to": ("ops@example.org",)}
    return _open("email", **plain | people | settings)


def test_an_email_has_the_message_the_page_and_the_record(mailbox: tuple[Mailbox, int], tmp_path: Path) -> None:
    box, port = mailbox
    sent = parcel(tmp_path)
    (delivery,) = _mail(port).dispatch(sent, names=["email"])
    assert delivery.is_delivered, delivery
    (message,) = box.came
    assert message["Subject"] == "INSUFFICIENT EVIDENCE (was NO-GO): llama-awq in place of production"
    body = message.get_body(("plain",))
    assert body is not None
    assert "G3 is unresolved" in body.get_content()
    attached = {one.get_filename(): one.get_content() for one in message.iter_attachments()}
    assert json.loads(attached["decision.json"]) == json.loads(sent.read("decision.json"))
    assert attached["report.html"].replace("\r\n", "\n") == sent.read("report.html").decode()


def test_a_mail_server_that_is_busy_is_asked_again(mailbox: tuple[Mailbox, int], tmp_path: Path) -> None:
    box, port = mailbox
    box.refusals = {"ops@example.org": ["450 busy", "451 busy"]}
    (delivery,) = _mail(port).dispatch(parcel(tmp_path), names=["email"])
    assert (delivery.is_delivered, delivery.attempts) == (True, 3)


def test_a_recipient_that_is_refused_is_not_tried_again(mailbox: tuple[Mailbox, int], tmp_path: Path) -> None:
    box, port = mailbox
    box.refusals = {"ops@example.org": ["550 no such user"] * 5}
    (delivery,) = _mail(port).dispatch(parcel(tmp_path), names=["email"])
    assert (delivery.error, delivery.attempts) == ("Refused", 1)


def test_a_mail_server_without_tls_gets_nothing_when_tls_is_asked_for(
    mailbox: tuple[Mailbox, int], tmp_path: Path
) -> None:
    box, port = mailbox
    (delivery,) = _mail(port, smtp_security="starttls").dispatch(parcel(tmp_path), names=["email"])
    assert delivery.error == "Refused"
    assert box.came == []


def test_a_mail_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    (delivery,) = _mail(free_port()).dispatch(parcel(tmp_path), names=["email"])
    assert (delivery.error, delivery.attempts) == ("Unavailable", 3)


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=free_port(), verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


_KEYS = {"bucket_access_key": SecretStr("id"), "bucket_secret_key": SecretStr("key")}


def _bucket(endpoint: str) -> Any:
    client = boto3.client(
        "s3", endpoint_url=endpoint, aws_access_key_id="id", aws_secret_access_key="key", region_name="us-east-1"
    )
    client.create_bucket(Bucket="reports")
    return client


def test_an_object_store_keeps_every_report_and_the_latest(s3: str, tmp_path: Path) -> None:
    client = _bucket(s3)
    sent = parcel(tmp_path)
    dispatcher = _open("object-store", bucket="reports", bucket_prefix="prod", bucket_endpoint=s3, **_KEYS)
    (delivery,) = dispatcher.dispatch(sent, names=["object-store"])
    assert delivery.is_delivered, delivery
    keys = [one["Key"] for one in client.list_objects_v2(Bucket="reports")["Contents"]]
    assert keys == [
        f"prod/llama-awq/{place}/{name}"
        for place in ("20261101T120000Z", "latest")
        for name in ("decision.json", "report.html", "report.md")
    ]
    page = client.get_object(Bucket="reports", Key="prod/llama-awq/latest/report.html")
    assert page["Body"].read() == sent.read("report.html")
    assert page["ContentType"] == "text/html; charset=utf-8"


def test_a_bucket_that_is_not_there_is_a_refusal(s3: str, tmp_path: Path) -> None:
    dispatcher = _open("object-store", bucket="nowhere", bucket_endpoint=s3, **_KEYS)
    (delivery,) = dispatcher.dispatch(parcel(tmp_path), names=["object-store"])
    assert (delivery.error, delivery.attempts) == ("Refused", 1)


def test_an_object_store_that_is_away_is_unavailable(tmp_path: Path) -> None:
    away = f"http://127.0.0.1:{free_port()}"
    dispatcher = _open("object-store", bucket="reports", bucket_endpoint=away, **_KEYS)
    (delivery,) = dispatcher.dispatch(parcel(tmp_path), names=["object-store"])
    assert (delivery.error, delivery.attempts) == ("Unavailable", 3)


@dataclass
class Hook:
    """An HTTP receiver; answers with the statuses that it was given, then 200."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def hook() -> Iterator[Hook]:
    found = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.came.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(found.statuses.pop(0) if found.statuses else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_words: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_webhook_gets_a_record_that_it_can_believe_and_tell_from_a_repeat(hook: Hook, tmp_path: Path) -> None:
    hook.statuses = [503]
    dispatcher = _open("webhook", webhook_url=hook.url, webhook_secret=SecretStr("key"), allowed_urls=(hook.url,))
    (delivery,) = dispatcher.dispatch(parcel(tmp_path), names=["webhook"])
    assert (delivery.is_delivered, delivery.attempts) == (True, 2)
    (first, _), (second, body) = hook.came
    signed = second["X-Understudy-Timestamp"].encode() + b"." + body
    expected = hmac.new(b"key", signed, hashlib.sha256).hexdigest()
    assert second["X-Understudy-Signature"] == f"sha256={expected}"
    assert first["X-Understudy-Delivery"] == second["X-Understudy-Delivery"]
    told = json.loads(body)
    assert (told["verdict"], told["verdict_changed"]) == ("INSUFFICIENT EVIDENCE", True)
    assert told["decision"]["experiment_id"] == "llama-awq"


def test_slack_gets_words_that_mention_and_link_nothing(hook: Hook, tmp_path: Path) -> None:
    dispatcher = _open("slack", slack_url=SecretStr(hook.url), allowed_urls=(hook.url,))
    sent = parcel(tmp_path, reasons=("<!channel> see <https://evil.example|here> *now*" + "x" * 5000,))
    (delivery,) = dispatcher.dispatch(sent, names=["slack"])
    assert delivery.is_delivered
    told = json.loads(hook.came[0][1])
    block = told["blocks"][0]["text"]
    assert block["type"] == "plain_text"
    assert len(block["text"]) <= 3000
    assert "<" not in told["text"]


def test_a_hook_that_is_not_on_the_allow_list_gets_nothing(hook: Hook, tmp_path: Path) -> None:
    dispatcher = _open("webhook", webhook_url=hook.url, webhook_secret=SecretStr("key"))
    (delivery,) = dispatcher.dispatch(parcel(tmp_path), names=["webhook"])
    assert (delivery.error, delivery.attempts) == ("Refused", 1)
    assert hook.came == []

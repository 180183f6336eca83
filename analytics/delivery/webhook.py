"""Delivers the decision's record to a webhook, signed."""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import SecretStr

from analytics.delivery.parcel import Parcel, write_message
from analytics.delivery.posting import Poster


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """An address of the user's own.

    Attributes:
        secret: Key of the signature.
        clock: Seconds since the epoch, for the signature's time.
    """

    poster: Poster
    url: str
    secret: SecretStr
    clock: Callable[[], float]
    name: str = "webhook"

    def deliver(self, parcel: Parcel) -> None:
        """Post the record with a signature over time and body; a repeat carries the same delivery id.

        Raises:
            Unavailable, Refused: as `Poster.post`.
        """
        body = json.dumps(_body(parcel), ensure_ascii=False).encode()
        sent_at = str(int(self.clock()))
        headers = {
            "Content-Type": "application/json",
            "X-Understudy-Delivery": hashlib.sha256(body).hexdigest()[:32],
            "X-Understudy-Timestamp": sent_at,
            "X-Understudy-Signature": f"sha256={sign(body, sent_at=sent_at, secret=self.secret)}",
        }
        self.poster.post(self.url, body, headers=headers)


def sign(body: bytes, *, sent_at: str, secret: SecretStr) -> str:
    """HMAC-SHA256 over the time, a dot and the body, hexadecimal: what a receiver computes to believe it."""
    key = secret.get_secret_value().encode()
    return hmac.new(key, sent_at.encode() + b"." + body, hashlib.sha256).hexdigest()


def _body(parcel: Parcel) -> dict[str, object]:
    changes = parcel.changes
    return {
        "event": "understudy.report",
        "version": 1,
        "experiment_id": parcel.decision.experiment_id,
        "verdict": str(parcel.decision.verdict),
        "verdict_changed": changes.verdict_changed if changes else None,
        "made_at": parcel.made_at.isoformat(),
        "message": write_message(parcel),
        "decision": json.loads(parcel.read("decision.json")),
    }

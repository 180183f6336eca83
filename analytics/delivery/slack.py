"""Delivers a message to Slack, or to what takes the same incoming webhooks. The report itself is not sent."""

import json
from dataclasses import dataclass

from pydantic import SecretStr

from analytics.delivery.parcel import Parcel, write_message, write_subject
from analytics.delivery.posting import Poster

_LONGEST = 2900
"""Characters of a plain text block; Slack takes 3,000.  Source: Slack's reference of the section block."""


@dataclass(frozen=True, slots=True)
class SlackChannel:
    """An incoming webhook; its address is a secret."""

    poster: Poster
    url: SecretStr
    name: str = "slack"

    def deliver(self, parcel: Parcel) -> None:
        """Post the message as plain text, in which nothing is a link, a mention or formatting.

        Raises:
            Unavailable, Refused: as `Poster.post`.
        """
        words = write_message(parcel)
        shown = words if len(words) <= _LONGEST else f"{words[:_LONGEST]} ..."
        body = {
            "text": _escape(write_subject(parcel)),
            "blocks": [{"type": "section", "text": {"type": "plain_text", "text": shown, "emoji": False}}],
        }
        headers = {"Content-Type": "application/json"}
        self.poster.post(self.url.get_secret_value(), json.dumps(body).encode(), headers=headers)


def _escape(text: str) -> str:
    """Slack's three control characters as entities, so that <!channel> is a word."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

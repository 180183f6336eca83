"""The stratum of an exchange: the few coarse traits by which rare traffic is told from common traffic. Pure."""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

from proxy.exchange import Exchange, Shape
from proxy.wire.request import read_request

LENGTH_BOUNDS: Final = (256, 1_024, 4_096, 16_384, 65_536)
"""Characters of all messages together at which the next length bucket begins."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """Exchanges that count as alike when the long tail is looked for.

    Attributes:
        length_bucket: How many of `LENGTH_BOUNDS` the messages reach, 0 to 5.
    """

    shape: Shape
    language: str
    length_bucket: int
    has_tools: bool
    tenant: str


def stratum_of(exchange: Exchange) -> Stratum:
    """The stratum, read from the anonymised record only."""
    body = exchange.request
    asked = read_request(exchange.shape, body=body, headers={})
    length = sum(len(said.text) for said in asked.messages)
    return Stratum(
        shape=exchange.shape,
        language=exchange.language,
        length_bucket=bisect_right(LENGTH_BOUNDS, length),
        has_tools=bool(body.get("tools") or body.get("functions")),
        tenant=exchange.tenant,
    )

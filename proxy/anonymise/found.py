"""What was found in a text: spans with a type and a reason. Holds offsets only, never the text itself."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple


class EntityType(StrEnum):
    """What a masked span was; the order is the precedence when two findings overlap."""

    SECRET = "SECRET"  # noqa: S105 - a type, no secret
    IMAGE = "IMAGE"
    AUDIO = "AUDIO"
    VIDEO = "VIDEO"
    FILE = "FILE"
    URL = "URL"
    IBAN = "IBAN"
    EMAIL = "EMAIL"
    CARD = "CARD"
    NATIONAL_ID = "NATIONAL_ID"
    DOCUMENT = "DOCUMENT"
    BIRTH_DATE = "BIRTH_DATE"
    VEHICLE = "VEHICLE"
    PHONE = "PHONE"
    CUSTOMER_ID = "CUSTOMER_ID"
    MAC = "MAC"
    IP = "IP"
    ADDRESS = "ADDRESS"
    POSTCODE = "POSTCODE"
    PERSON = "PERSON"
    ORGANISATION = "ORGANISATION"
    LOCATION = "LOCATION"


_RANK = {kind: rank for rank, kind in enumerate(EntityType)}


class Span(NamedTuple):
    """Where one detector's match lies, and why it counts."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """One span to mask.

    Attributes:
        start: Offset of the first character.
        end: Offset behind the last character.
        detector: Name of the detector that found it.
        reason: Why it counts as one, e.g. "Luhn checksum holds".
    """

    type: EntityType
    start: int
    end: int
    detector: str
    reason: str

    def shifted(self, by: int) -> "Found":
        """The same finding in a text that has `by` characters more in front."""
        return replace(self, start=self.start + by, end=self.end + by)


def merge(findings: Iterable[Found]) -> list[Found]:
    """Findings that do not overlap, in order of the text.

    Whatever any detector found stays covered: overlapping findings become one over all of them, of the type that
    comes first in `EntityType`.
    """
    merged: list[Found] = []
    for finding in sorted(findings, key=lambda found: (found.start, -found.end)):
        if merged and finding.start < merged[-1].end:
            merged[-1] = _joined(merged[-1], finding)
        elif finding.start < finding.end:
            merged.append(finding)
    return merged


def _joined(first: Found, second: Found) -> Found:
    leading = min(first, second, key=lambda found: _RANK[found.type])
    return replace(leading, start=min(first.start, second.start), end=max(first.end, second.end))

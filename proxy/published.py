"""What every record of the log shares: frozen, no unknown fields, UTF-8 JSON, one error for bytes that are not it."""

import json
import re
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticSerializationError

from proxy.errors import BadRecord

_ESCAPED_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")


class Published(BaseModel):
    """A record that stands on Kafka as UTF-8 JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def to_bytes(self) -> bytes:
        """The record as it stands on Kafka; a lone surrogate, which UTF-8 cannot hold, stays escaped."""
        try:
            return self.model_dump_json().encode()
        except PydanticSerializationError:
            return json.dumps(self.model_dump(mode="json"), separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read a record.

        Raises:
            BadRecord: the bytes are not such a record; the message names fields of ours only, never what was found.
        """
        try:
            return cls._read(data)
        except ValidationError as error:
            found = {str(problem["loc"][0]) for problem in error.errors(include_input=False) if problem["loc"]}
            known = sorted(found & set(cls.model_fields))
            places = [*known, *(["unknown fields"] if found - set(known) else [])]
            message = f"not an {cls.__name__} record: wrong at {', '.join(places) or 'the root'}"
            raise BadRecord(message) from None

    @classmethod
    def _read(cls, data: bytes) -> Self:
        """By pydantic's own reader; by Python's where an escaped surrogate stands, which the other one refuses."""
        if not _ESCAPED_SURROGATE.search(data):
            return cls.model_validate_json(data)
        try:
            return cls.model_validate(json.loads(data))
        except (ValueError, RecursionError):
            return cls.model_validate_json(data)

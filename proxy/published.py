"""What every record of the log shares: frozen, no unknown fields, UTF-8 JSON, one error for bytes that are not it."""

from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from proxy.errors import BadRecord


class Published(BaseModel):
    """A record that stands on Kafka as UTF-8 JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def to_bytes(self) -> bytes:
        """The record as it stands on Kafka."""
        return self.model_dump_json().encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read a record.

        Raises:
            BadRecord: the bytes are not such a record; the message names fields of ours only, never what was found.
        """
        try:
            return cls.model_validate_json(data)
        except ValidationError as error:
            found = {str(problem["loc"][0]) for problem in error.errors(include_input=False) if problem["loc"]}
            known = sorted(found & set(cls.model_fields))
            places = [*known, *(["unknown fields"] if found - set(known) else [])]
            message = f"not an {cls.__name__} record: wrong at {', '.join(places) or 'the root'}"
            raise BadRecord(message) from None

"""Keys of the pseudonyms: the current one, and those before it. ADR 0010 says what they are for."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from proxy.errors import UsageError

LEAST_KEY_BYTES: Final = 16
_FRESH_BYTES: Final = 32


def key_id(key: bytes) -> str:
    """Eight hex digits by which records name a key without telling it: the start of its SHA-256."""
    return hashlib.sha256(key).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys, newest first. The first makes all new pseudonyms; the others only find those that were made before.

    Raises:
        UsageError: there is no key, one is shorter than 16 bytes, or one is there twice.
    """

    keys: tuple[bytes, ...] = field(repr=False)

    def __post_init__(self) -> None:
        if not self.keys:
            raise UsageError("the key ring is empty: give it a key, or remove the file so that one is made")
        if min(map(len, self.keys)) < LEAST_KEY_BYTES:
            message = f"a pseudonym key is too short: give it {LEAST_KEY_BYTES} bytes or more"
            raise UsageError(message)
        if len(set(self.keys)) < len(self.keys):
            raise UsageError("a pseudonym key is in the ring twice: a key that was replaced must not come back")

    @property
    def current(self) -> bytes:
        """The key of all new pseudonyms."""
        return self.keys[0]

    def named(self, identifier: str) -> bytes | None:
        """The key that a record names, or None if it has been removed."""
        return next((key for key in self.keys if key_id(key) == identifier), None)

    def rotated(self, key: bytes) -> Self:
        """A ring with another current key."""
        return type(self)((key, *self.keys))


def read_ring(file: Path) -> KeyRing:
    """The ring in a file: one key a line, newest first; empty lines and lines that start with # do not count.

    Raises:
        UsageError: the file cannot be read, or is no ring.
    """
    try:
        return KeyRing(tuple(_lines(file.read_bytes())))
    except OSError as error:
        message = f"the key file {file} cannot be read: {error.strerror}"
        raise UsageError(message) from None


def open_ring(file: Path) -> KeyRing:
    """The ring in a file, which is made with one random key if it is missing. Two processes that start at once agree.

    Raises:
        UsageError: the file cannot be read, or is no ring.
    """
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = _draft(file, KeyRing((_fresh(),)))
        with suppress(FileExistsError):
            os.link(draft, file)
        draft.unlink()
    return read_ring(file)


def rotate(file: Path) -> KeyRing:
    """Put a new random key in front of a file's ring, at once or not at all.

    Raises:
        UsageError: the file cannot be read, or is no ring.
    """
    ring = read_ring(file).rotated(_fresh())
    _draft(file, ring).replace(file)
    return ring


def _draft(file: Path, ring: KeyRing) -> Path:
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        handle.write(b"\n".join(ring.keys) + b"\n")
        handle.flush()
        os.fsync(handle.fileno())
    return draft


def _fresh() -> bytes:
    return secrets.token_hex(_FRESH_BYTES).encode()


def _lines(data: bytes) -> Iterator[bytes]:
    for line in data.splitlines():
        key = line.strip()
        if key and not key.startswith(b"#"):
            yield key

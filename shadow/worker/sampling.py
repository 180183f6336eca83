"""Which conversations an experiment replays: a deterministic hash, so that a conversation is in or out as a whole."""

import hashlib

_BITS = 53


def share_of(conversation_id: str, *, salt: str) -> float:
    """A number in [0, 1) that depends on conversation and salt alone, uniform over conversations."""
    digest = hashlib.blake2b(conversation_id.encode(), key=salt.encode()[:64], digest_size=8).digest()
    return (int.from_bytes(digest) >> 64 - _BITS) / (1 << _BITS)


def is_sampled(conversation_id: str, *, salt: str, ratio: float) -> bool:
    """Whether the conversation belongs to the share `ratio` (in [0, 1]) under this salt."""
    return share_of(conversation_id, salt=salt) < ratio

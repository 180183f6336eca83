"""Which part of a prompt was seen before: a prefix cache of token blocks, as its size alone matters for usage."""

import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence

BLOCK_TOKENS = 16
BLOCKS = 65_536


class PrefixCache:
    """Remembers the blocks of recent prompts, the least recently used leaving first."""

    def __init__(self, *, blocks: int = BLOCKS) -> None:
        self._seen: OrderedDict[bytes, None] = OrderedDict()
        self._blocks = blocks

    def take(self, prompt: Sequence[str], *, salt: str) -> int:
        """Remember a prompt; returns how many of its leading tokens were cached, never all of them.

        Args:
            prompt: The prompt's tokens.
            salt: Prompts of different salts share nothing.
        """
        cached, still_known = 0, True
        for block in _blocks(prompt, salt=salt):
            still_known = still_known and block in self._seen
            cached += BLOCK_TOKENS * still_known
            self._seen[block] = None
            self._seen.move_to_end(block)
        while len(self._seen) > self._blocks:
            self._seen.popitem(last=False)
        return min(cached, max(len(prompt) - 1, 0))


def _blocks(prompt: Sequence[str], *, salt: str) -> Iterator[bytes]:
    chain = hashlib.sha256(salt.encode("utf-8", "replace"))
    for start in range(0, len(prompt) - BLOCK_TOKENS + 1, BLOCK_TOKENS):
        chain.update("".join(prompt[start : start + BLOCK_TOKENS]).encode("utf-8", "replace"))
        yield chain.digest()

"""The lock of a suite: which conversations may enter it, one way, and that nobody changes it afterwards."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from proxy.errors import UsageError
from shadow.suites.suite import Suite

_DIGITS = 16
_SPACE = float(1 << 4 * _DIGITS)


def is_held_out(conversation_id: str, *, ratio: float, salt: str) -> bool:
    """Whether a conversation belongs to the held-out part.

    It depends on the conversation alone: it never changes sides while the salt stays, and a larger ratio takes further
    ones in and lets none go. Whoever tunes prompts or models uses the other part.

    Args:
        ratio: Share of conversations that are held out, in [0, 1].
        salt: Settles another split; keep it with the project.
    """
    digest = hashlib.sha256(f"{salt}\x1f{conversation_id}".encode()).hexdigest()
    return int(digest[:_DIGITS], 16) < ratio * _SPACE


@dataclass(frozen=True, slots=True)
class Lock:
    """What stands beside a locked suite's file."""

    suite: str
    ratio: float
    salt: str
    seed: int


def lock_file(suite_file: Path) -> Path:
    """Where the lock of a suite's file stands."""
    return suite_file.with_suffix(".lock.json")


def write_lock(lock: Lock, suite_file: Path) -> None:
    """Write the lock beside the suite."""
    lock_file(suite_file).write_text(json.dumps(asdict(lock), indent=2) + "\n", "utf-8")


def broken_lock(suite: Suite, suite_file: Path) -> str:
    """Why a suite is not what was locked; empty when it is, or was never locked.

    Raises:
        UsageError: the lock cannot be read.
    """
    file = lock_file(suite_file)
    if not file.exists():
        return ""
    try:
        locked = str(json.loads(file.read_text("utf-8"))["suite"])
    except (OSError, ValueError, KeyError, TypeError):
        message = f"{file} is no lock; restore it, or delete it to unlock the suite"
        raise UsageError(message) from None
    if locked.partition("@")[2] == suite.id.partition("@")[2]:
        return ""
    return f"{suite_file} was changed after it was locked as {locked}; give the new suite another name"

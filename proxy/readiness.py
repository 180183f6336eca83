"""The file by which a process without a port says that it is ready."""

import os
from pathlib import Path


def mark_ready(state_dir: Path, name: str) -> None:
    """Write `ready/<name>` in the state folder, with the process id."""
    folder = state_dir / "ready"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(str(os.getpid()), "utf-8")

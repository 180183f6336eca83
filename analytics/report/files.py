"""Files that are whole or not there at all."""

import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4


def replace_file(path: Path, data: bytes) -> None:
    """Put the data in place of the file in one step: readers see the old file or the new one, never a part.

    Raises:
        OSError: the folder cannot be made or written; the old file is as it was.
    """
    unfinished = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        with suppress(OSError):
            unfinished.unlink()

"""File sets: several suites at once, each a JSONL file named after its suite."""

from collections.abc import Iterable
from pathlib import Path

from proxy.errors import UsageError
from shadow.suites.lock import broken_lock
from shadow.suites.reading import load_suite, problems_of
from shadow.suites.suite import Suite

_ENDING = "*.jsonl"


def suite_files(paths: Iterable[Path]) -> list[Path]:
    """The files that are named, and those in the folders that are named, in order and each once.

    Raises:
        UsageError: a folder has no suite.
    """
    found: dict[Path, None] = {}
    for path in paths:
        files = sorted(path.glob(_ENDING)) if path.is_dir() else [path]
        if not files:
            message = f"the folder {path} has no suite; suites are files called NAME.jsonl"
            raise UsageError(message)
        found |= dict.fromkeys(files)
    return list(found)


def load_suites(paths: Iterable[Path]) -> list[Suite]:
    """Every suite of a file set.

    Raises:
        UsageError: a file is no suite, or two are the same suite.
    """
    suites = [load_suite(file) for file in suite_files(paths)]
    ids = [suite.id for suite in suites]
    if twice := next((one for one in ids if ids.count(one) > 1), None):
        message = f"suite {twice} is there twice; name it once"
        raise UsageError(message)
    return suites


def problems_of_files(paths: Iterable[Path]) -> dict[str, list[str]]:
    """What is wrong with each suite of a file set; a sound one whose lock is broken is wrong too.

    Raises:
        UsageError: a folder has no suite, or a lock cannot be read.
    """
    found = {}
    for file in suite_files(paths):
        problems = problems_of(file)
        broken = "" if problems else broken_lock(load_suite(file), file)
        found[str(file)] = problems + ([broken] if broken else [])
    return found

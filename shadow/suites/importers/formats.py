"""The formats that can be imported, in plain sight, and how a file becomes a suite."""

import importlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from proxy.errors import UsageError
from shadow.suites.example import Example
from shadow.suites.importers.found import Importer, Options, Skipped
from shadow.suites.suite import Suite

FORMATS: Final[Mapping[str, str]] = {
    "xstest": "xstest:read_xstest",
    "ifeval": "ifeval:read_ifeval",
    "bfcl": "bfcl:read_bfcl_suite",
    "gsm8k": "gsm8k:read_gsm8k",
    "tau-bench": "tau_bench:read_tau_bench_suite",
    "garak": "prompts:read_garak",
    "pyrit": "prompts:read_pyrit",
    "openai-evals": "openai_evals:read_openai_evals",
    "hugging-face": "hugging_face:read_hugging_face",
}
"""Format to its reader, imported when it is called: some need a library that others do not."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A suite, and how many records were left out, by reason."""

    suite: Suite
    skipped: Mapping[str, int]


def import_suite(name: str, path: Path, *, as_name: str, options: Options) -> Imported:
    """Read a file of a known format; an id that is there already gets a number.

    Raises:
        UsageError: there is no such format, or the file is not of it or holds no example.
        BadRecord: a record of BFCL is none.
    """
    if name not in FORMATS:
        message = f"there is no format {name}; known are {', '.join(FORMATS)}"
        raise UsageError(message)
    examples: dict[str, Example] = {}
    skipped = Counter[str]()
    for one in _importer(name)(path, options):
        if isinstance(one, Skipped):
            skipped[one.reason] += 1
        else:
            own = one if one.id not in examples else one.model_copy(update={"id": f"{one.id}-{len(examples) + 1}"})
            examples[own.id] = own
    if not examples:
        reasons = ", ".join(f"{reason} ({count})" for reason, count in skipped.items()) or "it is empty"
        message = f"{path} gave no example: {reasons}"
        raise UsageError(message)
    return Imported(Suite(name=as_name, examples=tuple(examples.values())), dict(skipped))


def _importer(name: str) -> Importer:
    module, _, function = FORMATS[name].partition(":")
    found: Importer = getattr(importlib.import_module(f"shadow.suites.importers.{module}"), function)
    return found

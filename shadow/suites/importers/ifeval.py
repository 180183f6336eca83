"""IFEval's JSONL: prompts with instructions that can be verified.

Source: Zhou et al. 2023. Fields `key`, `prompt`, `instruction_id_list`, `kwargs`, the last two of the same length.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shadow.suites.importers.found import Found, Options, Skipped, asked, example, fit_id, records


def read_ifeval(path: Path, options: Options) -> Iterator[Found]:
    """One example per prompt, one check per instruction; a kind of instruction that is not known skips the prompt."""
    for place, record in records(path):
        if isinstance(record, Skipped):
            yield record
            continue
        names, kwargs = record.get("instruction_id_list"), record.get("kwargs")
        if not isinstance(names, list) or not isinstance(kwargs, list) or len(names) != len(kwargs):
            yield Skipped(place, "instructions and arguments do not match")
            continue
        yield example(
            place,
            id=fit_id(record.get("key", place), otherwise=place.replace(" ", "-")),
            category=options.category or "instructions",
            messages=asked(record["prompt"]) if record.get("prompt") else [],
            checks=[_check(name, given) for name, given in zip(names, kwargs, strict=True)],
            max_tokens=options.max_tokens,
        )


def _check(name: object, given: object) -> dict[str, Any]:
    arguments = {key: value for key, value in given.items() if value is not None} if isinstance(given, dict) else {}
    return {"kind": "instruction", "id": name, "arguments": arguments}

"""Hugging Face datasets on disk: Arrow streams of `save_to_disk`, or Parquet files. Read by pyarrow alone."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from proxy.errors import UsageError
from shadow.suites.importers.found import Found, Options, Skipped, asked, example, fit_id
from shadow.suites.template import Fields, has, number

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "prompt": ("prompt", "question", "instruction", "input", "messages", "text"),
    "reference": ("reference", "answer", "output", "target", "response"),
    "category": ("category", "subject", "type"),
    "id": ("id", "key", "task_id"),
}
_SHORT = 80
"""Characters up to which a reference must stand in the answer; a longer one is a text to compare with."""


def read_hugging_face(path: Path, options: Options) -> Iterator[Found]:
    """One example per row; columns as `options.columns` names them, or by the names that are usual.

    Raises:
        UsageError: nothing can be read there, or no column holds prompts.
    """
    for count, row in enumerate(_rows(path), start=1):
        columns = _named(row, options)
        yield _found(row, columns=columns, count=count, options=options)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    files = [path] if path.is_file() else sorted([*path.rglob("*.arrow"), *path.rglob("*.parquet")])
    if not files:
        message = f"{path} holds no Arrow or Parquet file; give a folder of save_to_disk, or a Parquet file"
        raise UsageError(message)
    for file in files:
        try:
            yield from _table(file).to_pylist()
        except (pa.ArrowException, OSError) as error:
            message = f"{file} cannot be read ({type(error).__name__}); give Arrow streams or Parquet files"
            raise UsageError(message) from None


def _table(file: Path) -> Any:  # noqa: ANN401 - pyarrow has no types
    if file.suffix == ".parquet":
        return pq.read_table(file)
    with pa.memory_map(str(file)) as source:
        return pa.ipc.open_stream(source).read_all()


def _named(row: Mapping[str, Any], options: Options) -> dict[str, str]:
    found = {
        held: options.columns.get(held) or next((name for name in names if name in row), "")
        for held, names in _COLUMNS.items()
    }
    if found["prompt"] not in row:
        message = f"no column holds prompts; say which by --column prompt=NAME: there are {', '.join(row)}"
        raise UsageError(message)
    return found


def _found(row: Mapping[str, Any], *, columns: Mapping[str, str], count: int, options: Options) -> Found:
    place = f"row {count}"
    prompt = row[columns["prompt"]]
    if not prompt:
        return Skipped(place, "no prompt")
    reference = row.get(columns["reference"])
    spelled = str(reference).strip() if isinstance(reference, str | int | float) else ""
    return example(
        place,
        id=fit_id(row.get(columns["id"]) or f"row-{count:06d}", otherwise=f"row-{count:06d}"),
        category=(options.category or str(row.get(columns["category"]) or "imported"))[:64],
        messages=[dict(one) for one in prompt] if isinstance(prompt, list) else asked(str(prompt)),
        checks=_checks(spelled),
        reference=spelled,
        danger=options.danger,
        max_tokens=options.max_tokens,
    )


def _checks(reference: str) -> list[Fields]:
    if not reference or len(reference) > _SHORT:
        return []
    try:
        return [number(float(reference))]
    except ValueError:
        return [has(reference)]

"""A reading as bytes and back, so that what was decided upon outlives the rows it was read from. Holds no payload."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, get_type_hints

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import TypeAdapter

from analytics.decide.decision import Decision
from analytics.jobs.reading import Reading
from analytics.jobs.tables import Table

_OPTIONS = pa.ipc.IpcWriteOptions(compression="zstd")
_TABLE, _OTHER = ".arrow", ".json"


def slim(reading: Reading, decision: Decision) -> Reading:
    """The reading without what no decision needs: conversations become their rank, reasons those of shown pairs."""
    conversations = reading.pairs["conversation_id"].combine_chunks().dictionary_encode()
    ranks = np.empty(len(conversations.dictionary), dtype=np.int64)
    ranks[pc.sort_indices(conversations.dictionary).to_numpy()] = np.arange(len(ranks))
    names = pa.array([f"{rank:08d}" for rank in ranks.tolist()], type=pa.string())
    place = reading.pairs.column_names.index("conversation_id")
    shown = pa.array([pair.exchange_id for pair in decision.worst_pairs], type=pa.string())
    return replace(
        reading,
        pairs=reading.pairs.set_column(place, "conversation_id", names.take(conversations.indices)),
        reasons=reading.reasons.filter(pc.is_in(reading.reasons["exchange_id"], value_set=shown)),
    )


def pack(reading: Reading) -> bytes:
    """One archive: tables as Arrow, everything else as JSON. The same reading gives the same bytes."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for name, data in _members(reading):
            file.writestr(zipfile.ZipInfo(name), data)
    return archive.getvalue()


def unpack(packed: bytes) -> Reading:
    """The reading that was packed.

    Raises:
        ValueError: it was packed by a version whose readings have other parts.
    """
    hints = get_type_hints(Reading)
    parts: dict[str, Any] = {}
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        for member in file.namelist():
            name, data = member.partition("/")[0].partition(".")[0], file.read(member)
            if member.endswith(_TABLE) and "/" in member:
                parts.setdefault(name, {})[member.partition("/")[2].removesuffix(_TABLE)] = _table(data)
            elif member.endswith(_TABLE):
                parts[name] = _table(data)
            elif name in hints:
                parts[name] = TypeAdapter(hints[name]).validate_python(json.loads(data))
    known = {one.name for one in fields(Reading)}
    if not parts.keys() <= known:
        message = f"a reading has no {', '.join(sorted(parts.keys() - known))}"
        raise ValueError(message)
    return Reading(**({"findings": {}} | parts))


def _members(reading: Reading) -> list[tuple[str, bytes]]:
    hints, members = get_type_hints(Reading), []
    for one in fields(Reading):
        value = getattr(reading, one.name)
        if isinstance(value, pa.Table):
            members.append((one.name + _TABLE, _bytes(value)))
        elif one.name == "findings":
            members += [(f"{one.name}/{judge}{_TABLE}", _bytes(table)) for judge, table in _sorted(value)]
        else:
            plain = TypeAdapter(hints[one.name]).dump_python(value, mode="json")
            members.append((one.name + _OTHER, json.dumps(plain).encode()))
    return members


def _sorted(tables: Mapping[str, Table]) -> list[tuple[str, Table]]:
    return sorted(tables.items())


def _bytes(table: Table) -> bytes:
    sink = pa.BufferOutputStream()
    whole = table.unify_dictionaries().combine_chunks()
    with pa.ipc.new_stream(sink, whole.schema, options=_OPTIONS) as writer:
        writer.write_table(whole)
    return bytes(sink.getvalue().to_pybytes())


def _table(data: bytes) -> Table:
    return pa.ipc.open_stream(data).read_all()

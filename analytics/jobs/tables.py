"""Tables that the store gave, as columns of the evidence. Knows nothing of what the columns mean."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.decide.columns import Bools, Figures, Floats, Integers, Words

type Table = pa.Table
type Column = Any
"""A pyarrow.ChunkedArray; pyarrow has no types."""


def figures(column: Column) -> Figures:
    """Numbers that may be null."""
    known = column.is_valid().to_numpy()
    return Figures(floats(pc.fill_null(column, 0)), np.asarray(known, dtype=np.bool_))


def floats(column: Column) -> Floats:
    """Numbers without nulls."""
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)


def flags(column: Column) -> Bools:
    """Truth values, or counts of which any but 0 is true."""
    return np.asarray(column.to_numpy(), dtype=np.bool_)


def texts(column: Column) -> Any:  # noqa: ANN401 - an array of objects
    """Strings, of which nearly all differ."""
    return column.to_numpy(zero_copy_only=False)


def words(column: Column) -> Words:
    """Strings out of few."""
    whole = encoded(column)
    order = pc.sort_indices(whole.dictionary)
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order.to_numpy()] = np.arange(len(order))
    codes: Integers = ranks[whole.indices.to_numpy()] if len(whole) else np.zeros(0, dtype=np.int64)
    return Words(codes, tuple(whole.dictionary.take(order).to_pylist()))


def encoded(column: Column) -> Any:  # noqa: ANN401 - a pyarrow.DictionaryArray
    """The column as one array with one dictionary."""
    is_encoded = pa.types.is_dictionary(column.type)
    joined = (column if is_encoded else column.dictionary_encode()).unify_dictionaries().combine_chunks()
    return joined.chunk(0) if isinstance(joined, pa.ChunkedArray) else joined


def placed(table: Table, keys: Column) -> Table:
    """The table with `place`, the row of its `key` in `keys`, for that column; rows of no such key go."""
    places = pc.index_in(table["key"], value_set=keys).cast(pa.int64())
    found = table.drop_columns("key").append_column("place", places)
    return found.filter(places.is_valid()) if places.null_count else found

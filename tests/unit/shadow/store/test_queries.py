"""Every query is one that the migrated schema answers, whatever it holds."""

import re
from datetime import UTC, datetime
from importlib.resources import files

import pytest

from shadow.store.clickhouse import Store

_FILES = sorted(file.name.removesuffix(".sql") for file in (files("shadow.store") / "queries").iterdir())
_VALUES: dict[str, object] = {
    "Array(Int64)": [0],
    "Array(String)": ["x"],
    "DateTime64(3, 'UTC')": datetime(2026, 11, 1, tzinfo=UTC),
    "DateTime('UTC')": datetime(2026, 11, 1, tzinfo=UTC),
    "Float64": 0.5,
    "Identifier": "replays",
    "Int32": 0,
    "Int64": 0,
    "String": "x",
    "UInt32": 1,
}


def _text(name: str) -> str:
    return (files("shadow.store") / "queries" / f"{name}.sql").read_text("utf-8")


@pytest.mark.parametrize("name", _FILES)
def test_the_schema_answers(store: Store, name: str) -> None:
    parameters = {key: _VALUES[kind] for key, kind in re.findall(r"\{(\w+):([^}]+)\}", _text(name))}
    if re.search(r"^(DELETE|ALTER)", _text(name), re.MULTILINE):
        store.run(name, **parameters)
    else:
        assert isinstance(store.read(name, **parameters), list)


@pytest.mark.parametrize("name", _FILES)
def test_it_says_its_question_and_its_grain(name: str) -> None:
    assert re.match(r"-- Question: .*?Grain: ", _text(name), re.DOTALL)

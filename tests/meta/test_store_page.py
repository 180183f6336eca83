import pytest

from shadow.store.clickhouse import Store
from tests.meta.store_page import PAGE, example_queries, tables_section, with_tables

_TEXT = PAGE.read_text("utf-8")
_QUERIES = example_queries(_TEXT)


def test_the_page_says_what_the_schema_s_comments_say(store: Store) -> None:
    assert with_tables(_TEXT, tables_section(store)) == _TEXT


def test_every_column_of_every_table_and_view_says_what_it_is(store: Store) -> None:
    bare = "SELECT table, name FROM system.columns WHERE database = {name:String} AND comment = ''"
    assert store.rows(bare, {"name": store.database}) == []


@pytest.mark.parametrize("query", _QUERIES, ids=lambda query: query.split("\n", 1)[0][:40])
def test_example_queries_run(store: Store, query: str) -> None:
    assert isinstance(store.rows(query.replace("understudy.", f"{store.database}.")), list)


def test_there_are_examples() -> None:
    assert len(_QUERIES) >= 6

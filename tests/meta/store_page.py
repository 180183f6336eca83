"""The tables of the store's page, made from the schema's comments: `python -m tests.meta.store_page` rewrites them."""

import re
import sys
import tempfile
from pathlib import Path

from shadow.settings import ClickHouseSettings
from shadow.stack.processes import Service, end, free_port, start
from shadow.store.clickhouse import Store
from shadow.store.schema import migrate

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "store.md"
_BEGIN = "<!-- made by `python -m tests.meta.store_page` -->"
_END = "<!-- made until here -->"
_KEPT = re.compile(r"toIntervalDay\((\d+)\)")
_TABLES = """
SELECT name, comment, engine, engine_full FROM system.tables
WHERE database = {name:String} AND name != 'migrations'
ORDER BY engine = 'View' DESC, name
"""
_COLUMNS = """
SELECT name, type, comment FROM system.columns
WHERE database = {name:String} AND table = {table:String}
ORDER BY position
"""


def example_queries(page: str) -> list[str]:
    """The page's queries, which name the database understudy and the experiment llama-awq."""
    return re.findall(r"^```sql\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


def tables_section(store: Store) -> str:
    """Every view and table with its grain, retention and columns, in Markdown."""
    parts = []
    for table in store.rows(_TABLES, {"name": store.database}):
        kept = _KEPT.search(table["engine_full"])
        words = f" Kept for {kept[1]} days." if kept else ""
        kind = "view" if table["engine"] == "View" else "table"
        parts += [
            f"### {table['name']} ({kind})\n",
            f"{table['comment']}{words}\n",
            "| column | type | meaning |",
            "| --- | --- | --- |",
            *(
                f"| `{row['name']}` | {row['type']} | {row['comment']} |"
                for row in store.rows(_COLUMNS, {"name": store.database, "table": table["name"]})
            ),
            "",
        ]
    return "\n".join(parts)


def with_tables(page: str, section: str) -> str:
    """The page with its made part replaced."""
    before, _, rest = page.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n\n{section}\n{_END}{after}"


def _main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        argv = [sys.executable, "-m", "shadow.stack.chdb_http", f"{folder}/data", str(port)]
        ready = f"http://127.0.0.1:{port}/ping"
        running = start(Service(name="clickhouse", argv=argv, ready_url=ready), folder=Path(folder), environment={})
        assert running is not None
        try:
            store = Store.connect(ClickHouseSettings(port=port))
            migrate(store)
            PAGE.write_text(with_tables(PAGE.read_text("utf-8"), tables_section(store)), "utf-8")
            store.close()
        finally:
            end(running)


if __name__ == "__main__":
    _main()

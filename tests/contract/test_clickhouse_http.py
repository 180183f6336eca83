"""What the store needs of ClickHouse's HTTP interface, as clickhouse-connect speaks it: here chDB stands behind it."""

import subprocess
import sys
import urllib.error
import urllib.request
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import clickhouse_connect
import pytest
from clickhouse_connect.driver.exceptions import DatabaseError

from shadow.settings import ClickHouseSettings
from shadow.store.clickhouse import Store
from shadow.store.schema import all_migrations, migrate


@pytest.fixture
def table(store: Store) -> str:
    store.command(
        "CREATE TABLE {database}.things (name String, value Nullable(Float64)) ENGINE = MergeTree ORDER BY name"
    )
    return "things"


def test_clickhouse_connect_connects_and_learns_the_version(clickhouse: ClickHouseSettings) -> None:
    client = clickhouse_connect.get_client(host=clickhouse.host, port=clickhouse.port)
    assert int(str(client.server_version).split(".")[0]) >= 25
    client.close()


@pytest.mark.parametrize(
    "value", ["plain", 'it\'s "quoted"', "back\\slash", "line\nend\ttab", "ünïcode ☂", "{a:String}"]
)
def test_bound_values_come_back_as_they_went(store: Store, value: str) -> None:
    assert store.rows("SELECT {value:String} AS value", {"value": value}) == [{"value": value}]


def test_a_bound_value_is_never_sql(store: Store, table: str) -> None:
    store.insert(table, [{"name": "kept", "value": 1.0}])
    hostile = "x'; DROP TABLE things; --"
    assert store.rows("SELECT name FROM {database}.things WHERE name = {name:String}", {"name": hostile}) == []
    assert store.rows("SELECT count() AS n FROM {database}.things") == [{"n": 1}]


@pytest.mark.parametrize("compression", ["", "lz4", "zstd", "gzip"])
def test_inserts_arrive_whatever_their_compression(
    clickhouse: ClickHouseSettings, store: Store, table: str, compression: str
) -> None:
    client = clickhouse_connect.get_client(host=clickhouse.host, port=clickhouse.port, compress=compression or False)
    rows = [[f"name {number}", None if number % 2 else float(number)] for number in range(5_000)]
    client.insert(table, rows, column_names=["name", "value"], database=clickhouse.database)
    client.close()
    found = store.rows("SELECT count() AS n, countIf(value IS NULL) AS empty FROM {database}.things")
    assert found == [{"n": 5_000, "empty": 2_500}]


def test_times_come_back_aware_and_in_utc(store: Store) -> None:
    at = datetime(2026, 3, 29, 1, 30, 0, 123_000, tzinfo=UTC)
    assert store.rows("SELECT {at:DateTime64(3, 'UTC')} AS at", {"at": at}) == [{"at": at}]


def test_an_error_names_its_code(clickhouse: ClickHouseSettings) -> None:
    client = clickhouse_connect.get_client(host=clickhouse.host, port=clickhouse.port)
    with pytest.raises(DatabaseError, match="60"):
        client.query("SELECT * FROM nowhere")
    client.close()


def test_a_setting_holds_for_its_query_alone(clickhouse: ClickHouseSettings) -> None:
    client = clickhouse_connect.get_client(host=clickhouse.host, port=clickhouse.port)
    ask = "SELECT getSetting('max_block_size')"
    before = client.query(ask).result_rows
    assert client.query(ask, settings={"max_block_size": 1234}).result_rows == [(1234,)]
    assert [client.query(ask).result_rows for _ in range(16)] == [before] * 16
    client.close()


def test_many_threads_read_and_write_at_once(clickhouse: ClickHouseSettings, store: Store, table: str) -> None:
    def work(number: int) -> int:
        own = Store.connect(clickhouse)
        own.insert(table, [{"name": f"{number}", "value": float(index)} for index in range(100)])
        seen = own.rows("SELECT count() AS n FROM {database}.things WHERE name = {name:String}", {"name": f"{number}"})
        own.close()
        return int(seen[0]["n"])

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(16))) == [100] * 16
    assert store.rows("SELECT count() AS n FROM {database}.things") == [{"n": 1600}]


def test_another_process_sees_what_this_one_wrote(clickhouse: ClickHouseSettings, store: Store, table: str) -> None:
    store.insert(table, [{"name": "a", "value": 1.0}])
    code = (
        "import sys, clickhouse_connect\n"
        "client = clickhouse_connect.get_client(host='127.0.0.1', port=int(sys.argv[1]))\n"
        "print(client.query(f'SELECT count() FROM {sys.argv[2]}.things').result_rows[0][0])\n"
    )
    command = [sys.executable, "-c", code, str(clickhouse.port), clickhouse.database]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "1"


def test_a_thousand_bound_values_pass(store: Store) -> None:
    """More than a URL holds: clickhouse-connect sends them as a form."""
    ids = [f"{number:032d}" for number in range(1_000)]
    found = store.rows("SELECT length({ids:Array(String)}) AS n, {ids:Array(String)}[-1] AS last", {"ids": ids})
    assert found == [{"n": 1_000, "last": ids[-1]}]


_FORM = b'--x\r\nContent-Disposition: form-data; name="t"; filename="t"\r\n\r\n1\r\n--x--\r\n'


def _post(port: int, *, body: bytes, query: str = "", headers: dict[str, str] | None = None) -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/?{query}", data=body, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_plain_http_answers_tab_separated(chdb_port: int) -> None:
    assert _post(chdb_port, body=b"SELECT 1, 'a'") == (200, "1\ta\n")


@pytest.mark.parametrize(
    ("body", "query", "headers", "words"),
    [
        (b"", "", {}, "Empty query"),
        (b"SELECT FROM WHERE", "", {}, "SYNTAX_ERROR"),
        (b"\xff\xfe", "", {}, "not UTF-8"),
        (b"SELECT 1", "no-name=1", {}, "is no name"),
        (b"SELECT 1", "database=a`b", {}, "is no name"),
        (b"no gzip", "query=SELECT+1", {"content-encoding": "gzip"}, "is not gzip"),
        (b"x", "query=SELECT+1", {"content-encoding": "pig"}, "not known"),
        (_FORM, "query=SELECT+1", {"content-type": "multipart/form-data; boundary=x"}, "not served"),
    ],
)
def test_wrong_bytes_get_a_clear_error(
    chdb_port: int, body: bytes, query: str, headers: dict[str, str], words: str
) -> None:
    status, text = _post(chdb_port, body=body, query=query, headers=headers)
    assert status == 500
    assert "DB::Exception" in text
    assert words in text


def test_half_an_insert_leaves_no_row(chdb_port: int, store: Store, table: str, clickhouse: ClickHouseSettings) -> None:
    half = zlib.compress(b"whatever")[:5]
    query = f"query=INSERT+INTO+{clickhouse.database}.{table}+FORMAT+Native"
    status, _ = _post(chdb_port, body=half, query=query)
    assert status == 500
    assert store.rows("SELECT count() AS n FROM {database}.things") == [{"n": 0}]


def test_migrations_go_up_and_down_and_up_again(clickhouse: ClickHouseSettings) -> None:
    store = Store.connect(clickhouse)
    up = migrate(store)
    tables = store.tables()
    assert len(up) == len(all_migrations())
    assert migrate(store) == []
    assert len(migrate(store, to=0)) == len(up)
    assert set(store.tables()) == {"migrations"}
    migrate(store)
    assert store.tables() == tables
    store.command("DROP DATABASE {database}")
    store.close()

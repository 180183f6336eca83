"""chDB on ClickHouse's HTTP interface: the embedded engine for every process that uses clickhouse-connect.

chDB allows one engine per process and folder; this server owns it and speaks as much of ClickHouse's HTTP protocol
as clickhouse-connect uses: queries with bound `param_` values, settings, inserts in any format, compressed bodies,
`/ping`. It stands in for a ClickHouse server on one machine, answers on loopback, and knows neither users nor
passwords, sessions, external tables nor progress headers.
"""

import asyncio
import json
import re
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import chdb
import cramjam
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

_THREADS = 8
_MAX_BODY_BYTES = 268_435_456
_BAD_QUERY_CODE = 1002
_INSERT = re.compile(rb"\s*INSERT\s+INTO\s.{1,65536}?\sFORMAT\s+(\w+)[ \t;]*(?:\r?\n|$)", re.IGNORECASE | re.DOTALL)
_CODE = re.compile(r"Code: (\d+)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NOT_SETTINGS = frozenset(
    {"query", "database", "default_format", "session_id", "session_timeout", "session_check", "query_id", "user",
     "password", "quota_key", "role", "compress", "decompress", "buffer_size", "wait_end_of_query",
     "client_protocol_version", "enable_http_compression", "http_zlib_compression_level",
     "send_progress_in_http_headers", "http_headers_progress_interval_ms",
     "cancel_http_readonly_queries_on_client_close"}
)  # fmt: skip
_DECOMPRESS = {
    "gzip": cramjam.gzip.decompress,
    "zstd": cramjam.zstd.decompress,
    "lz4": cramjam.lz4.decompress,
    "deflate": cramjam.deflate.decompress,
    "br": cramjam.brotli.decompress,
}


class QueryFailed(Exception):
    """ClickHouse's own error, with its code; becomes the reply that a ClickHouse server would give."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        found = _CODE.search(message)
        self.code = int(found.group(1)) if found else _BAD_QUERY_CODE


@dataclass(frozen=True, slots=True)
class Statement:
    """One request to the engine.

    Attributes:
        parameters: Values of `{name:Type}` in the SQL, as text.
        settings: ClickHouse settings that hold for this statement alone.
        rows: Bytes to insert in `rows_format`; None when the statement is no insert of data.
    """

    sql: str
    database: str
    default_format: str
    parameters: Mapping[str, str]
    settings: Mapping[str, str]
    rows: bytes | None = None
    rows_format: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the engine gave back."""

    body: bytes
    rows_read: int
    elapsed_s: float


class Engine:
    """chDB over one folder; each thread of the pool keeps a connection of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._local = threading.local()
        self.pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="chdb")

    def run(self, statement: Statement) -> Answer:
        """Run one statement in the calling thread.

        Raises:
            QueryFailed: the engine refused it.
        """
        connection = self._connection()
        try:
            with _adjusted(connection, statement):
                if statement.rows is None:
                    return _ask(connection, statement.sql, statement)
                with tempfile.NamedTemporaryFile(dir=self._folder.parent, suffix=".rows") as file:
                    file.write(statement.rows)
                    file.flush()
                    return _ask(connection, _from_file(statement, Path(file.name)), statement)
        except RuntimeError as error:
            raise QueryFailed(str(error)) from None

    def _connection(self) -> Any:  # noqa: ANN401 - chdb has no types
        if not hasattr(self._local, "connection"):
            self._local.connection = chdb.connect(str(self._folder))
        return self._local.connection


@contextmanager
def _adjusted(connection: Any, statement: Statement) -> Iterator[None]:  # noqa: ANN401 - chdb has no types
    """The statement's database and settings, taken back afterwards: the connection serves others next."""
    connection.query(f"USE `{statement.database}`")
    changed: list[str] = []
    try:
        for name, value in statement.settings.items():
            connection.query(f"SET {name} = '{_quoted(value)}'")
            changed.append(name)
        yield
    finally:
        for name in changed:
            connection.query(f"SET {name} = DEFAULT")


def _ask(connection: Any, sql: str, statement: Statement) -> Answer:  # noqa: ANN401 - chdb has no types
    result = connection.query(sql, statement.default_format, params=dict(statement.parameters))
    return Answer(bytes(result.bytes() or b""), int(result.rows_read()), float(result.elapsed()))


def _from_file(statement: Statement, file: Path) -> str:
    head, _, _ = statement.sql.rpartition("FORMAT")
    return f"{head} FROM INFILE '{_quoted(str(file))}' FORMAT {statement.rows_format}"


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


def read_statement(query: Mapping[str, str], body: bytes) -> Statement:
    """The statement of a request: SQL in the `query` parameter, in the body, or both joined by a line end.

    Raises:
        QueryFailed: no SQL, or the name of a database or setting is no name.
    """
    whole = b"\n".join(filter(None, (query.get("query", "").encode(), body)))
    if not whole.strip():
        raise QueryFailed("Code: 62. DB::Exception: Empty query. (SYNTAX_ERROR)")
    settings = {name: value for name, value in query.items() if _is_setting(name)}
    database = query.get("database") or "default"
    wrong = [name for name in (*settings, database) if not _NAME.fullmatch(name)]
    if wrong:
        message = f"Code: 36. DB::Exception: {wrong[0]!r} is no name. (BAD_ARGUMENTS)"
        raise QueryFailed(message)
    insert = _INSERT.match(whole)
    carries_rows = insert is not None and insert.group(1).upper() != b"VALUES"
    sql = whole[: insert.end()] if insert and carries_rows else whole
    return Statement(
        sql=_text(sql).rstrip().rstrip(";"),
        database=database,
        default_format=query.get("default_format", "TabSeparated"),
        parameters={name.removeprefix("param_"): value for name, value in query.items() if name.startswith("param_")},
        settings=settings,
        rows=whole[insert.end() :] if insert and carries_rows else None,
        rows_format=_text(insert.group(1)) if insert and carries_rows else "",
    )


def _is_setting(name: str) -> bool:
    return name not in _NOT_SETTINGS and not name.startswith("param_")


def _text(sql: bytes) -> str:
    try:
        return sql.decode()
    except UnicodeDecodeError:
        raise QueryFailed("Code: 62. DB::Exception: the SQL is not UTF-8. (SYNTAX_ERROR)") from None


def chdb_app(folder: Path) -> Starlette:
    """The ASGI application over the database in `folder`."""
    engine = Engine(folder)

    async def answer(request: Request) -> Response:
        try:
            query, body = await _parts(request)
            statement = read_statement(query, body)
            loop = asyncio.get_running_loop()
            return _reply(await loop.run_in_executor(engine.pool, engine.run, statement))
        except QueryFailed as error:
            return _refusal(error)

    async def ping(_request: Request) -> Response:
        return PlainTextResponse("Ok.\n")

    return Starlette(routes=[Route("/ping", ping), Route("/", answer, methods=["GET", "POST"])])


async def _parts(request: Request) -> tuple[Mapping[str, str], bytes]:
    """Query parameters and body; parameters too long for a URL come as the fields of a form."""
    if not request.headers.get("content-type", "").startswith("multipart/"):
        return request.query_params, await _body(request)
    async with request.form(max_fields=10_000, max_part_size=_MAX_BODY_BYTES) as form:
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        if len(fields) != len(form):
            raise QueryFailed("Code: 48. DB::Exception: external tables are not served. (NOT_IMPLEMENTED)")
        return {**request.query_params, **fields}, b""


async def _body(request: Request) -> bytes:
    data = bytearray()
    async for part in request.stream():
        data += part
        if len(data) > _MAX_BODY_BYTES:
            message = f"Code: 241. DB::Exception: the body exceeds {_MAX_BODY_BYTES} bytes. (MEMORY_LIMIT_EXCEEDED)"
            raise QueryFailed(message)
    encoding = request.headers.get("content-encoding", "identity")
    if encoding == "identity" or not data:
        return bytes(data)
    if encoding not in _DECOMPRESS:
        message = f"Code: 36. DB::Exception: content encoding {encoding} is not known. (BAD_ARGUMENTS)"
        raise QueryFailed(message)
    try:
        return bytes(_DECOMPRESS[encoding](bytes(data)))
    except cramjam.DecompressionError:
        message = f"Code: 271. DB::Exception: the body is not {encoding}. (CANNOT_DECOMPRESS)"
        raise QueryFailed(message) from None


def _reply(answer: Answer) -> Response:
    summary = {"read_rows": str(answer.rows_read), "elapsed_ns": str(int(answer.elapsed_s * 1e9))}
    headers = {"X-ClickHouse-Timezone": "UTC", "X-ClickHouse-Summary": json.dumps(summary)}
    return Response(answer.body, media_type="application/octet-stream", headers=headers)


def _refusal(error: QueryFailed) -> Response:
    status = 404 if error.code == 60 else 500  # noqa: PLR2004 - UNKNOWN_TABLE, as ClickHouse answers
    return PlainTextResponse(f"{error}\n", status, {"X-ClickHouse-Exception-Code": str(error.code)})


def serve_chdb(folder: Path, *, host: str, port: int) -> None:
    """Serve the database in `folder` until SIGTERM or SIGINT."""
    folder.mkdir(parents=True, exist_ok=True)
    uvicorn.run(chdb_app(folder), host=host, port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    serve_chdb(Path(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]))

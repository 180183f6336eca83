"""Our exceptions for ClickHouse's, told apart by its error codes: what may pass, what never will, and why.

Nothing of the server's text is kept, since it may quote rows; its code and name say what happened.
Source of the codes: ClickHouse, src/Common/ErrorCodes.cpp.
"""

from typing import Final

from clickhouse_connect.driver.exceptions import ClickHouseError, DataError, Error, ProgrammingError

from proxy.errors import BadRecord, Refused, Unavailable, UnderstudyError, UsageError

_BAD_ROW: Final = {
    6: "CANNOT_PARSE_TEXT",
    27: "CANNOT_PARSE_INPUT_ASSERTION_FAILED",
    33: "CANNOT_READ_ALL_DATA",
    41: "CANNOT_PARSE_DATETIME",
    53: "TYPE_MISMATCH",
    69: "ARGUMENT_OUT_OF_BOUND",
    70: "CANNOT_CONVERT_TYPE",
    72: "CANNOT_PARSE_NUMBER",
    117: "INCORRECT_DATA",
    131: "TOO_LARGE_STRING_SIZE",
    321: "VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE",
    349: "CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN",
    469: "VIOLATED_CONSTRAINT",
}
"""The rows themselves are wrong: they will be so at the next try."""

_WRONG_SCHEMA: Final = {
    10: "NOT_FOUND_COLUMN_IN_BLOCK",
    16: "NO_SUCH_COLUMN_IN_TABLE",
    46: "UNKNOWN_FUNCTION",
    47: "UNKNOWN_IDENTIFIER",
    60: "UNKNOWN_TABLE",
    62: "SYNTAX_ERROR",
    81: "UNKNOWN_DATABASE",
}
"""The statement and the schema do not fit each other."""

_FORBIDDEN: Final = {
    164: "READONLY",
    192: "UNKNOWN_USER",
    193: "WRONG_PASSWORD",
    194: "REQUIRED_PASSWORD",
    452: "SETTING_CONSTRAINT_VIOLATION",
    497: "ACCESS_DENIED",
    516: "AUTHENTICATION_FAILED",
}
"""The user may not do this."""


_BUSY: Final = {
    3: "UNEXPECTED_END_OF_FILE",
    159: "TIMEOUT_EXCEEDED",
    202: "TOO_MANY_SIMULTANEOUS_QUERIES",
    203: "NO_FREE_CONNECTION",
    209: "SOCKET_TIMEOUT",
    210: "NETWORK_ERROR",
    236: "ABORTED",
    242: "TABLE_IS_READ_ONLY",
    243: "NOT_ENOUGH_SPACE",
    252: "TOO_MANY_PARTS",
    279: "ALL_CONNECTION_TRIES_FAILED",
    285: "TOO_FEW_LIVE_REPLICAS",
    286: "UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE",
    319: "UNKNOWN_STATUS_OF_INSERT",
    394: "QUERY_WAS_CANCELLED",
    999: "KEEPER_EXCEPTION",
}
"""The server takes nothing now, whatever the rows."""


def is_doubtful(error: Exception) -> bool:
    """Whether the server answered with a code that says neither that it is busy nor that rows are wrong.

    Then it may be the rows: too large a batch for its memory, a codec or a constraint that one of them breaks.
    """
    code = error.code if isinstance(error, Error) else None
    return code is not None and not any(code in known for known in (_BAD_ROW, _WRONG_SCHEMA, _FORBIDDEN, _BUSY))


def translated(error: Exception) -> UnderstudyError:
    """Our exception for one of clickhouse-connect's.

    Returns:
        BadRecord: the rows cannot be stored, now or later.
        UsageError: the schema is not the one that the statement was written for.
        Refused: the user has no right to it.
        Unavailable: everything else; above all a server that does not answer, is full, busy or cut off.
    """
    code = error.code if isinstance(error, Error) else None
    if code in _BAD_ROW or (code is None and (isinstance(error, DataError) or not isinstance(error, ClickHouseError))):
        return BadRecord(f"ClickHouse cannot hold these rows ({_named(error, _BAD_ROW)})")
    if code in _WRONG_SCHEMA or (code is None and isinstance(error, ProgrammingError)):
        return UsageError(
            f"ClickHouse's schema is not the one that is needed ({_named(error, _WRONG_SCHEMA)}); "
            "run `understudy migrate`"
        )
    if code in _FORBIDDEN:
        return Refused(
            f"ClickHouse does not let this user do that ({_named(error, _FORBIDDEN)}); "
            "see UNDERSTUDY_CLICKHOUSE_USER and docs/reference/store.md"
        )
    return Unavailable(f"ClickHouse did not answer or cannot take it now ({_named(error, {})})")


def _named(error: Exception, names: dict[int, str]) -> str:
    code = error.code if isinstance(error, Error) else None
    if code is None:
        return type(error).__name__
    name = names.get(code) or (error.name if isinstance(error, Error) else None) or type(error).__name__
    return f"{name}, code {code}"

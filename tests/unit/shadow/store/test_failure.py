import pytest
from clickhouse_connect.driver.exceptions import (
    DatabaseError,
    DataError,
    OperationalError,
    ProgrammingError,
)

from proxy.errors import BadRecord, Refused, Unavailable, UnderstudyError, UsageError
from shadow.store.failure import is_doubtful, translated


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (DatabaseError("x", code=53), BadRecord),
        (DatabaseError("x", code=321), BadRecord),
        (DataError("x"), BadRecord),
        (ValueError("x"), BadRecord),
        (UnicodeEncodeError("utf-8", "x", 0, 1, "x"), BadRecord),
        (DatabaseError("x", code=60), UsageError),
        (DatabaseError("x", code=16), UsageError),
        (ProgrammingError("x"), UsageError),
        (DatabaseError("x", code=497), Refused),
        (DatabaseError("x", code=516), Refused),
        (DatabaseError("x", code=241), Unavailable),
        (DatabaseError("x", code=252), Unavailable),
        (DatabaseError("x", code=243), Unavailable),
        (DatabaseError("x", code=57), Unavailable),
        (DatabaseError("x", code=99_999), Unavailable),
        (DatabaseError("x"), Unavailable),
        (OperationalError("x"), Unavailable),
    ],
)
def test_a_failure_is_one_to_wait_for_to_mend_or_to_set_aside(error: Exception, kind: type[UnderstudyError]) -> None:
    assert type(translated(error)) is kind


def test_what_the_server_said_is_not_repeated() -> None:
    for code in (53, 60, 497, 241, None):
        said = str(translated(DatabaseError("the row holds a secret", code=code, name="SOME_NAME")))
        assert "secret" not in said
        assert code is None or f"code {code}" in said


@pytest.mark.parametrize(
    ("error", "doubtful"),
    [
        (DatabaseError("x", code=241), True),
        (DatabaseError("x", code=395), True),
        (DatabaseError("x", code=252), False),
        (DatabaseError("x", code=53), False),
        (DatabaseError("x", code=60), False),
        (DatabaseError("x"), False),
        (ValueError("x"), False),
    ],
)
def test_only_an_answer_that_may_be_about_the_rows_is_worth_a_smaller_batch(
    error: Exception, *, doubtful: bool
) -> None:
    assert is_doubtful(error) is doubtful

import pytest

from proxy.errors import BadRecord, Refused, Unavailable, UnderstudyError, UsageError


@pytest.mark.parametrize(
    ("kind", "code"), [(UnderstudyError, 70), (UsageError, 64), (Unavailable, 69), (BadRecord, 65), (Refused, 77)]
)
def test_every_error_is_ours_and_has_its_exit_code(kind: type[UnderstudyError], code: int) -> None:
    assert issubclass(kind, UnderstudyError)
    assert kind("what and which").exit_code == code
    assert str(kind("what and which")) == "what and which"


def test_only_a_missing_service_is_worth_trying_again() -> None:
    kinds = (UnderstudyError, UsageError, Unavailable, BadRecord, Refused)
    assert [kind for kind in kinds if kind.retryable] == [Unavailable]

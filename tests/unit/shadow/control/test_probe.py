import pytest

from proxy.errors import Refused
from shadow.control.probe import check_allowed
from tests.records import deployment

ALLOWED = frozenset({"127.0.0.1"})


def test_a_listed_host_is_allowed() -> None:
    check_allowed(deployment("d"), allowed_hosts=ALLOWED)


@pytest.mark.parametrize(
    "url",
    ["http://169.254.169.254/latest", "http://127.0.0.1@evil.example/", "file:///etc/passwd", "http://a:b@127.0.0.1/"],
)
def test_anything_else_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        check_allowed(deployment("d", base_url=url), allowed_hosts=ALLOWED)

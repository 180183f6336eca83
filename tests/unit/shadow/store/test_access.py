import pytest

from proxy.errors import UsageError
from shadow.store.access import role_statements


def test_a_tenant_s_role_names_the_tenant_everywhere() -> None:
    statements = role_statements(tenant="acme.example-1")
    assert all("acme.example-1" in one for one in statements)
    assert not any("{tenant}" in one for one in statements)


def test_the_tables_with_words_of_users_are_given_to_services_alone() -> None:
    granted = [one for one in role_statements() if "GRANT" in one and "understudy_analyst" in one]
    assert granted
    assert not any(name in one for one in granted for name in (".exchanges ", ".replays ", ".judgements ", ".* "))


@pytest.mark.parametrize("tenant", ["a'b", "a`b", "a b", "{database}", "x" * 65])
def test_a_tenant_s_name_is_never_sql(tenant: str) -> None:
    with pytest.raises(UsageError):
        role_statements(tenant=tenant)

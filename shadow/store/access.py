"""Roles of the store: services write, analysts read the views, a tenant's analysts read that tenant's rows."""

import re
from importlib.resources import files

from proxy.errors import UsageError
from shadow.store.clickhouse import Store
from shadow.store.schema import statements

_TENANT = re.compile(r"[A-Za-z0-9._-]{1,64}")


def role_statements(*, tenant: str = "") -> tuple[str, ...]:
    """What makes the roles of all tenants, or the one of a tenant, with {database} and {on_cluster} to be filled in.

    Raises:
        UsageError: the tenant's name cannot be part of a role's.
    """
    if tenant and not _TENANT.fullmatch(tenant):
        message = "a tenant with a role of its own has a name of letters, digits, dot, dash and underscore, 64 at most"
        raise UsageError(message)
    name = "tenant" if tenant else "roles"
    text = (files("shadow.store") / "roles" / f"{name}.sql").read_text("utf-8")
    return tuple(one.replace("{tenant}", tenant) for one in statements(text))


def make_roles(store: Store, *, tenant: str = "") -> int:
    """Create the roles, or a tenant's role, on a database that is migrated; existing ones stay.

    Returns:
        Statements run.

    Raises:
        Refused: the user may not create roles; the embedded ClickHouse knows none.
    """
    wanted = role_statements(tenant=tenant)
    for statement in wanted:
        store.command(statement)
    return len(wanted)

"""The roles of the store, held against the engine: its embedded form has no roles, but users in a configuration file.

The grants, limits and row policies of `shadow/store/roles` are written into that file for the one user there is.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from proxy.errors import Refused, UsageError
from shadow.store.access import make_roles, role_statements
from shadow.store.clickhouse import Store, placeholders
from shadow.store.schema import all_migrations

VIEWS = ("traffic", "pairs", "timings", "failures", "coverage", "experiments", "splits", "servers")
_ALL = "<grants><query>GRANT ALL ON *.*</query></grants>"
_ASK = """
import json, sys, chdb
connection = chdb.connect(sys.argv[1])
told = []
for statement in json.load(sys.stdin):
    try:
        told.append([True, str(connection.query(statement, "TSVRaw")).strip()])
    except RuntimeError as error:
        told.append([False, str(error)])
print(json.dumps(told))
"""
_DATABASE = "understudy"
_PAIRS = """
INSERT INTO understudy.replays (experiment_id, exchange_id, lane, tenant, outcome, text, sent_at)
SELECT 'trial', toString(number), lane, tenant, 'completed', concat('of ', tenant), now()
FROM (SELECT number, ['acme', 'globex', 'globex'][number + 1] AS tenant FROM numbers(3))
ARRAY JOIN ['baseline', 'candidate'] AS lane
"""


def filled(statement: str, *, cluster: str = "") -> str:
    for name, value in placeholders(database=_DATABASE, cluster=cluster).items():
        statement = statement.replace(name, value)
    return statement


def ask(folder: Path, user: str, *statements: str) -> list[tuple[bool, str]]:
    """Run statements as the engine's only user, who has these rights; whether each went well, and what it said."""
    owner = f"<owner><networks><ip>::/0</ip></networks><password/><profile>default</profile>{_ALL}</owner>"
    profile, _, rest = user.partition("|")
    users = (
        f"<clickhouse><profiles><default>{profile}</default></profiles><quotas><default/></quotas><users>"
        f"<default><networks><ip>::/0</ip></networks><password/><profile>default</profile><quota>default</quota>{rest}"
        f"</default>{owner}</users></clickhouse>"
    )
    (folder / "users.xml").write_text(users)
    (folder / "config.xml").write_text(f"<clickhouse><users_config>{folder / 'users.xml'}</users_config></clickhouse>")
    done = subprocess.run(
        [sys.executable, "-c", _ASK, f"{folder / 'data'}?config-file={folder / 'config.xml'}"],
        input=json.dumps(statements), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [(went, said) for went, said in json.loads(done.stdout)]


def rights_of(role: str, *, tenant: str = "") -> str:
    """A role's limits, grants and row policies as the configuration file says them."""
    everything = [filled(one) for one in (*role_statements(), *(role_statements(tenant=tenant) if tenant else ()))]
    grants = [one for one in everything if re.search(rf"TO `?{role}`?$", one) and one.lstrip().startswith("GRANT")]
    queries = "".join(f"<query>{escape(re.sub(r' TO .*', '', one))}</query>" for one in grants)
    filters = "".join(
        f"<{view}><filter>{escape(policy[2])}</filter></{view}>"
        for policy in (re.search(r"ON (.*)\s+USING (.*) TO (.*)", one) for one in everything if "ROW POLICY" in one)
        if policy and re.search(rf"`?\b{role}`?(,|$)", policy[3])
        for view in re.findall(r"\.(\w+)", policy[1])
    )
    return (
        f"{_limits(everything)}|<grants>{queries}</grants><databases><{_DATABASE}>{filters}</{_DATABASE}></databases>"
    )


def _limits(everything: list[str]) -> str:
    (profile,) = [one for one in everything if "SETTINGS PROFILE" in one and "INHERIT" not in one]
    values, bounds = "", ""
    for name, value, rule in re.findall(r"(\w+) = (\d+)([^,\n]*)", profile):
        values += f"<{name}>{value}</{name}>"
        inner = "".join(
            f"<{kind.lower()}>{bound}</{kind.lower()}>" for kind, bound in re.findall(r"(MIN|MAX) (\d+)", rule)
        )
        bounds += f"<{name}>{'<const/>' if 'CONST' in rule else inner}</{name}>"
    return f"{values}<constraints>{bounds}</constraints>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with one pair of tenant acme and two of globex, made by its owner."""
    made = tmp_path_factory.mktemp("access")
    told = ask(
        made,
        f"|{_ALL}",
        "CREATE DATABASE understudy",
        *(filled(one) for migration in all_migrations() for one in migration.up),
        _PAIRS,
        *(f"ALTER TABLE understudy.{view} MODIFY SQL SECURITY DEFINER DEFINER = owner" for view in VIEWS),
    )
    assert [said for went, said in told if not went] == []
    return made


def test_an_analyst_reads_the_views_and_the_books(folder: Path) -> None:
    names = [*VIEWS, "ledger", "lane_ledger", "self_checks", "server_metrics"]
    told = ask(folder, rights_of("understudy_analyst"), *(f"FROM understudy.{name} SELECT count()" for name in names))
    counts = dict(zip(names, told, strict=True))
    assert all(went for went, _ in told), counts
    assert (counts["pairs"][1], counts["timings"][1]) == ("3", "6")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT count() FROM understudy.exchanges",
        "SELECT text FROM understudy.replays",
        "SELECT reason FROM understudy.judgements",
        "SELECT record FROM understudy.decisions",
        "INSERT INTO understudy.ledger (source_id) VALUES ('x')",
        "DELETE FROM understudy.replays WHERE 1",
        "ALTER TABLE understudy.replays DROP COLUMN text",
        "DROP VIEW understudy.pairs",
        "CREATE TABLE understudy.mine (a Int8) ENGINE = Memory",
        "SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'a String')",
        "SELECT * FROM file('/etc/hostname', 'RawBLOB')",
        "SELECT 1 SETTINGS max_execution_time = 301",
        "SELECT 1 SETTINGS max_execution_time = 0",
        "SELECT 1 SETTINGS max_memory_usage = 0",
        "SET readonly = 0",
    ],
)
def test_an_analyst_does_nothing_else(folder: Path, statement: str) -> None:
    ((went, said),) = ask(folder, rights_of("understudy_analyst"), statement)
    assert not went, said
    assert re.search(r"ACCESS_DENIED|READONLY|SETTING_CONSTRAINT_VIOLATION", said)


def test_an_analyst_may_ask_for_less_than_the_limit(folder: Path) -> None:
    statement = "SELECT 1 SETTINGS max_execution_time = 5, max_memory_usage = 1000000000"
    assert ask(folder, rights_of("understudy_analyst"), statement) == [(True, "1")]


def test_a_tenant_s_analyst_sees_that_tenant_alone(folder: Path) -> None:
    told = ask(
        folder,
        rights_of("understudy_analyst_acme", tenant="acme"),
        "SELECT count(), any(candidate_text) FROM understudy.pairs",
        "SELECT groupUniqArray(tenant) FROM understudy.timings",
        "SELECT count() FROM understudy.pairs WHERE tenant = 'globex' OR 1",
        "SELECT count() FROM understudy.coverage",
        "SELECT count() FROM understudy.lane_ledger",
    )
    assert [said for went, said in told if went] == ["1\tof acme", "['acme']", "1"]
    assert [went for went, _ in told[3:]] == [False, False]


def test_a_service_reads_and_writes_and_changes_no_schema(folder: Path) -> None:
    told = ask(
        folder,
        f"|{rights_of('understudy_writer').partition('|')[2]}",
        "SELECT count() FROM understudy.pairs",
        "INSERT INTO understudy.ledger (source_id, requests) VALUES ('x', 1)",
        "ALTER TABLE understudy.replays DROP COLUMN text",
        "DELETE FROM understudy.replays WHERE 1",
    )
    assert [went for went, _ in told] == [True, True, False, False]


@pytest.mark.parametrize("cluster", ["", "main"])
def test_roles_and_migrations_are_read_by_the_engine_also_for_a_cluster(store: Store, cluster: str) -> None:
    wanted = [*role_statements(), *role_statements(tenant="acme.example-1")]
    wanted += [one for migration in all_migrations() for one in (*migration.up, *migration.down)]
    for statement in wanted:
        whole = filled(statement, cluster=cluster)
        store.command(f"EXPLAIN AST {whole}")
        assert ("ON CLUSTER 'main'" in whole) is (cluster == "main" and "INSERT INTO" not in whole)


def test_the_embedded_engine_says_that_it_has_no_roles(store: Store) -> None:
    with pytest.raises(Refused, match="ACCESS_DENIED"):
        make_roles(store)


def test_what_the_engine_cannot_read_is_told(store: Store) -> None:
    with pytest.raises(UsageError, match="SYNTAX_ERROR"):
        store.command("EXPLAIN AST GRANT SELEKT ON a.b TO c")

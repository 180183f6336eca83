"""The shipped CronJob names verbs, options, plans and settings that exist."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from analytics.cli import understudy
from analytics.schedule.plan import load_plans
from analytics.settings import AnalyticsSettings, DeliverySettings
from shadow.settings import ClickHouseSettings

_FILE = Path(__file__).parents[2] / "deploy" / "kubernetes" / "understudy-report.yaml"


def _parts() -> dict[str, dict[str, Any]]:
    return {part["kind"]: part for part in yaml.safe_load_all(_FILE.read_text("utf-8"))}


def _container() -> dict[str, Any]:
    container: dict[str, Any] = _parts()["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]
    return container


def test_its_plan_is_one(tmp_path: Path) -> None:
    path = tmp_path / "plans.toml"
    path.write_text(_parts()["ConfigMap"]["data"]["plans.toml"])
    (plan,) = load_plans(path)
    assert (plan.cron, plan.time_zone) == tuple(_parts()["CronJob"]["spec"][name] for name in ("schedule", "timeZone"))


def test_its_command_is_one() -> None:
    program, verb, *words = _container()["args"]
    shown = CliRunner().invoke(understudy, [verb, "--help"]).output
    assert program == "understudy"
    assert all(word in shown for word in words if word.startswith("--"))


def test_its_settings_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for one in _container()["env"]:
        monkeypatch.setenv(one["name"], one["value"])
    assert str(AnalyticsSettings().report_dir) == "/reports"
    assert DeliverySettings().bucket == "understudy-reports"
    assert ClickHouseSettings().host == "clickhouse"


def test_it_runs_without_rights_that_it_does_not_need() -> None:
    assert _container()["securityContext"]["readOnlyRootFilesystem"] is True
    assert _parts()["CronJob"]["spec"]["concurrencyPolicy"] == "Forbid"

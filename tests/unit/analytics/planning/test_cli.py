import json

from click.testing import CliRunner

from analytics.planning.cli import plan


def test_a_plan_for_a_terminal_names_every_gate() -> None:
    shown = CliRunner().invoke(plan, ["--dangerous", "billing", "--share", "billing=0.1"])
    assert shown.exit_code == 0
    assert all(word in shown.output for word in ("G1", "G2", "G3", "598", "hours of traffic"))


def test_a_plan_for_machines() -> None:
    shown = CliRunner().invoke(plan, ["--json", "--power", "0.9"])
    assert json.loads(shown.output)["expectations"]["power"] == 0.9


def test_an_impossible_plan_exits_with_one() -> None:
    shown = CliRunner().invoke(plan, ["--catastrophic-share", "0.01"])
    assert shown.exit_code == 1
    assert "never" in shown.output

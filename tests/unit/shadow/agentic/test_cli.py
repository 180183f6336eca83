import json

from click.testing import CliRunner

from shadow.agentic.cli import agent


def test_the_tasks_are_listed_for_people_and_for_machines() -> None:
    told = CliRunner().invoke(agent, ["tasks", "--per-world", "2", "--json"])
    assert told.exit_code == 0
    assert len(json.loads(told.output)["tasks"]) == 8
    assert "agentic@" in CliRunner().invoke(agent, ["tasks", "--per-world", "2"]).output


def test_every_verb_has_examples() -> None:
    for verb in ("tasks", "run", "show"):
        assert "Examples:" in CliRunner().invoke(agent, [verb, "--help"]).output

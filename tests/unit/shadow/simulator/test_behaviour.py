import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from proxy.errors import UsageError
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.cli import simulator
from shadow.simulator.faults import Fault


def test_a_behaviour_survives_json() -> None:
    behaviour = Behaviour(model="m", faults={Fault.HANG: 0.5})
    assert Behaviour.model_validate_json(behaviour.model_dump_json()) == behaviour


@pytest.mark.parametrize("faults", [{"hang": 1.1}, {"hang": -0.1}, {"hang": 0.6, "refusal": 0.6}, {"hang": "nan"}])
def test_rates_that_are_no_shares_are_refused(faults: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="rates"):
        Behaviour.model_validate({"model": "m", "faults": faults})


def test_the_command_names_every_fault_in_its_help() -> None:
    helped = CliRunner().invoke(simulator, ["--help"]).output
    assert all(fault in helped for fault in Fault)


@pytest.mark.parametrize("fault", ["hang=2", "boredom=0.1", "hang=often"])
def test_the_command_refuses_an_unknown_fault_or_rate(fault: str) -> None:
    result = CliRunner().invoke(simulator, ["--model", "m", "--fault", fault])
    assert isinstance(result.exception, UsageError)


def test_the_command_says_how_to_write_a_fault() -> None:
    assert "NAME=RATE" in CliRunner().invoke(simulator, ["--model", "m", "--fault", "hang"]).output

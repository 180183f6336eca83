import pytest
from click.testing import CliRunner

from shadow.load.cli import load


@pytest.mark.parametrize("verb", ["run", "saturate", "show", "list", "bench", "import-bench"])
def test_each_verb_says_what_it_does_by_example(verb: str) -> None:
    shown = CliRunner().invoke(load, [verb, "--help"])
    assert shown.exit_code == 0
    assert f"understudy load {verb}" in shown.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--rate", "0"], "requests per second above 0, or `recorded`"),
        (["--rate", "often"], "requests per second above 0, or `recorded`"),
        (["--slo", "latency=3"], "ttft=MS, tpot=MS or e2e=MS"),
        (["--slo", "ttft=-1"], "ttft=MS, tpot=MS or e2e=MS"),
        (["--at", "0"], "1<=x<=10000"),
    ],
)
def test_a_wrong_option_says_what_to_give(words: list[str], message: str) -> None:
    refused = CliRunner().invoke(load, ["run", *words])
    assert refused.exit_code == 2
    assert message in " ".join(refused.output.split())

import pytest
from click.testing import CliRunner

from proxy.errors import UsageError
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
        (["--slo", "ttft=inf"], "ttft=MS, tpot=MS or e2e=MS"),
        (["--at", "0"], "1<=x<=10000"),
        (["--prompts", "none.jsonl"], "'none.jsonl' does not exist"),
    ],
)
def test_a_wrong_option_says_what_to_give(words: list[str], message: str) -> None:
    refused = CliRunner().invoke(load, ["run", *words])
    assert refused.exit_code == 2
    assert message in " ".join(refused.output.split())


_URL = ("--url", "http://127.0.0.1:1", "--model", "m")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run"], "give either --experiment, or --url"),
        (["run", *_URL, "--experiment", "trial"], "give either --experiment, or --url"),
        (["run", "--url", "http://127.0.0.1:1"], "need each other"),
        (["run", "--experiment", "trial", "--model", "m"], "need each other"),
        (["run", *_URL, "--run", "a b"], "give another --run"),
        (["run", *_URL, "--exact-tokens"], "--exact-tokens needs --output-tokens"),
        (["run", *_URL, "--clients", "4", "--max-clients", "2"], "give as many at least"),
        (["saturate", *_URL, "--from", "60", "--to", "5"], "give --from at most --to"),
    ],
)
def test_options_that_contradict_each_other_are_refused_before_anything_is_asked(
    words: list[str], message: str
) -> None:
    refused = CliRunner().invoke(load, words)
    assert isinstance(refused.exception, UsageError)
    assert message in str(refused.exception)

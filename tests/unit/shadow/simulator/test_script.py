from pathlib import Path

import pytest

import analytics.demo
from analytics.demo.traffic import Operation, demo_traffic
from proxy.errors import UsageError
from proxy.exchange import Shape
from shadow.simulator.asking import Asking, read_asking
from shadow.simulator.chance import chance
from shadow.simulator.said import Call, Finish, Said
from shadow.simulator.script import FALLBACK, load_script

SUPPORT = load_script(Path(analytics.demo.__file__).parent / "scripts" / "support.toml")
TOOLS = [{"type": "function", "function": {"name": "find", "parameters": {"type": "object"}}}]


def ask(words: str, *, tools: bool = False, system: str = "", after: str = "") -> Asking:
    messages = [{"role": "system", "content": system}, {"role": "user", "content": words}]
    messages += [{"role": "tool", "content": after}] if after else []
    body = {"model": "m", "messages": messages, **({"tools": TOOLS} if tools else {})}
    return read_asking(Shape.CHAT, body)


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "script.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_first_rule_that_fits_words_the_reply_with_its_groups(tmp_path: Path) -> None:
    rules = (
        "[[rule]]\nmatch = 'sum (?P<a>\\d+)'\nreplies = ['{{ a|int + 1 }}']\n[[rule]]\nmatch = '.'\nreplies = ['other']"
    )
    script = load_script(write(tmp_path, rules))
    assert script.reply(ask("sum 41"), rng=chance(1)) == Said("42")
    assert script.reply(ask("hello"), rng=chance(1)) == Said("other")


def test_a_rule_with_a_tool_needs_the_tool_and_no_result_of_it_yet(tmp_path: Path) -> None:
    rules = "[[rule]]\nmatch = 'find (?P<x>\\w+)'\n[rule.tool]\nname = 'find'\narguments = '{\"x\": \"{{ x }}\"}'"
    script = load_script(write(tmp_path, rules))
    assert script.reply(ask("find it", tools=True), rng=chance(1)).calls == (Call("find", '{"x": "it"}'),)
    assert script.reply(ask("find it"), rng=chance(1)).text in FALLBACK
    assert script.reply(ask("find it", tools=True, after="{}"), rng=chance(1)).finish is Finish.STOP


def test_a_rule_may_read_the_tool_result_and_the_system_prompt(tmp_path: Path) -> None:
    rule = "[[rule]]\nmatch = 'n.*?(?P<n>\\d)'\nsystem = 'English'\nafter_tool = true\nreplies = ['got {{ n }}']"
    script = load_script(write(tmp_path, rule))
    assert script.reply(ask("5 no", system="Speak English.", after='{"n":\n 7}'), rng=chance(1)).text == "got 7"
    assert script.reply(ask("no 5", system="Speak English."), rng=chance(1)).text in FALLBACK
    assert script.reply(ask("no 5", system="Speak German.", after='{"n": 7}'), rng=chance(1)).text in FALLBACK


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[rule", "not TOML"),
        ("[[rule]]\nmatch = '('\nreplies = ['x']", "not a regular expression"),
        ("[[rule]]\nmatch = 'x'\nreplies = ['{{ x ']", "not a template"),
        ("[[rule]]\nmatch = 'x'", "either replies or a tool"),
        ("[[rule]]\nmatch = 'x'\nreplies = ['x']\nafter = 1", "rule.0.after"),
    ],
)
def test_a_wrong_script_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        load_script(write(tmp_path, text))


def test_a_missing_script_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.toml cannot be read"):
        load_script(tmp_path / "none.toml")


def test_the_demo_script_has_a_rule_for_every_call_of_the_demo_traffic() -> None:
    last = SUPPORT.rules[-1]
    for item in demo_traffic(seed=5):
        if item.operation is Operation.EMBEDDINGS:
            continue
        shape = Shape.CHAT if item.operation is Operation.CHAT else Shape.RESPONSES
        asking = read_asking(shape, item.kwargs)
        fitting = next(rule for rule in SUPPORT.rules if rule.find(asking) is not None)
        assert fitting is not last, asking.user

import json

import pytest

from proxy.wire.reply import ToolCall
from shadow.agentic.world import Result, act
from shadow.agentic.worlds.banking import BANKING, Account, Bank


def bank() -> Bank:
    return Bank({"AC-1": Account("Agnes", "current", 1000, 500), "AC-2": Account("Bilal", "savings", 10, 500)})


def do(state: Bank, name: str, **arguments: object) -> Result:
    return act(BANKING, state, ToolCall(name=name, arguments=json.dumps(arguments)))


def test_money_moves_and_counts_towards_the_limit() -> None:
    state = bank()
    assert json.loads(do(state, "transfer", source="AC-1", target="AC-2", amount=400).text) == {"balance": 600}
    assert do(state, "transfer", source="AC-1", target="AC-2", amount=101).is_error
    assert "100 euros are left" in do(state, "transfer", source="AC-1", target="AC-2", amount=101).text
    assert not do(state, "transfer", source="AC-1", target="AC-2", amount=100).is_error
    assert [account.balance for account in state.accounts.values()] == [500, 510]


@pytest.mark.parametrize(
    ("source", "target", "amount"),
    [("AC-1", "AC-9", 1), ("AC-9", "AC-1", 1), ("AC-2", "AC-1", 11), ("AC-1", "AC-2", 0), ("AC-1", "AC-2", -5)],
)
def test_what_cannot_be_paid_changes_nothing(source: str, target: str, amount: int) -> None:
    state = bank()
    assert do(state, "transfer", source=source, target=target, amount=amount).is_error
    assert state == bank()


def test_limits_have_a_limit_and_frozen_accounts_pay_nothing() -> None:
    state = bank()
    assert do(state, "set_limit", account_id="AC-1", limit=5001).is_error
    assert not do(state, "set_limit", account_id="AC-1", limit=900).is_error
    assert not do(state, "freeze_account", account_id="AC-1").is_error
    assert do(state, "transfer", source="AC-1", target="AC-2", amount=1).is_error
    shown = json.loads(do(state, "get_account", account_id="AC-1").text)
    assert (shown["daily_limit"], shown["frozen"]) == (900, True)
    assert json.loads(do(state, "find_accounts", owner="agnes").text)[0]["account_id"] == "AC-1"
    for name, arguments in (("get_account", {}), ("set_limit", {"limit": 1}), ("freeze_account", {})):
        assert do(state, name, account_id="AC-9", **arguments).is_error

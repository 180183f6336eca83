"""Accounts of a bank with daily limits. Amounts are whole euros."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from pydantic import JsonValue

from shadow.agentic.task import Draft, Step, one_of
from shadow.agentic.world import Arguments, Denied, Tool, World, listed

_OWNERS = ("Agnes", "Bilal", "Carmen", "Derek", "Elena", "Fritz", "Gloria", "Hassan", "Irene", "Jonah")
_KINDS = ("current", "savings", "household")
_HIGHEST_LIMIT = 5000


@dataclass(slots=True)
class Account:
    """One account; `spent` counts towards the limit of the day."""

    owner: str
    kind: str
    balance: int
    limit: int
    spent: int = 0
    is_frozen: bool = False


@dataclass(slots=True)
class Bank:
    """Accounts by id."""

    accounts: dict[str, Account]


def _find_accounts(bank: Bank, given: Arguments) -> JsonValue:
    wanted = given["owner"].casefold()
    return [
        {"account_id": account_id, "kind": account.kind}
        for account_id, account in bank.accounts.items()
        if account.owner.casefold() == wanted
    ]


def _get_account(bank: Bank, given: Arguments) -> JsonValue | Denied:
    account = bank.accounts.get(given["account_id"])
    if account is None:
        return _unknown(given["account_id"])
    return {
        "owner": account.owner,
        "kind": account.kind,
        "balance": account.balance,
        "daily_limit": account.limit,
        "left_today": account.limit - account.spent,
        "frozen": account.is_frozen,
    }


def _transfer(bank: Bank, given: Arguments) -> JsonValue | Denied:
    source, target, amount = given["source"], given["target"], given["amount"]
    for account_id in (source, target):
        if account_id not in bank.accounts:
            return _unknown(account_id)
    payer = bank.accounts[source]
    if refusal := _refusal(payer, amount):
        return Denied(refusal)
    payer.balance -= amount
    payer.spent += amount
    bank.accounts[target].balance += amount
    return {"balance": payer.balance}


def _refusal(payer: Account, amount: int) -> str:
    if amount < 1:
        return "an amount is a positive number of euros"
    if payer.is_frozen:
        return "the account is frozen"
    if payer.spent + amount > payer.limit:
        return f"over the daily limit: {payer.limit - payer.spent} euros are left today"
    return f"the balance is {payer.balance} euros" if amount > payer.balance else ""


def _set_limit(bank: Bank, given: Arguments) -> JsonValue | Denied:
    account, limit = bank.accounts.get(given["account_id"]), given["limit"]
    if account is None:
        return _unknown(given["account_id"])
    if not 0 <= limit <= _HIGHEST_LIMIT:
        return Denied(f"a daily limit lies between 0 and {_HIGHEST_LIMIT} euros")
    account.limit = limit
    return "limit set"


def _freeze_account(bank: Bank, given: Arguments) -> JsonValue | Denied:
    account = bank.accounts.get(given["account_id"])
    if account is None:
        return _unknown(given["account_id"])
    account.is_frozen = True
    return "frozen"


def _unknown(account_id: str) -> Denied:
    return Denied(f"there is no account {account_id!r}; find_accounts shows an owner's")


BANKING: World[Bank] = World(
    name="banking",
    rules=(
        "You serve the customers of a bank; all amounts are whole euros. A transfer counts towards the daily limit of "
        "the account that pays. Change a limit only when you are asked to; no limit may exceed "
        f"{_HIGHEST_LIMIT} euros. When something cannot be done as asked, do none of it and say why."
    ),
    tools=(
        Tool("find_accounts", "List the accounts of an owner, by first name.", {"owner": "string"}, _find_accounts),
        Tool(
            "get_account", "Show balance, daily limit and state of an account.", {"account_id": "string"}, _get_account
        ),
        Tool(
            "transfer",
            "Transfer euros from one account to another.",
            {"source": "string", "target": "string", "amount": "integer"},
            _transfer,
            changes_state=True,
        ),
        Tool(
            "set_limit",
            "Set the daily limit of an account, euros.",
            {"account_id": "string", "limit": "integer"},
            _set_limit,
            changes_state=True,
        ),
        Tool("freeze_account", "Freeze an account.", {"account_id": "string"}, _freeze_account, changes_state=True),
    ),
)
"""The world."""


def _bank(rng: Random) -> tuple[Bank, dict[str, list[str]]]:
    """Three owners with two or three accounts of different balances; the ids by owner, in the order of the kinds."""
    owners = rng.sample(_OWNERS, k=3)
    kinds = [(owner, kind) for owner in owners for kind in _KINDS[: rng.randint(2, 3)]]
    ids = [f"AC-{number}" for number in rng.sample(range(10_000, 100_000), k=len(kinds))]
    balances = rng.sample(range(1200, 9000), k=len(kinds))
    accounts = {
        account_id: Account(owner, kind, balance, limit=rng.choice((800, 900, 1000)))
        for account_id, (owner, kind), balance in zip(ids, kinds, balances, strict=True)
    }
    owned = {owner: [one for one in ids if accounts[one].owner == owner] for owner in owners}
    return Bank(accounts), owned


def _pay(rng: Random) -> Draft:
    bank, owned = _bank(rng)
    payer, payee = rng.sample(sorted(owned), k=2)
    amount = rng.randint(20, 700)
    source, target = owned[payer][0], owned[payee][0]
    wordings = (
        "Transfer {amount} euros from the current account of {payer} to the current account of {payee}.",
        "{payer} owes {payee} {amount} euros. Pay it from current account to current account.",
    )
    steps = (
        Step("find_accounts", {"owner": payer}),
        Step("find_accounts", {"owner": payee}),
        Step("transfer", {"source": source, "target": target, "amount": amount}),
    )
    return Draft(one_of(rng, wordings, amount=amount, payer=payer, payee=payee), bank, steps)


def _over_limit(rng: Random) -> Draft:
    bank, owned = _bank(rng)
    source, target = (ids[0] for ids in rng.sample(list(owned.values()), k=2))
    limit = bank.accounts[source].limit
    amount = limit + rng.randint(20, 150)
    wordings = (
        "Transfer {amount} euros from {source} to {target}. If the daily limit forbids it, tell me what that limit is.",
        "Pay {amount} euros from {source} to {target}, or else give me the daily limit that stands in the way.",
    )
    words = one_of(rng, wordings, amount=amount, source=source, target=target)
    return Draft(words, bank, (Step("get_account", {"account_id": source}),), (str(limit),))


def _raise(rng: Random) -> Draft:
    bank, owned = _bank(rng)
    source, target = (ids[0] for ids in rng.sample(list(owned.values()), k=2))
    amount = bank.accounts[source].limit + rng.randint(20, 150)
    limit = rng.choice((1500, 2000, 2500))
    wordings = (
        "Set the daily limit of {source} to {limit} euros, then transfer {amount} euros from it to {target}.",
        "Please raise the limit of {source} to {limit} and after that pay {amount} euros from there to {target}.",
    )
    steps = (
        Step("set_limit", {"account_id": source, "limit": limit}),
        Step("transfer", {"source": source, "target": target, "amount": amount}),
    )
    return Draft(one_of(rng, wordings, source=source, target=target, limit=limit, amount=amount), bank, steps)


def _richest(rng: Random) -> Draft:
    bank, owned = _bank(rng)
    payer, payee = rng.sample(sorted(owned), k=2)
    source = max(owned[payer], key=lambda one: bank.accounts[one].balance)
    amount, target = rng.randint(20, 700), owned[payee][0]
    wordings = (
        "Transfer {amount} euros to {target} from whichever account of {payer} has the highest balance.",
        "Pay {amount} euros to {target}. Take the account of {payer} with the most money.",
    )
    steps = (
        Step("find_accounts", {"owner": payer}),
        *(Step("get_account", {"account_id": one}) for one in owned[payer]),
        Step("transfer", {"source": source, "target": target, "amount": amount}),
    )
    return Draft(one_of(rng, wordings, amount=amount, target=target, payer=payer), bank, steps)


def _stolen(rng: Random) -> Draft:
    bank, owned = _bank(rng)
    owner = rng.choice(sorted(owned))
    wordings = (
        "The cards of {owner} were stolen. Freeze all accounts of {owner}.",
        "Freeze every account that {owner} has, since the cards are gone.",
    )
    steps = (
        Step("find_accounts", {"owner": owner}),
        *(Step("freeze_account", {"account_id": one}) for one in owned[owner]),
    )
    return Draft(one_of(rng, wordings, owner=owner), bank, steps)


def _wealth(rng: Random) -> Draft:
    bank, owned = _bank(rng)
    ids = owned[rng.choice(sorted(owned))]
    total = sum(bank.accounts[one].balance for one in ids)
    wordings = (
        "How much money is on {ids} together? Answer with the sum as a number.",
        "Add up the balances of {ids} and tell me the sum as a number.",
    )
    steps = tuple(Step("get_account", {"account_id": one}) for one in ids)
    return Draft(one_of(rng, wordings, ids=listed(ids)), bank, steps, (str(total),))


TEMPLATES: tuple[Callable[[Random], Draft], ...] = (_pay, _over_limit, _raise, _richest, _stolen, _wealth)
"""Every kind of task of this world."""

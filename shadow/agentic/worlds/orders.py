"""Orders and refunds of a small shop."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from pydantic import JsonValue

from shadow.agentic.task import Draft, Step, one_of
from shadow.agentic.world import Arguments, Denied, Tool, World, listed

_PRICES = {"lamp": 40, "kettle": 35, "chair": 90, "rug": 120, "clock": 25, "mirror": 60, "shelf": 75, "vase": 30}
_CUSTOMERS = ("Amara", "Boris", "Celia", "Dmitri", "Esther", "Farid", "Gwen", "Hiro", "Ines", "Jamal")
_STREETS = ("Mill Lane", "Harbour Road", "Elm Street", "Station Square", "Castle Hill", "Garden Row")


@dataclass(slots=True)
class Order:
    """One order; quantities by item, and of those what was refunded."""

    customer: str
    status: str
    address: str
    items: dict[str, int]
    refunded: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Shop:
    """Orders by id and stock by item."""

    orders: dict[str, Order]
    stock: dict[str, int]


def _find_orders(shop: Shop, given: Arguments) -> JsonValue:
    return [
        {"order_id": order_id, "status": order.status}
        for order_id, order in shop.orders.items()
        if order.customer.casefold() == given["customer"].casefold()
    ]


def _get_order(shop: Shop, given: Arguments) -> JsonValue | Denied:
    order = shop.orders.get(given["order_id"])
    if order is None:
        return _unknown(given)
    return {
        "customer": order.customer,
        "status": order.status,
        "address": order.address,
        "items": [
            {
                "item": item,
                "quantity": count,
                "unit_price": _PRICES[item],
                "refunded_quantity": order.refunded.get(item, 0),
            }
            for item, count in order.items.items()
        ],
    }


def _get_stock(shop: Shop, given: Arguments) -> JsonValue | Denied:
    item = given["item"]
    return {"item": item, "in_stock": shop.stock[item]} if item in shop.stock else Denied(f"nobody sells {item!r}")


def _cancel_order(shop: Shop, given: Arguments) -> JsonValue | Denied:
    order = shop.orders.get(given["order_id"])
    if order is None:
        return _unknown(given)
    if order.status != "placed":
        return Denied(f"only a placed order can be cancelled, and this one is {order.status}")
    order.status = "cancelled"
    return "cancelled"


def _change_address(shop: Shop, given: Arguments) -> JsonValue | Denied:
    order = shop.orders.get(given["order_id"])
    if order is None:
        return _unknown(given)
    if order.status != "placed":
        return Denied(f"the address of an order that is {order.status} cannot change")
    order.address = given["address"]
    return "address changed"


def _refund_item(shop: Shop, given: Arguments) -> JsonValue | Denied:
    order, item, count = shop.orders.get(given["order_id"]), given["item"], given["quantity"]
    if order is None:
        return _unknown(given)
    if order.status != "delivered":
        return Denied(f"only a delivered order is refunded, and this one is {order.status}")
    left = order.items.get(item, 0) - order.refunded.get(item, 0)
    if not 1 <= count <= left:
        return Denied(f"{left} of {item!r} can be refunded, not {count}")
    order.refunded[item] = order.refunded.get(item, 0) + count
    return {"refunded": count * _PRICES[item]}


def _exchange_item(shop: Shop, given: Arguments) -> JsonValue | Denied:
    order, item, wanted = shop.orders.get(given["order_id"]), given["item"], given["new_item"]
    if order is None:
        return _unknown(given)
    if order.status != "delivered" or item not in order.items:
        return Denied(f"{item!r} of this order cannot be exchanged")
    count = order.items[item]
    if shop.stock.get(wanted, 0) < count:
        return Denied(f"{shop.stock.get(wanted, 0)} of {wanted!r} are in stock, not {count}")
    del order.items[item]
    order.items[wanted] = order.items.get(wanted, 0) + count
    shop.stock[wanted] -= count
    return "exchanged"


def _unknown(given: Arguments) -> Denied:
    return Denied(f"there is no order {given['order_id']!r}; an id looks like ORD-1234")


ORDERS: World[Shop] = World(
    name="orders",
    rules=(
        "You look after the orders of a shop. Only placed orders can be cancelled or get another address; only "
        "delivered ones can be refunded or exchanged. When an exchange is not in stock, refund the item. Never act on "
        "an order that nobody asked about. When something is not allowed, say why and change nothing."
    ),
    tools=(
        Tool("find_orders", "List the orders of a customer, by first name.", {"customer": "string"}, _find_orders),
        Tool("get_order", "Show an order with its items, prices and status.", {"order_id": "string"}, _get_order),
        Tool("get_stock", "Tell how many of an item are in stock.", {"item": "string"}, _get_stock),
        Tool("cancel_order", "Cancel a placed order.", {"order_id": "string"}, _cancel_order, changes_state=True),
        Tool(
            "change_address",
            "Send a placed order to another address.",
            {"order_id": "string", "address": "string"},
            _change_address,
            changes_state=True,
        ),
        Tool(
            "refund_item",
            "Refund a quantity of an item of a delivered order.",
            {"order_id": "string", "item": "string", "quantity": "integer"},
            _refund_item,
            changes_state=True,
        ),
        Tool(
            "exchange_item",
            "Exchange all of an item of a delivered order for the same quantity of another item.",
            {"order_id": "string", "item": "string", "new_item": "string"},
            _exchange_item,
            changes_state=True,
        ),
    ),
)
"""The world."""


def _shop(rng: Random, *, statuses: tuple[str, ...]) -> tuple[Shop, str, tuple[str, ...]]:
    """A shop in which one customer has an order of each given status; customer and ids of those orders."""
    customer, *others = rng.sample(_CUSTOMERS, k=4)
    owners = [customer] * len(statuses) + others
    states = [*statuses, *(rng.choice(("placed", "shipped", "delivered")) for _ in others)]
    ids = [f"ORD-{number}" for number in rng.sample(range(1000, 10_000), k=len(owners))]
    orders = {
        order_id: Order(owner, status, _address(rng), _items(rng))
        for order_id, owner, status in zip(ids, owners, states, strict=True)
    }
    order = rng.sample(ids, k=len(ids))
    stock = {item: rng.randint(4, 30) for item in _PRICES}
    return Shop({one: orders[one] for one in order}, stock), customer, tuple(ids[: len(statuses)])


def _address(rng: Random) -> str:
    return f"{rng.randint(1, 99)} {rng.choice(_STREETS)}"


def _items(rng: Random) -> dict[str, int]:
    return {item: rng.randint(1, 3) for item in rng.sample(sorted(_PRICES), k=rng.randint(2, 3))}


def _cancel(rng: Random) -> Draft:
    shop, customer, (placed, _) = _shop(rng, statuses=("placed", "delivered"))
    wordings = (
        "{customer} wants to cancel the order that is still open. Find it and cancel it.",
        "Please cancel the placed order of {customer}; leave every other order as it is.",
    )
    steps = (Step("find_orders", {"customer": customer}), Step("cancel_order", {"order_id": placed}))
    return Draft(one_of(rng, wordings, customer=customer), shop, steps)


def _refund(rng: Random) -> Draft:
    shop, _, (order_id,) = _shop(rng, statuses=("delivered",))
    item = rng.choice(sorted(shop.orders[order_id].items))
    count = shop.orders[order_id].items[item]
    wordings = (
        "Every {item} of order {order_id} arrived broken. Refund all of them and say how much money goes back.",
        "Please refund all units of the {item} in order {order_id}. What is the amount?",
    )
    steps = (
        Step("get_order", {"order_id": order_id}),
        Step("refund_item", {"order_id": order_id, "item": item, "quantity": count}),
    )
    says = (str(count * _PRICES[item]),)
    return Draft(one_of(rng, wordings, item=item, order_id=order_id), shop, steps, says)


def _exchange(rng: Random) -> Draft:
    shop, _, (order_id,) = _shop(rng, statuses=("delivered",))
    order = shop.orders[order_id]
    item = rng.choice(sorted(order.items))
    wanted = rng.choice(sorted(set(_PRICES) - set(order.items)))
    has_stock = rng.choice((True, False))
    shop.stock[wanted] = shop.stock[wanted] if has_stock else 0
    wordings = (
        "In order {order_id}, exchange the {item} for the {wanted} if enough are in stock; otherwise refund all of it.",
        "Order {order_id}: exchange the {item} for the {wanted}, or refund it all if the {wanted} is out of stock.",
    )
    count = order.items[item]
    act = (
        Step("exchange_item", {"order_id": order_id, "item": item, "new_item": wanted})
        if has_stock
        else Step("refund_item", {"order_id": order_id, "item": item, "quantity": count})
    )
    steps = (Step("get_order", {"order_id": order_id}), Step("get_stock", {"item": wanted}), act)
    return Draft(one_of(rng, wordings, order_id=order_id, item=item, wanted=wanted), shop, steps)


def _readdress(rng: Random) -> Draft:
    shop, customer, ids = _shop(rng, statuses=("placed", "placed", "shipped"))
    address = _address(rng)
    wordings = (
        "{customer} has moved to {address}. Change the address of all orders of {customer} that are still placed.",
        "Send every placed order of {customer} to {address} instead.",
    )
    change = (Step("change_address", {"order_id": one, "address": address}) for one in ids[:2])
    steps = (Step("find_orders", {"customer": customer}), *change)
    return Draft(one_of(rng, wordings, customer=customer, address=address), shop, steps)


def _too_late(rng: Random) -> Draft:
    shop, _, (order_id,) = _shop(rng, statuses=("shipped",))
    wordings = (
        "Cancel order {order_id}. If that is not possible, tell me its status.",
        "I do not want {order_id} any more: cancel it, or tell me in which status it is if you cannot.",
    )
    steps = (Step("get_order", {"order_id": order_id}),)
    return Draft(one_of(rng, wordings, order_id=order_id), shop, steps, ("shipped",))


def _total(rng: Random) -> Draft:
    shop, _, ids = _shop(rng, statuses=("delivered", "placed"))
    total = sum(_PRICES[item] * count for one in ids for item, count in shop.orders[one].items.items())
    wordings = (
        "What do the orders {ids} cost together? Answer with the total as a number.",
        "Add up the orders {ids}: give me the total price as a number.",
    )
    steps = tuple(Step("get_order", {"order_id": one}) for one in ids)
    return Draft(one_of(rng, wordings, ids=listed(ids)), shop, steps, (str(total),))


TEMPLATES: tuple[Callable[[Random], Draft], ...] = (_cancel, _refund, _exchange, _readdress, _too_late, _total)
"""Every kind of task of this world."""

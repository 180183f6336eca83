import json

from proxy.wire.reply import ToolCall
from shadow.agentic.world import Result, act
from shadow.agentic.worlds.orders import ORDERS, Order, Shop


def shop() -> Shop:
    return Shop(
        {
            "ORD-1": Order("Amara", "placed", "1 Mill Lane", {"lamp": 1}),
            "ORD-2": Order("Amara", "delivered", "1 Mill Lane", {"lamp": 2, "rug": 1}),
        },
        {"lamp": 5, "rug": 1, "chair": 1},
    )


def do(state: Shop, name: str, **arguments: object) -> Result:
    return act(ORDERS, state, ToolCall(name=name, arguments=json.dumps(arguments)))


def test_only_placed_orders_can_be_cancelled_or_sent_elsewhere() -> None:
    state = shop()
    assert not do(state, "change_address", order_id="ORD-1", address="2 Elm Street").is_error
    assert not do(state, "cancel_order", order_id="ORD-1").is_error
    assert do(state, "cancel_order", order_id="ORD-1").is_error
    assert do(state, "change_address", order_id="ORD-2", address="x").is_error
    assert (state.orders["ORD-1"].status, state.orders["ORD-1"].address) == ("cancelled", "2 Elm Street")


def test_no_more_is_refunded_than_was_bought() -> None:
    state = shop()
    assert json.loads(do(state, "refund_item", order_id="ORD-2", item="lamp", quantity=1).text) == {"refunded": 40}
    assert do(state, "refund_item", order_id="ORD-2", item="lamp", quantity=2).is_error
    assert do(state, "refund_item", order_id="ORD-2", item="chair", quantity=1).is_error
    assert do(state, "refund_item", order_id="ORD-1", item="lamp", quantity=1).is_error
    assert state.orders["ORD-2"].refunded == {"lamp": 1}


def test_an_exchange_needs_stock() -> None:
    state = shop()
    assert do(state, "exchange_item", order_id="ORD-2", item="lamp", new_item="chair").is_error
    assert not do(state, "exchange_item", order_id="ORD-2", item="rug", new_item="chair").is_error
    assert (state.orders["ORD-2"].items, state.stock["chair"]) == ({"lamp": 2, "chair": 1}, 0)


def test_looking_changes_nothing_and_unknown_ids_are_told() -> None:
    state = shop()
    assert len(json.loads(do(state, "find_orders", customer="amara").text)) == 2
    assert json.loads(do(state, "get_order", order_id="ORD-2").text)["items"][0]["unit_price"] == 40
    assert json.loads(do(state, "get_stock", item="rug").text)["in_stock"] == 1
    assert do(state, "get_stock", item="boat").is_error
    for name in ("get_order", "cancel_order"):
        assert do(state, name, order_id="2").is_error
    assert state == shop()

"""Cancels and modifications, by oid and by cloid, one and many."""

from conftest import COIN, far_ask, far_bid, new_cloid, only_status, price, resting

ALO = {"limit": {"tif": "Alo"}}
GONE = "Order was never placed, already canceled, or filled."


def place(info, exchange, cloid=None, is_buy=True):
    px = far_bid(info) if is_buy else far_ask(info)
    return resting(exchange.order(COIN, is_buy, 20, px, ALO, cloid=cloid))


def test_cancel_by_oid(info, exchange, master):
    oid = place(info, exchange)
    response = exchange.cancel(COIN, oid)
    assert response == {
        "status": "ok",
        "response": {"type": "cancel", "data": {"statuses": ["success"]}},
    }
    assert info.open_orders(master.address) == []
    assert info.query_order_by_oid(master.address, oid)["order"]["status"] == "canceled"


def test_cancel_by_cloid(info, exchange, master, cloid):
    place(info, exchange, cloid)
    assert only_status(exchange.cancel_by_cloid(COIN, cloid)) == "success"
    assert info.open_orders(master.address) == []
    assert info.query_order_by_cloid(master.address, cloid)["order"]["status"] == "canceled"


def test_a_second_cancel_says_that_there_is_nothing_to_cancel(info, exchange):
    oid, cloid = place(info, exchange), new_cloid()
    only_status(exchange.cancel(COIN, oid))
    asset = info.name_to_asset(COIN)
    expected = {"error": f"{GONE} asset={asset}"}
    assert only_status(exchange.cancel(COIN, oid)) == expected
    assert only_status(exchange.cancel_by_cloid(COIN, cloid)) == expected


def test_bulk_cancel_answers_per_order(info, exchange, master):
    first, second = place(info, exchange), place(info, exchange, is_buy=False)
    requests = [{"coin": COIN, "oid": oid} for oid in (first, 1, second)]
    statuses = exchange.bulk_cancel(requests)["response"]["data"]["statuses"]
    assert statuses[0] == statuses[2] == "success"
    assert statuses[1]["error"].startswith(GONE)
    assert info.open_orders(master.address) == []


def test_bulk_cancel_by_cloid(info, exchange, master):
    cloids = [new_cloid(), new_cloid()]
    for cloid in cloids:
        place(info, exchange, cloid)
    requests = [{"coin": COIN, "cloid": cloid} for cloid in cloids]
    assert exchange.bulk_cancel_by_cloid(requests)["response"]["data"]["statuses"] == ["success"] * 2
    assert info.open_orders(master.address) == []


def test_nobody_cancels_the_order_of_somebody_else(info, exchange, other, master):
    oid = place(info, exchange)
    assert only_status(other.cancel(COIN, oid))["error"].startswith(GONE)
    assert [order["oid"] for order in info.open_orders(master.address)] == [oid]


def test_modify_replaces_the_order_under_a_new_oid(info, exchange, master, cloid):
    oid = place(info, exchange)
    px = price(far_bid(info) * 0.98)
    response = exchange.modify_order(oid, COIN, True, 25, px, ALO, cloid=cloid)
    assert response["response"]["type"] == "order"
    new = resting(response)
    assert new != oid
    [order] = info.open_orders(master.address)
    assert (order["oid"], order["sz"], order["cloid"]) == (new, "25.0", cloid.to_raw())
    assert float(order["limitPx"]) == px
    assert info.query_order_by_oid(master.address, oid)["order"]["status"] == "canceled"


def test_modify_by_cloid(info, exchange, master, cloid):
    place(info, exchange, cloid)
    px = price(far_bid(info) * 0.98)
    new = resting(exchange.modify_order(cloid, COIN, True, 20, px, ALO, cloid=new_cloid()))
    assert [order["oid"] for order in info.open_orders(master.address)] == [new]


def test_bulk_modify_moves_several_orders(info, exchange, master):
    oids = [place(info, exchange), place(info, exchange, is_buy=False)]
    sides = [(True, price(far_bid(info) * 0.98)), (False, price(far_ask(info) * 1.02))]
    modifies = [
        {
            "oid": oid,
            "order": {
                "coin": COIN,
                "is_buy": is_buy,
                "sz": 21,
                "limit_px": px,
                "order_type": ALO,
                "reduce_only": False,
                "cloid": None,
            },
        }
        for oid, (is_buy, px) in zip(oids, sides)
    ]
    statuses = exchange.bulk_modify_orders_new(modifies)["response"]["data"]["statuses"]
    assert all("resting" in status for status in statuses), statuses
    new = {status["resting"]["oid"] for status in statuses}
    listed = info.open_orders(master.address)
    assert {order["oid"] for order in listed} == new and not new & set(oids)
    assert {float(order["limitPx"]) for order in listed} == {px for _, px in sides}


def test_modify_of_a_canceled_order_is_refused(info, exchange, master):
    oid = place(info, exchange)
    only_status(exchange.cancel(COIN, oid))
    status = only_status(exchange.modify_order(oid, COIN, True, 20, far_bid(info), ALO))
    assert status["error"].startswith("Cannot modify canceled or filled order")
    assert info.open_orders(master.address) == []


def test_modify_to_a_crossing_price_cancels_and_places_nothing(info, exchange, master):
    oid = place(info, exchange)
    best_ask = float(info.l2_snapshot(COIN)["levels"][1][0]["px"])
    status = only_status(exchange.modify_order(oid, COIN, True, 20, price(best_ask * 1.02), ALO))
    assert "Post only order would have immediately matched" in status["error"]
    assert info.open_orders(master.address) == []

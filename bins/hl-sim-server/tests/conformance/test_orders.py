"""Orders: what rests, what fills, and how both can be looked up."""

from conftest import COIN, eventually, far_ask, far_bid, new_cloid, only_status, price, resting, truth
from shapes import FILL, OPEN_ORDER, ORDER_STATUS, USER_STATE, conforms, decimal, integer, optional

ALO = {"limit": {"tif": "Alo"}}
GTC = {"limit": {"tif": "Gtc"}}
IOC = {"limit": {"tif": "Ioc"}}

FILLED = {"totalSz": decimal, "avgPx": decimal, "oid": integer, "cloid": optional(str)}


def test_a_post_only_order_rests_and_can_be_found_by_oid_and_by_cloid(info, exchange, master, cloid):
    px = far_bid(info)
    response = exchange.order(COIN, True, 20, px, ALO, cloid=cloid)
    assert response["response"]["type"] == "order"
    status = only_status(response)["resting"]
    assert status["cloid"] == cloid.to_raw()
    oid = status["oid"]

    [order] = info.open_orders(master.address)
    assert conforms(order, OPEN_ORDER)
    assert (order["coin"], order["side"], order["oid"]) == (COIN, "B", oid)
    assert float(order["limitPx"]) == px and order["sz"] == order["origSz"] == "20.0"
    assert order["cloid"] == cloid.to_raw()

    by_oid = info.query_order_by_oid(master.address, oid)
    assert conforms(by_oid, ORDER_STATUS)
    assert by_oid["order"]["status"] == "open"
    assert info.query_order_by_cloid(master.address, cloid) == by_oid


def test_an_unknown_order_is_unknown(info, master):
    assert info.query_order_by_oid(master.address, 1) == {"status": "unknownOid"}
    assert info.query_order_by_cloid(master.address, new_cloid()) == {"status": "unknownOid"}


def test_a_gtc_order_away_from_the_market_rests(info, exchange, master):
    oid = resting(exchange.order(COIN, False, 20, far_ask(info), GTC))
    found = info.query_order_by_oid(master.address, oid)["order"]["order"]
    assert (found["side"], found["tif"], found["orderType"]) == ("A", "Gtc", "Limit")


def test_an_ioc_order_fills_at_the_touch_and_shows_in_fills_and_state(info, exchange, master):
    before = float(next_position(info, master))
    best_ask = info.l2_snapshot(COIN)["levels"][1][0]["px"]
    limit = price(float(best_ask) * 1.02)
    cloid = new_cloid()
    status = only_status(exchange.order(COIN, True, 50, limit, IOC, cloid=cloid))
    filled = status["filled"]
    assert conforms(filled, {**FILLED, "cloid": lambda value: value == cloid.to_raw()})
    assert float(filled["totalSz"]) == 50 and float(filled["avgPx"]) <= limit

    fills = [fill for fill in info.user_fills(master.address) if fill["oid"] == filled["oid"]]
    assert conforms(fills[0], FILL)
    assert sum(float(fill["sz"]) for fill in fills) == 50
    for fill in fills:
        assert fill["crossed"] and fill["side"] == "B" and fill["cloid"] == cloid.to_raw()
        assert abs(float(fill["fee"]) - 0.00045 * float(fill["px"]) * float(fill["sz"])) < 2e-6
    first = min(fills, key=lambda fill: float(fill["startPosition"]))
    assert float(first["startPosition"]) == before

    state = info.user_state(master.address)
    assert conforms(state, USER_STATE)
    [position] = [p["position"] for p in state["assetPositions"] if p["position"]["coin"] == COIN]
    assert float(position["szi"]) == before + 50
    done = info.query_order_by_oid(master.address, filled["oid"])["order"]
    assert done["status"] == "filled" and float(done["order"]["sz"]) == 0


def next_position(info, master):
    for entry in info.user_state(master.address)["assetPositions"]:
        if entry["position"]["coin"] == COIN:
            return entry["position"]["szi"]
    return "0.0"


def test_a_gtc_order_that_crosses_fills_at_once(info, exchange):
    best_bid = float(info.l2_snapshot(COIN)["levels"][0][0]["px"])
    status = only_status(exchange.order(COIN, False, 20, price(best_bid * 0.99), GTC))
    assert conforms(status, {"filled": FILLED})


def test_market_open_and_market_close_are_a_round_trip(info, other):
    opened = only_status(other.market_open(COIN, True, 30))
    assert float(opened["filled"]["totalSz"]) == 30
    closed = only_status(other.market_close(COIN))
    assert float(closed["filled"]["totalSz"]) == 30
    assert info.user_state(other.wallet.address)["assetPositions"] == []
    last = info.user_fills(other.wallet.address)[0]
    assert last["dir"] == "Close Long" and float(last["startPosition"]) == 30


def test_a_batch_answers_in_the_order_of_its_orders(info, exchange, master):
    bid, ask = far_bid(info), far_ask(info)
    cloids = [new_cloid() for _ in range(3)]
    sides = [(True, bid), (False, ask), (True, price(bid * 0.99))]
    response = exchange.bulk_orders(
        [
            {
                "coin": COIN,
                "is_buy": is_buy,
                "sz": 20,
                "limit_px": px,
                "order_type": ALO,
                "reduce_only": False,
                "cloid": cloid,
            }
            for (is_buy, px), cloid in zip(sides, cloids)
        ]
    )
    statuses = response["response"]["data"]["statuses"]
    assert [status["resting"]["cloid"] for status in statuses] == [c.to_raw() for c in cloids]
    listed = {order["cloid"]: float(order["limitPx"]) for order in info.open_orders(master.address)}
    assert listed == {cloid.to_raw(): px for (_, px), cloid in zip(sides, cloids)}


def test_one_bad_order_of_a_batch_does_not_take_the_others_with_it(info, exchange):
    best_ask = float(info.l2_snapshot(COIN)["levels"][1][0]["px"])
    order = {"coin": COIN, "is_buy": True, "sz": 20, "order_type": ALO, "reduce_only": False}
    response = exchange.bulk_orders(
        [
            {**order, "limit_px": far_bid(info)},
            {**order, "limit_px": price(best_ask * 1.02)},
            {**order, "limit_px": far_bid(info)},
        ]
    )
    kinds = [set(status) for status in response["response"]["data"]["statuses"]]
    assert kinds == [{"resting"}, {"error"}, {"resting"}]


def test_a_batch_across_coins_reaches_each_market(info, exchange, master):
    mids = info.all_mids()
    orders = [("BTC", 0.001, round(float(mids["BTC"]) * 0.9)), ("SOL", 0.5, round(float(mids["SOL"]) * 0.9))]
    response = exchange.bulk_orders(
        [
            {"coin": c, "is_buy": True, "sz": s, "limit_px": p, "order_type": ALO, "reduce_only": False}
            for c, s, p in orders
        ]
    )
    assert all("resting" in status for status in response["response"]["data"]["statuses"])
    assert {order["coin"] for order in info.open_orders(master.address)} == {"BTC", "SOL"}


def test_an_agent_trades_for_its_master(info, agent, master):
    oid = resting(agent.order(COIN, True, 20, far_bid(info), ALO))
    assert [order["oid"] for order in info.open_orders(master.address)] == [oid]
    assert info.open_orders(agent.wallet.address) == []
    role = info.user_role(agent.wallet.address)
    assert role["role"] == "agent" and role["data"]["user"] == master.address.lower()


def test_a_reduce_only_order_closes_and_never_opens(info, other):
    only_status(other.market_open(COIN, True, 30))
    best_bid = float(info.l2_snapshot(COIN)["levels"][0][0]["px"])
    closed = only_status(other.order(COIN, False, 30, price(best_bid * 0.98), IOC, reduce_only=True))
    assert float(closed["filled"]["totalSz"]) == 30
    refused = only_status(other.order(COIN, False, 30, far_ask(info), GTC, reduce_only=True))
    assert refused["error"].startswith("Reduce only order would increase position.")


def test_the_exchange_counts_what_the_client_saw(url, info, exchange, master):
    before = truth(url, master.address)
    resting(exchange.order(COIN, True, 20, far_bid(info), ALO))
    after = truth(url, master.address)
    assert after["attempts"] == before["attempts"] + 1
    assert after["accepted"] == before["accepted"] + 1
    assert after["openOrders"] == 1
    assert after["illegalPrices"] == 0 or before["illegalPrices"] == after["illegalPrices"]


def test_a_resting_order_inside_the_spread_is_filled_by_the_market(info, exchange, master):
    def attempt():
        bids, asks = info.l2_snapshot(COIN)["levels"]
        px = price(float(asks[0]["px"]) - 10**-5)
        if px <= float(bids[0]["px"]):
            return None
        status = only_status(exchange.order(COIN, True, 20, px, ALO))
        if "resting" not in status:
            return None
        oid = status["resting"]["oid"]
        fills = eventually(
            lambda: [f for f in info.user_fills(master.address) if f["oid"] == oid], seconds=10
        )
        exchange.cancel(COIN, oid)
        return fills

    fills = next(filter(None, (attempt() for _ in range(10))), None)
    assert fills, "no background trader took a bid at the touch in ten attempts"
    assert not fills[0]["crossed"]

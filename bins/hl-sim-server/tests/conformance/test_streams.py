"""WebSocket subscriptions through the SDK's own manager."""

import queue

import pytest
from conftest import COIN, eventually, far_bid, new_cloid, only_status, price, resting
from hyperliquid.info import Info
from shapes import BBO, FILL, L2_BOOK, ORDER_UPDATE, TRADE, conforms, decimal, listing

ALO = {"limit": {"tif": "Alo"}}
IOC = {"limit": {"tif": "Ioc"}}


class Stream:
    """The messages of one subscription, oldest first."""

    def __init__(self, info, subscription):
        self.messages = queue.Queue()
        self.info, self.subscription = info, subscription
        self.id = info.subscribe(subscription, self.messages.put)

    def next(self, seconds=10):
        return self.messages.get(timeout=seconds)

    def until(self, wanted, seconds=10):
        """The first message for which `wanted` is true."""
        found = eventually(lambda: self._pick(wanted), seconds)
        assert found, f"nothing like it on {self.subscription}"
        return found

    def _pick(self, wanted):
        while not self.messages.empty():
            message = self.messages.get()
            if wanted(message):
                return message
        return None

    def drain(self):
        while not self.messages.empty():
            self.messages.get()


@pytest.fixture
def live(url):
    info = Info(url, skip_ws=False, timeout=10)
    assert eventually(lambda: info.ws_manager.ws_ready), "the connection was not opened"
    yield info
    info.disconnect_websocket()


def test_l2_book_gives_a_snapshot_at_once_and_another_later(live):
    stream = Stream(live, {"type": "l2Book", "coin": COIN})
    first, second = stream.next(3), stream.next(10)
    for message in (first, second):
        assert message["channel"] == "l2Book" and conforms(message["data"], L2_BOOK)
        bids, asks = message["data"]["levels"]
        assert 1 <= len(bids) <= 20 and float(bids[0]["px"]) < float(asks[0]["px"])
    assert second["data"]["time"] > first["data"]["time"]


def test_fast_l2_book_is_quicker_and_shorter(live):
    stream = Stream(live, {"type": "l2Book", "coin": COIN, "fast": True})
    messages = [stream.next(3) for _ in range(4)]
    times = [message["data"]["time"] for message in messages]
    assert times[-1] - times[0] < 4_000
    for message in messages:
        assert conforms(message["data"], L2_BOOK)
        assert all(len(side) <= 5 for side in message["data"]["levels"])


def test_bbo_comes_with_every_change_of_the_touch(live):
    stream = Stream(live, {"type": "bbo", "coin": "BTC"})
    messages = [stream.next(10) for _ in range(5)]
    tops = []
    for message in messages:
        assert message["channel"] == "bbo" and conforms(message["data"], BBO)
        bid, ask = message["data"]["bbo"]
        assert float(bid["px"]) < float(ask["px"])
        tops.append((bid, ask))
    assert all(before != after for before, after in zip(tops, tops[1:]))


def test_trades_carry_both_users_and_an_identifier(live):
    stream = Stream(live, {"type": "trades", "coin": "BTC"})
    seen = set()
    for _ in range(4):
        message = stream.next(15)
        assert message["channel"] == "trades"
        assert conforms(message["data"], listing(TRADE, at_least=1))
        tids = {trade["tid"] for trade in message["data"]}
        assert not tids & seen
        seen |= tids


def test_all_mids_streams_every_coin(live):
    message = Stream(live, {"type": "allMids"}).next(10)
    mids = message["data"]["mids"]
    assert len(mids) >= 20 and all(decimal(mid) for mid in mids.values())


def test_order_updates_tell_an_order_s_life(live, exchange, master):
    stream = Stream(live, {"type": "orderUpdates", "user": master.address})
    cloid = new_cloid()
    oid = resting(exchange.order(COIN, True, 20, far_bid(live), ALO, cloid=cloid))

    def of(status):
        def wanted(message):
            return [u for u in message["data"] if u["order"]["oid"] == oid and u["status"] == status]

        return wanted

    message = stream.until(of("open"))
    assert message["channel"] == "orderUpdates"
    assert conforms(message["data"], listing(ORDER_UPDATE, at_least=1))
    [update] = of("open")(message)
    order = update["order"]
    assert (order["coin"], order["side"], order["sz"], order["cloid"]) == (COIN, "B", "20.0", cloid.to_raw())
    exchange.cancel(COIN, oid)
    [update] = of("canceled")(stream.until(of("canceled")))
    assert update["order"]["sz"] == "20.0"


def test_user_fills_begin_with_a_snapshot_and_continue_with_fills(live, exchange, master):
    stream = Stream(live, {"type": "userFills", "user": master.address})
    first = stream.next(5)["data"]
    assert first["isSnapshot"] is True and first["user"] == master.address.lower()
    assert conforms(first["fills"], listing(FILL))

    best_ask = float(live.l2_snapshot(COIN)["levels"][1][0]["px"])
    status = only_status(exchange.order(COIN, True, 20, price(best_ask * 1.02), IOC))
    oid = status["filled"]["oid"]
    message = stream.until(lambda m: any(f["oid"] == oid for f in m["data"]["fills"]))
    data = message["data"]
    assert message["channel"] == "userFills" and not data.get("isSnapshot")
    assert set(data) - {"isSnapshot"} == {"user", "fills"}
    assert conforms(data["fills"], listing(FILL, at_least=1))
    recorded = {fill["tid"]: fill for fill in live.user_fills(master.address)}
    for fill in data["fills"]:
        assert recorded[fill["tid"]] == fill


def test_user_events_carry_fills(live, exchange, master):
    stream = Stream(live, {"type": "userEvents", "user": master.address})
    best_bid = float(live.l2_snapshot(COIN)["levels"][0][0]["px"])
    status = only_status(exchange.order(COIN, False, 20, price(best_bid * 0.98), IOC))
    oid = status["filled"]["oid"]
    message = stream.until(lambda m: any(f["oid"] == oid for f in m["data"].get("fills", [])))
    assert message["channel"] == "user"


def test_after_an_unsubscribe_nothing_more_comes(live):
    subscription = {"type": "bbo", "coin": "BTC"}
    stream = Stream(live, subscription)
    stream.next(10)
    assert live.unsubscribe(subscription, stream.id)
    quiet = Stream(live, {"type": "bbo", "coin": "ETH"})
    quiet.next(10)
    stream.drain()
    with pytest.raises(queue.Empty):
        stream.next(2)


def test_a_ping_is_answered(url):
    import json

    import websocket

    connection = websocket.create_connection(url.replace("http", "ws") + "/ws", timeout=5)
    connection.send(json.dumps({"method": "ping"}))
    answers = [connection.recv() for _ in range(1)]
    if answers[0] == "Websocket connection established.":
        answers.append(connection.recv())
    assert json.loads(answers[-1]) == {"channel": "pong"}
    connection.close()


def test_a_subscription_is_acknowledged_and_a_wrong_one_named(url):
    import json

    import websocket

    connection = websocket.create_connection(url.replace("http", "ws") + "/ws", timeout=5)

    def ask(subscription):
        connection.send(json.dumps({"method": "subscribe", "subscription": subscription}))
        while True:
            text = connection.recv()
            if text.startswith("{"):
                message = json.loads(text)
                if message["channel"] in ("subscriptionResponse", "error"):
                    return message

    answer = ask({"type": "trades", "coin": COIN})
    assert answer["channel"] == "subscriptionResponse"
    assert answer["data"]["method"] == "subscribe"
    assert answer["data"]["subscription"]["type"] == "trades"
    again = ask({"type": "trades", "coin": COIN})
    assert again["channel"] == "error" and again["data"].startswith("Already subscribed")
    wrong = ask({"type": "l2Book", "coin": "NOPE"})
    assert wrong["channel"] == "error" and wrong["data"].startswith("Invalid subscription")
    connection.close()

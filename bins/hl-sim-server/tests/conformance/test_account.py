"""Leverage, the dead man's switch, noop."""

import time

from conftest import COIN, eventually, far_bid, only_status, resting

ALO = {"limit": {"tif": "Alo"}}
DEFAULT = {"status": "ok", "response": {"type": "default"}}


def test_leverage_is_set_and_shows_in_a_position(info, other):
    assert other.update_leverage(3, COIN) == DEFAULT
    only_status(other.market_open(COIN, True, 30))
    [entry] = info.user_state(other.wallet.address)["assetPositions"]
    assert entry["position"]["leverage"] == {"type": "cross", "value": 3}
    position = entry["position"]
    used, value = float(position["marginUsed"]), float(position["positionValue"])
    assert abs(used - value / 3) < 0.01
    only_status(other.market_close(COIN))


def test_isolated_leverage_gives_an_isolated_position_whose_margin_can_be_changed(info, other):
    assert other.update_leverage(2, COIN, is_cross=False) == DEFAULT
    only_status(other.market_open(COIN, True, 30))
    [entry] = info.user_state(other.wallet.address)["assetPositions"]
    position = entry["position"]
    assert position["leverage"]["type"] == "isolated" and position["leverage"]["value"] == 2
    raw = float(position["leverage"]["rawUsd"])
    assert abs(float(position["marginUsed"]) - float(position["positionValue"]) - raw) < 0.001
    assert other.update_isolated_margin(5, COIN) == DEFAULT
    [entry] = info.user_state(other.wallet.address)["assetPositions"]
    assert abs(float(entry["position"]["leverage"]["rawUsd"]) - raw - 5) < 0.001
    only_status(other.market_close(COIN))
    assert other.update_leverage(3, COIN) == DEFAULT


def test_leverage_above_the_maximum_is_refused(other):
    response = other.update_leverage(500, COIN)
    assert response["status"] == "err" and isinstance(response["response"], str)


def test_the_dead_mans_switch_cancels_everything_when_its_time_comes(info, exchange, master):
    oid = resting(exchange.order(COIN, True, 20, far_bid(info), ALO))
    at = int(time.time() * 1000) + 6_000
    assert exchange.schedule_cancel(at) == DEFAULT
    assert [order["oid"] for order in info.open_orders(master.address)] == [oid]
    assert eventually(lambda: info.open_orders(master.address) == [], seconds=10)
    assert time.time() * 1000 >= at
    assert info.query_order_by_oid(master.address, oid)["order"]["status"] == "scheduledCancel"


def test_the_dead_mans_switch_can_be_unset(info, exchange, master):
    oid = resting(exchange.order(COIN, True, 20, far_bid(info), ALO))
    exchange.schedule_cancel(int(time.time() * 1000) + 5_500)
    assert exchange.schedule_cancel(None) == DEFAULT
    time.sleep(6.5)
    assert [order["oid"] for order in info.open_orders(master.address)] == [oid]


def test_a_switch_too_soon_is_refused(exchange):
    response = exchange.schedule_cancel(int(time.time() * 1000) + 1_000)
    expected = "Scheduled cancel time too early, must be at least 5 seconds from now."
    assert response["status"] == "err" and response["response"].startswith(expected)


def test_noop_uses_up_its_nonce(exchange):
    nonce = int(time.time() * 1000)
    assert exchange.noop(nonce) == DEFAULT
    again = exchange.noop(nonce)
    assert again == {"status": "err", "response": f"Invalid nonce: duplicate nonce {nonce}"}


def test_an_approved_agent_can_trade_at_once(url, info, other):
    from eth_account import Account
    from hyperliquid.exchange import Exchange

    response, key = other.approve_agent()
    assert response == DEFAULT
    agent = Exchange(Account.from_key(key), url, account_address=other.wallet.address, timeout=10)
    oid = resting(agent.order(COIN, True, 20, far_bid(info), ALO))
    assert [order["oid"] for order in info.open_orders(other.wallet.address)] == [oid]


def test_money_moves_between_the_perpetuals_and_the_spot_side(info, other):
    address = other.wallet.address
    before = float(info.user_state(address)["withdrawable"])
    assert other.usd_class_transfer(100.0, False) == DEFAULT
    assert abs(before - 100 - float(info.user_state(address)["withdrawable"])) < 0.01
    [usdc] = [b for b in info.spot_user_state(address)["balances"] if b["coin"] == "USDC"]
    assert float(usdc["total"]) >= 100
    assert other.usd_class_transfer(100.0, True) == DEFAULT

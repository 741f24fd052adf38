"""What the exchange refuses, in its own words."""

import re
import time

import pytest
from conftest import COIN, far_bid, new_cloid, only_status, price
from hyperliquid.utils.signing import sign_l1_action

ALO = {"limit": {"tif": "Alo"}}
GTC = {"limit": {"tif": "Gtc"}}
IOC = {"limit": {"tif": "Ioc"}}


def error(response):
    status = only_status(response)
    assert set(status) == {"error"}, status
    return status["error"]


def test_a_post_only_order_that_crosses_names_the_touch(info, exchange, master, cloid):
    best_ask = float(info.l2_snapshot(COIN)["levels"][1][0]["px"])
    text = error(exchange.order(COIN, True, 20, price(best_ask * 1.01), ALO, cloid=cloid))
    shape = (
        r"Post only order would have immediately matched, bbo was ([0-9.]+)@([0-9.]+)\. "
        rf"asset={info.name_to_asset(COIN)}"
    )
    found = re.fullmatch(shape, text)
    assert found, text
    bid, ask = float(found[1]), float(found[2])
    assert bid < ask and abs(ask / best_ask - 1) < 0.01
    # It was refused at its turn, so there is a record of it.
    record = info.query_order_by_cloid(master.address, cloid)
    assert record["order"]["status"] == "badAloPxRejected"


@pytest.mark.parametrize("shift", [1.2345e-5, 5e-6])
def test_a_price_off_the_grid_is_refused(info, exchange, shift):
    text = error(exchange.order(COIN, True, 20, round(far_bid(info) + shift, 8), GTC))
    expected = {
        f"Price must be divisible by tick size. asset={info.name_to_asset(COIN)}",
        "Order has invalid price.",
    }
    assert text in expected


def test_six_significant_figures_are_refused_and_an_integer_is_not(info, exchange):
    off = round(float(info.all_mids()["BTC"]) * 0.9) + 0.5
    text = error(exchange.order("BTC", True, 0.001, off, GTC))
    assert text.startswith(("Price must be divisible by tick size.", "Order has invalid price."))
    assert "resting" in only_status(exchange.order("BTC", True, 0.001, off - 0.5, GTC))


def test_an_order_below_ten_dollars_is_refused(info, exchange):
    text = error(exchange.order(COIN, True, 5, far_bid(info), GTC))
    assert text == f"Order must have minimum value of $10. asset={info.name_to_asset(COIN)}"


def test_a_size_that_is_no_number_of_lots_is_refused(info, exchange):
    assert error(exchange.order(COIN, True, 20.5, far_bid(info), GTC)) == "Order has invalid size."


def test_a_size_of_zero_is_refused(info, exchange):
    assert error(exchange.order(COIN, True, 0, far_bid(info), GTC)) == "Order has zero size."


def test_an_ioc_order_that_meets_nobody_is_refused(info, exchange):
    text = error(exchange.order(COIN, True, 20, far_bid(info), IOC))
    asset = info.name_to_asset(COIN)
    assert text == f"Order could not immediately match against any resting orders. asset={asset}"


def test_an_order_beyond_the_margin_is_refused(info, exchange):
    text = error(exchange.order(COIN, True, 5_000_000, far_bid(info), GTC))
    assert text == f"Insufficient margin to place order. asset={info.name_to_asset(COIN)}"


def test_a_price_far_from_the_reference_is_refused(info, exchange):
    text = error(exchange.order(COIN, True, 2000, price(far_bid(info) / 10), GTC))
    expected = r"Order price cannot be more than (80|95)% away from the reference price"
    assert re.fullmatch(expected, text), text


def test_a_delisted_coin_does_not_trade(exchange):
    status = exchange.order("MATIC", True, 100, 0.3, GTC)
    assert status["status"] == "err" or "error" in only_status(status)


def test_a_stranger_does_not_exist(info, stranger):
    response = stranger.order(COIN, True, 20, far_bid(info), ALO)
    address = stranger.wallet.address.lower()
    assert response == {
        "status": "err",
        "response": f"User or API Wallet {address} does not exist.",
    }


def post(exchange, action, nonce, signed=None):
    """Posts an action under a nonce of our choice, signed as the SDK does."""
    signature = sign_l1_action(exchange.wallet, signed or action, None, nonce, None, False)
    return exchange._post_action(action, signature, nonce)


def order_action(exchange, info, cloid=None):
    order = {
        "a": info.name_to_asset(COIN),
        "b": True,
        "p": f"{far_bid(info):.5f}".rstrip("0").rstrip("."),
        "s": "20",
        "r": False,
        "t": {"limit": {"tif": "Alo"}},
    }
    if cloid:
        order["c"] = cloid.to_raw()
    return {"type": "order", "orders": [order], "grouping": "na"}


def test_a_nonce_is_used_once(info, exchange):
    nonce = int(time.time() * 1000)
    action = order_action(exchange, info)
    assert "resting" in only_status(post(exchange, action, nonce))
    response = post(exchange, action, nonce)
    assert response == {"status": "err", "response": f"Invalid nonce: duplicate nonce {nonce}"}


@pytest.mark.parametrize("days, words", [(-5, "nonce too low"), (5, "nonce too high")])
def test_a_nonce_far_from_the_time_is_refused(info, exchange, days, words):
    nonce = int(time.time() * 1000) + days * 86_400_000
    response = post(exchange, order_action(exchange, info), nonce)
    assert response["status"] == "err"
    assert response["response"].startswith(f"Invalid nonce: {words} {nonce} "), response


def test_a_changed_action_recovers_somebody_else(info, exchange):
    action = order_action(exchange, info)
    changed = order_action(exchange, info, new_cloid())
    response = post(exchange, changed, int(time.time() * 1000), signed=action)
    assert response["status"] == "err"
    assert re.fullmatch(r"User or API Wallet 0x[0-9a-f]{40} does not exist\.", response["response"])


def test_a_mainnet_signature_is_not_valid_here(info, exchange):
    action, nonce = order_action(exchange, info), int(time.time() * 1000)
    signature = sign_l1_action(exchange.wallet, action, None, nonce, None, True)
    response = exchange._post_action(action, signature, nonce)
    assert response["status"] == "err" and "does not exist" in response["response"]


def test_an_action_past_its_expiry_is_refused(info, exchange):
    exchange.set_expires_after(int(time.time() * 1000) - 60_000)
    try:
        response = exchange.order(COIN, True, 20, far_bid(info), ALO)
    finally:
        exchange.set_expires_after(None)
    assert response["status"] == "err"
    assert response["response"].startswith("Action already expired"), response


def test_an_action_before_its_expiry_is_accepted(info, exchange):
    exchange.set_expires_after(int(time.time() * 1000) + 60_000)
    try:
        response = exchange.order(COIN, True, 20, far_bid(info), ALO)
    finally:
        exchange.set_expires_after(None)
    assert "resting" in only_status(response)


def test_an_unknown_action_cannot_be_read(exchange):
    from hyperliquid.utils.error import ClientError

    with pytest.raises(ClientError) as caught:
        post(exchange, {"type": "noSuchAction"}, int(time.time() * 1000))
    assert caught.value.status_code == 422
    text = "Failed to deserialize the JSON body into the target type"
    assert caught.value.error_message == text


def test_a_batch_above_two_hundred_is_refused_whole(info, exchange, master):
    order = {"coin": COIN, "is_buy": True, "sz": 20, "limit_px": far_bid(info)}
    orders = [{**order, "order_type": ALO, "reduce_only": False}] * 201
    response = exchange.bulk_orders(orders)
    assert response == {"status": "err", "response": "Signed action over weight limit of 200."}
    assert info.open_orders(master.address) == []


def test_an_empty_batch_is_refused(exchange):
    assert error(exchange.bulk_orders([])) == "Orders are empty."

"""Questions: `Info` over REST."""

import pytest
import requests
from conftest import COIN, far_bid, resting
from shapes import L2_BOOK, USER_STATE, boolean, conforms, decimal, integer, listing, optional, text
from shapes import nullable

ASSET = {
    "name": text,
    "szDecimals": integer,
    "maxLeverage": integer,
    "marginTableId": integer,
    "isDelisted": optional(boolean),
    "onlyIsolated": optional(boolean),
    "marginMode": optional(text),
}


def test_meta_lists_perpetuals_with_their_margin_tables(info):
    meta = info.meta()
    tier = {"lowerBound": decimal, "maxLeverage": integer}
    table = (integer, {"description": text, "marginTiers": listing(tier, at_least=1)})
    shape = {
        "universe": listing(ASSET, at_least=20),
        "marginTables": listing(table, at_least=1),
        "collateralToken": integer,
    }
    assert conforms(meta, shape)
    names = [asset["name"] for asset in meta["universe"]]
    assert names[:2] == ["BTC", "ETH"]
    for coin in ("SOL", "ASTER", "FARTCOIN", "PUMP", "kPEPE", "HYPE", "WLFI"):
        assert coin in names
    decimals = {asset["name"]: asset["szDecimals"] for asset in meta["universe"]}
    assert (decimals["BTC"], decimals["ETH"], decimals["SOL"]) == (5, 4, 2)
    assert (decimals["ASTER"], decimals["FARTCOIN"], decimals["WLFI"]) == (0, 1, 0)
    tables = {table_id for table_id, _ in meta["marginTables"]}
    for asset in meta["universe"]:
        assert asset["marginTableId"] < 50 or asset["marginTableId"] in tables


def test_meta_and_asset_contexts_are_in_the_same_order(info):
    meta, contexts = info.meta_and_asset_ctxs()
    assert meta["universe"] == info.meta()["universe"]
    context = {
        "funding": decimal,
        "openInterest": decimal,
        "prevDayPx": decimal,
        "dayNtlVlm": decimal,
        "premium": nullable(decimal),
        "oraclePx": decimal,
        "markPx": decimal,
        "midPx": nullable(decimal),
        "impactPxs": nullable((decimal, decimal)),
        "dayBaseVlm": decimal,
    }
    assert conforms(contexts, listing(context))
    assert len(contexts) == len(meta["universe"])


def test_spot_meta_can_be_read_by_the_sdk(info):
    spot = info.spot_meta()
    assert set(spot) == {"universe", "tokens"}
    assert spot["tokens"][0]["name"] == "USDC"


def test_all_mids_has_every_listed_coin(info):
    mids = info.all_mids()
    live = [asset["name"] for asset in info.meta()["universe"] if not asset.get("isDelisted")]
    for coin in live:
        assert decimal(mids[coin]) and float(mids[coin]) > 0


def test_l2_snapshot_is_sorted_and_two_sided_with_at_most_twenty_levels(info):
    for coin in ("BTC", "ASTER", "kPEPE"):
        book = info.l2_snapshot(coin)
        assert conforms(book, L2_BOOK)
        assert book["coin"] == coin
        bids, asks = ([float(level["px"]) for level in side] for side in book["levels"])
        assert 1 <= len(bids) <= 20 and 1 <= len(asks) <= 20
        assert bids == sorted(set(bids), reverse=True) and asks == sorted(set(asks))
        assert bids[0] < asks[0]


def test_l2_snapshot_mid_is_near_all_mids(info):
    bids, asks = info.l2_snapshot("ETH")["levels"]
    middle = (float(bids[0]["px"]) + float(asks[0]["px"])) / 2
    assert abs(float(info.all_mids()["ETH"]) / middle - 1) < 0.01


def test_user_state_of_a_funded_account(info, master):
    state = info.user_state(master.address)
    assert conforms(state, USER_STATE)
    assert float(state["marginSummary"]["accountValue"]) > 0


def test_user_state_of_nobody_is_empty(info):
    state = info.user_state("0x" + "00" * 19 + "99")
    assert conforms(state, USER_STATE)
    assert state["assetPositions"] == []
    assert float(state["marginSummary"]["accountValue"]) == 0
    assert info.open_orders("0x" + "00" * 19 + "99") == []
    assert info.user_fills("0x" + "00" * 19 + "99") == []


def test_frontend_open_orders_and_open_orders_agree(info, exchange, master):
    oid = resting(exchange.order(COIN, True, 20, far_bid(info), {"limit": {"tif": "Alo"}}))
    [plain] = info.open_orders(master.address)
    [frontend] = info.frontend_open_orders(master.address)
    assert plain["oid"] == frontend["oid"] == oid
    assert frontend["orderType"] == "Limit" and frontend["tif"] == "Alo"
    assert all(frontend[key] == value for key, value in plain.items())


def test_rate_limit_and_role(info, master):
    limit = info.user_rate_limit(master.address)
    shape = {
        "cumVlm": decimal,
        "nRequestsUsed": integer,
        "nRequestsCap": integer,
        "nRequestsSurplus": optional(integer),
    }
    assert conforms(limit, shape)
    assert info.user_role(master.address)["role"] == "user"


@pytest.mark.parametrize(
    "body, status, text",
    [
        ("{", 400, "Failed to parse the request body as JSON"),
        ('{"type":"noSuchThing"}', 422, "Failed to deserialize the JSON body into the target type"),
        ("5", 422, "Failed to deserialize the JSON body into the target type"),
    ],
)
def test_bad_bodies_are_answered_as_the_exchange_does(url, body, status, text):
    headers = {"Content-Type": "application/json"}
    response = requests.post(f"{url}/info", data=body, headers=headers, timeout=10)
    assert (response.status_code, response.text) == (status, text)


def test_a_body_that_is_not_declared_as_json_is_refused(url):
    response = requests.post(f"{url}/info", data='{"type":"meta"}', timeout=10)
    assert response.status_code == 415
    assert response.text == "Expected request with `Content-Type: application/json`"


def test_an_unknown_coin_has_no_book(url):
    response = requests.post(f"{url}/info", json={"type": "l2Book", "coin": "NOPE"}, timeout=10)
    assert response.status_code == 200 and response.json() is None


def test_every_answer_says_that_this_is_a_simulator(url):
    response = requests.post(f"{url}/info", json={"type": "meta"}, timeout=10)
    assert response.headers["x-simulator"] == "hl-sim"

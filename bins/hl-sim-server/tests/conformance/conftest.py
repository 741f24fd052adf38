"""The clients that the tests use, and the market that they trade."""

import itertools
import os
import sys
import time
from pathlib import Path

import eth_account
import pytest
import requests
from hyperliquid.exchange import Exchange
from hyperliquid.info import Info
from hyperliquid.utils.types import Cloid

sys.path.insert(0, str(Path(__file__).parent))

# Throw-away keys: anybody can read them here.
MASTER_KEY = "0x" + "11" * 32
OTHER_KEY = "0x" + "22" * 32
AGENT_KEY = "0x" + "33" * 32
STRANGER_KEY = "0x" + "44" * 32

COIN = "ASTER"
SIZE_DECIMALS = 0

_cloids = itertools.count(time.time_ns())


@pytest.fixture(scope="session")
def url():
    return os.environ["HL_SIM_URL"]


@pytest.fixture(scope="session")
def master():
    return eth_account.Account.from_key(MASTER_KEY)


@pytest.fixture(scope="session")
def info(url):
    return Info(url, skip_ws=True, timeout=10)


@pytest.fixture(scope="session")
def exchange(url, master):
    return Exchange(master, url, timeout=10)


@pytest.fixture(scope="session")
def other(url):
    return Exchange(eth_account.Account.from_key(OTHER_KEY), url, timeout=10)


@pytest.fixture(scope="session")
def agent(url, master):
    wallet = eth_account.Account.from_key(AGENT_KEY)
    return Exchange(wallet, url, account_address=master.address, timeout=10)


@pytest.fixture(scope="session")
def stranger(url):
    return Exchange(eth_account.Account.from_key(STRANGER_KEY), url, timeout=10)


@pytest.fixture
def cloid():
    return new_cloid()


def new_cloid():
    return Cloid.from_int(next(_cloids))


@pytest.fixture(autouse=True)
def nothing_is_left_open(exchange, other):
    """Every test ends with an empty order list, so that none depends on another."""
    yield
    for client in (exchange, other):
        address = client.wallet.address
        orders = client.info.open_orders(address)
        if orders:
            client.bulk_cancel([{"coin": o["coin"], "oid": o["oid"]} for o in orders])
        assert client.info.open_orders(address) == []


def price(value):
    """A legal price of COIN: five significant figures, and not more decimals than there may be."""
    return round(float(f"{value:.5g}"), 6 - SIZE_DECIMALS)


def far_bid(info):
    """A price at which a bid rests unfilled for the time of a test."""
    return price(float(info.all_mids()[COIN]) * 0.9)


def far_ask(info):
    return price(float(info.all_mids()[COIN]) * 1.1)


def only_status(response):
    """The status of the only order of a batch."""
    assert response["status"] == "ok", response
    statuses = response["response"]["data"]["statuses"]
    assert len(statuses) == 1, response
    return statuses[0]


def resting(response):
    """The oid of an order that must rest."""
    status = only_status(response)
    assert set(status) == {"resting"}, response
    return status["resting"]["oid"]


def truth(url, address):
    """What the exchange itself knows of an account."""
    response = requests.get(f"{url}/sim/truth", params={"user": address}, timeout=10)
    response.raise_for_status()
    return response.json()


def eventually(check, seconds=5):
    """The first truthy answer within some seconds."""
    end = time.monotonic() + seconds
    while True:
        answer = check()
        if answer or time.monotonic() > end:
            return answer
        time.sleep(0.05)

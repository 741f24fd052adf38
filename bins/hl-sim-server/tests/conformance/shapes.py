"""Documents, key by key: a missing or an additional key fails."""

import re

ADDRESS = re.compile(r"0x[0-9a-f]{40}")
HASH = re.compile(r"0x[0-9a-f]{64}")
CLOID = re.compile(r"0x[0-9a-f]{32}")
DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")


def decimal(value):
    """A number as text, without exponent, plus sign, or leading zero."""
    assert isinstance(value, str) and DECIMAL.fullmatch(value), repr(value)
    return True


def integer(value):
    assert type(value) is int, repr(value)
    return True


def millis(value):
    integer(value)
    assert 1_600_000_000_000 < value < 5_000_000_000_000, value
    return True


def text(value):
    assert isinstance(value, str), repr(value)
    return True


def boolean(value):
    assert type(value) is bool, repr(value)
    return True


def matching(pattern):
    def check(value):
        assert isinstance(value, str) and pattern.fullmatch(value), repr(value)
        return True

    return check


def one_of(*values):
    def check(value):
        assert value in values, repr(value)
        return True

    return check


def nullable(shape):
    return lambda value: value is None or conforms(value, shape)


def listing(shape, at_least=0):
    def check(value):
        assert isinstance(value, list) and len(value) >= at_least, repr(value)
        return all(conforms(item, shape) for item in value)

    return check


def optional(shape):
    return ("optional", shape)


def conforms(value, shape):
    """Checks a value against a shape: a dict of shapes, a tuple of shapes, or a check."""
    if callable(shape):
        return shape(value)
    if isinstance(shape, tuple):
        assert isinstance(value, list) and len(value) == len(shape), repr(value)
        return all(conforms(item, part) for item, part in zip(value, shape))
    assert isinstance(value, dict), repr(value)
    required = {key for key, part in shape.items() if not is_optional(part)}
    missing, unknown = required - set(value), set(value) - set(shape)
    assert not missing and not unknown, f"missing {missing}, unknown {unknown} in {value}"
    for key, item in value.items():
        part = shape[key]
        conforms(item, part[1] if is_optional(part) else part)
    return True


def is_optional(part):
    return isinstance(part, tuple) and len(part) == 2 and part[0] == "optional"


LEVEL = {"px": decimal, "sz": decimal, "n": integer}

L2_BOOK = {
    "coin": text,
    "time": millis,
    "levels": (listing(LEVEL), listing(LEVEL)),
    "fast": optional(boolean),
    "spread": optional(decimal),
}

BBO = {"coin": text, "time": millis, "bbo": (nullable(LEVEL), nullable(LEVEL))}

TRADE = {
    "coin": text,
    "side": one_of("A", "B"),
    "px": decimal,
    "sz": decimal,
    "time": millis,
    "hash": matching(HASH),
    "tid": integer,
    "users": (matching(ADDRESS), matching(ADDRESS)),
}

OPEN_ORDER = {
    "coin": text,
    "side": one_of("A", "B"),
    "limitPx": decimal,
    "sz": decimal,
    "oid": integer,
    "timestamp": millis,
    "origSz": decimal,
    "cloid": optional(matching(CLOID)),
    "reduceOnly": optional(boolean),
}

FRONTEND_ORDER = {
    "coin": text,
    "side": one_of("A", "B"),
    "limitPx": decimal,
    "sz": decimal,
    "oid": integer,
    "timestamp": millis,
    "triggerCondition": text,
    "isTrigger": boolean,
    "triggerPx": decimal,
    "children": listing(dict),
    "isPositionTpsl": boolean,
    "reduceOnly": boolean,
    "orderType": text,
    "origSz": decimal,
    "tif": nullable(text),
    "cloid": nullable(matching(CLOID)),
}

ORDER_STATUS = {
    "status": one_of("order"),
    "order": {"order": FRONTEND_ORDER, "status": text, "statusTimestamp": millis},
}

ORDER_UPDATE = {"order": OPEN_ORDER, "status": text, "statusTimestamp": millis}

FILL = {
    "coin": text,
    "px": decimal,
    "sz": decimal,
    "side": one_of("A", "B"),
    "time": millis,
    "startPosition": decimal,
    "dir": text,
    "closedPnl": decimal,
    "hash": matching(HASH),
    "oid": integer,
    "crossed": boolean,
    "fee": decimal,
    "tid": integer,
    "feeToken": one_of("USDC"),
    "cloid": optional(matching(CLOID)),
    "twapId": nullable(integer),
}

MARGIN_SUMMARY = {
    "accountValue": decimal,
    "totalNtlPos": decimal,
    "totalRawUsd": decimal,
    "totalMarginUsed": decimal,
}

POSITION = {
    "coin": text,
    "szi": decimal,
    "leverage": {"type": one_of("cross", "isolated"), "value": integer, "rawUsd": optional(decimal)},
    "entryPx": decimal,
    "positionValue": decimal,
    "unrealizedPnl": decimal,
    "returnOnEquity": decimal,
    "liquidationPx": nullable(decimal),
    "marginUsed": decimal,
    "maxLeverage": integer,
    "cumFunding": {"allTime": decimal, "sinceOpen": decimal, "sinceChange": decimal},
}

USER_STATE = {
    "marginSummary": MARGIN_SUMMARY,
    "crossMarginSummary": MARGIN_SUMMARY,
    "crossMaintenanceMarginUsed": decimal,
    "withdrawable": decimal,
    "assetPositions": listing({"type": one_of("oneWay"), "position": POSITION}),
    "time": millis,
}

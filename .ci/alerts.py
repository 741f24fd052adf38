"""Unit tests of the Prometheus rules, as promtool reads them: for every rule one case that fires, one
healthy bot on which it is silent, and one without data, where it or its absence twin fires.

Usage: alerts.py RULES OUT. Writes OUT for `promtool test rules OUT` and fails if a rule has no case.
"""

import json
import re
import sys

I = 'instance="bot"'
HOUR = 240  # scrapes of 15 s


def flat(value):
    return f"{value}x{HOUR}"


# A bot that is well, for an hour. The name of a series, and its values in promtool's notation.
HEALTHY = {
    f'up{{job="mm-bot",{I}}}': flat(1),
    f'process_start_time_seconds{{job="mm-bot",{I}}}': flat(1),
    f'mm_build_info{{{I},config="aa",version="1",venue="sim"}}': flat(1),
    f"mm_loop_timestamp_seconds{{{I}}}": f"0+15x{HOUR}",
    f'mm_attempts_total{{{I},pair="SOL"}}': f"0+5x{HOUR}",
    f'mm_accepted_total{{{I},pair="SOL"}}': f"0+5x{HOUR}",
    f'mm_rejected_by_code_total{{{I},code="E_TICK"}}': flat(0),
    f'mm_rejected_by_code_total{{{I},code="E_NONCE"}}': flat(0),
    f'mm_rejected_by_code_total{{{I},code="E_ALO"}}': f"0+1x{HOUR}",
    f'mm_races_total{{{I},pair="SOL"}}': f"0+0.5x{HOUR}",
    f'mm_unmeant_takes_total{{{I},pair="SOL"}}': flat(0),
    f'mm_orders{{{I},pair="SOL",state="live"}}': flat(2),
    f'mm_orders{{{I},pair="SOL",state="unknown"}}': flat(0),
    f'mm_quoting{{{I},pair="SOL"}}': flat(1),
    f'mm_worst_case_usd{{{I},pair="SOL"}}': flat(600),
    f'mm_position_limit_usd{{{I},pair="SOL"}}': flat(700),
    f"mm_gross_limit_usd{{{I}}}": flat(10000),
    f'mm_book_age_seconds{{{I},pair="SOL"}}': flat(0.5),
    f'mm_grade{{{I},pair="*",grade="normal",reason="clear"}}': flat(0),
    f"mm_halted{{{I}}}": flat(0),
    f"mm_connected{{{I}}}": flat(1),
    f"mm_disconnects_total{{{I}}}": flat(1),
    f"mm_reconciled_age_seconds{{{I}}}": flat(20),
    f"mm_requests_left{{{I}}}": flat(9000),
    f"mm_requests_limit{{{I}}}": flat(10000),
    f"mm_runway_seconds{{{I}}}": flat(10**9),
    f'mm_dead_man{{{I},state="armed"}}': flat(1),
    f'mm_dead_man{{{I},state="refused"}}': flat(0),
    f"mm_spec_age_seconds{{{I}}}": flat(20),
    f"mm_journal_takes{{{I}}}": flat(1),
    f"mm_decisions_takes{{{I}}}": flat(1),
    f"mm_decisions_dropped_total{{{I}}}": flat(0),
    f"mm_log_works{{{I}}}": flat(1),
    f"mm_clock_back_total{{{I}}}": flat(0),
    f"mm_pauses_total{{{I}}}": flat(0),
    f'mm_turn_seconds_bucket{{{I},le="0.005"}}': f"0+100x{HOUR}",
    f'mm_turn_seconds_bucket{{{I},le="0.1"}}': f"0+100x{HOUR}",
    f'mm_turn_seconds_bucket{{{I},le="+Inf"}}': f"0+100x{HOUR}",
    f'mm_answer_seconds_bucket{{{I},le="0.4"}}': f"0+5x{HOUR}",
    f'mm_answer_seconds_bucket{{{I},le="5.0"}}': f"0+5x{HOUR}",
    f'mm_answer_seconds_bucket{{{I},le="+Inf"}}': f"0+5x{HOUR}",
}

SOL = {"instance": "bot", "pair": "SOL"}
BOT = {"instance": "bot"}


# Alert: what is different, and the labels that it fires with after an hour; None: it has no series.
FIRES = {
    "MmWatchdog": ({}, {}),
    "MmDown": ({"up": "1x230 0x10"}, {"job": "mm-bot", **BOT}),
    "MmAbsent": ({"up": None}, {"job": "mm-bot"}),
    "MmMetricsAbsent": ({"mm_connected": None}, {}),
    "MmLoopClock": ({"mm_loop_timestamp_seconds": "0+15x200 3000x40"}, BOT),
    "MmRestarts": ({"process_start_time_seconds": "1x200 2x5 3x5 4x5 5x25"}, {"job": "mm-bot", **BOT}),
    "MmConfigChanged": (
        {"mm_build_info": "1x220", f'mm_build_info{{{I},config="bb",version="1",venue="sim"}}': "_x220 1x20"},
        BOT,
    ),
    "MmTick": ({'mm_rejected_by_code_total{instance="bot",code="E_TICK"': "0x230 1x10"}, {"code": "E_TICK", **BOT}),
    "MmAvoidableReject": (
        {'mm_rejected_by_code_total{instance="bot",code="E_NONCE"': "0x230 1x10"},
        {"code": "E_NONCE", **BOT},
    ),
    "MmTook": ({"mm_unmeant_takes_total": "0x230 1x10"}, SOL),
    "MmOverLimit": ({"mm_worst_case_usd": "600x230 703x10"}, SOL),
    "MmGrossOverLimit": ({"mm_gross_limit_usd": "10000x230 500x10"}, BOT),
    "MmUnknownOrders": (
        {'mm_orders{instance="bot",pair="SOL",state="unknown"': "0x236 1x4"},
        {"state": "unknown", **SOL},
    ),
    "MmUnknownOrdersLong": (
        {'mm_orders{instance="bot",pair="SOL",state="unknown"': "0x220 1x20"},
        {"state": "unknown", **SOL},
    ),
    "MmReconciledLongAgo": ({"mm_reconciled_age_seconds": None}, BOT),
    "MmNothingAccepted": ({"mm_accepted_total": "0+5x40 200x200"}, BOT),
    "MmQuotesMissing": ({'mm_orders{instance="bot",pair="SOL",state="live"': "2x225 0x15"}, SOL),
    "MmNotQuoting": ({"mm_quoting": "1x200 0x40"}, SOL),
    "MmRaces": ({"mm_races_total": f"0+2x{HOUR}"}, BOT),
    "MmBookOld": ({"mm_book_age_seconds": "0.5x235 6x5"}, SOL),
    "MmDisconnected": ({"mm_connected": "1x230 0x10"}, BOT),
    "MmReconnects": ({"mm_disconnects_total": "1x180 1+1x20 21x40"}, BOT),
    "MmSpecsOld": ({"mm_spec_age_seconds": "20x235 61x5"}, BOT),
    "MmAnswersSlow": ({'mm_answer_seconds_bucket{instance="bot",le="0.4"': flat(0)}, BOT),
    "MmHalted": ({"mm_halted": "0x235 1x5"}, BOT),
    "MmRestrained": (
        {f'mm_grade{{{I},pair="SOL",grade="cancel_only",reason="markout"}}': "_x230 3x10"},
        {"reason": "markout", **SOL},
    ),
    "MmDeadManRefused": (
        {'mm_dead_man{instance="bot",state="refused"': "0x230 1x10"},
        {"state": "refused", **BOT},
    ),
    "MmRequestsLow": ({"mm_requests_left": "9000x230 900x10"}, BOT),
    "MmJournalRefused": ({"mm_journal_takes": "1x235 0x5"}, BOT),
    "MmDecisionsRefused": ({"mm_decisions_takes": "1x235 0x5"}, BOT),
    "MmDecisionsLost": ({"mm_decisions_dropped_total": "0x230 7x10"}, BOT),
    "MmLogLost": ({"mm_log_works": "1x235 0x5"}, BOT),
    "MmLoopSlow": ({'mm_turn_seconds_bucket{instance="bot",le="0.005"': flat(0)}, BOT),
    "MmClockBack": ({"mm_clock_back_total": "0x230 1x10"}, BOT),
    "MmPauses": ({"mm_pauses_total": "0x220 1x5 2x5 4x10"}, BOT),
}

# Without any data these speak for all others.
TWINS = {"MmWatchdog": {}, "MmAbsent": {"job": "mm-bot"}, "MmMetricsAbsent": {}}


def case(name, values, expected):
    """`expected`: alert -> the labels it fires with, or None for silence."""

    def firing(alert, labels):
        return [] if labels is None else [{"exp_labels": {**labels, "severity": severity[alert]}}]

    return {
        "name": name,
        "interval": "15s",
        "input_series": [{"series": s, "values": v} for s, v in values.items()],
        "alert_rule_test": [
            {"eval_time": "1h", "alertname": alert, "exp_alerts": firing(alert, labels)}
            for alert, labels in expected.items()
        ],
    }


def changed(differences):
    """The healthy series with some replaced, added or taken away, by the beginning of their names."""
    values = dict(HEALTHY)
    for start, new in differences.items():
        if start in values or start.endswith("}"):
            values[start] = new
            continue
        names = [name for name in HEALTHY if name.startswith((start + "{", start + ",", start + "}"))]
        if not names:
            sys.exit(f"no series begins with {start}")
        for name in names:
            values[name] = new
    return {name: new for name, new in values.items() if new is not None}


rules, out = sys.argv[1:]
with open(rules, encoding="utf-8") as file:
    text = file.read()
names = re.findall(r"- alert: (\w+)", text)
severity = dict(zip(names, re.findall(r"labels: \{severity: (\w+)\}", text), strict=True))
unpaired = sorted(set(names) ^ set(FIRES))
if unpaired:
    sys.exit(f"rules without a case, or cases without a rule: {unpaired}")

# promtool compares every word of the annotations, which is not what is tested here.
bare = out + ".rules"
with open(bare, "w", encoding="utf-8") as file:
    file.write(re.sub(r"\n        annotations:(\n          .*)+", "", text))

quiet = {alert: TWINS["MmWatchdog"] if alert == "MmWatchdog" else None for alert in names}
blind = {alert: TWINS.get(alert) for alert in names}
tests = [case("a bot that is well", HEALTHY, quiet), case("no data at all", {}, blind)]
for alert, (differences, labels) in FIRES.items():
    tests.append(case(f"{alert} fires", changed(differences), {alert: labels}))
with open(out, "w", encoding="utf-8") as file:
    json.dump({"rule_files": [bare], "evaluation_interval": "15s", "tests": tests}, file, indent=1)
print(f"{len(names)} rules, each with a case that fires, a healthy bot and no data")

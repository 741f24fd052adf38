"""The whole chain of alerts with real processes: hl-sim is broken, mm-bot tells its metrics, Prometheus
evaluates the rules, Alertmanager delivers to a webhook; hl-sim is healed, and the alert resolves.

Usage: alerts_e2e.py MM_BOT HL_SIM RULES. Durations of the rules are a tenth, so that it takes minutes
and not hours; nothing else of them is changed. Needs prometheus and prometheus-alertmanager.
"""

import http.server
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

# Throw-away: the account is hl-sim's, and ends with it.
AGENT_KEY = "0x" + "33" * 32
AGENT = "0x5cbdd86a2fa8dc4bddd8a8f69dba48572eec07fb"
ACCOUNT = "0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a"
TOKEN = "0123456789abcdef01"
TENTH = {"s": 100, "m": 6_000, "h": 360_000}

bot_path, sim_path, rules_path = (os.path.abspath(arg) for arg in sys.argv[1:])
work = pathlib.Path(tempfile.mkdtemp(prefix="mm-alerts-"))
processes = []


def start(args, log, **kwargs):
    process = subprocess.Popen(
        args, cwd=work, stdout=kwargs.pop("stdout", subprocess.DEVNULL), stderr=open(work / log, "ab"), **kwargs
    )
    processes.append(process)
    return process


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def wait_for(what, condition, seconds):
    begin = time.monotonic()
    while time.monotonic() - begin < seconds:
        if condition():
            return time.monotonic() - begin
        time.sleep(0.2)
    raise SystemExit(f"after {seconds} s not seen: {what}\nfiring: {sorted(inbox.firing())}")


class Inbox:
    """What the webhook was told, in the order of its coming."""

    def __init__(self):
        self.lock = threading.Lock()
        self.state = {}
        inbox = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with inbox.lock:
                    for alert in body["alerts"]:
                        inbox.state[json.dumps(alert["labels"], sort_keys=True)] = alert
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def port(self):
        return self.server.server_address[1]

    def firing(self, severity=None):
        with self.lock:
            alerts = [alert for alert in self.state.values() if alert["status"] == "firing"]
        return {
            alert["labels"]["alertname"] for alert in alerts if severity in (None, alert["labels"]["severity"])
        }


class Control:
    """hl-sim's control connection."""

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.file = socket.create_connection((host, int(port))).makefile("rw")
        self.say(f"token {TOKEN}")

    def say(self, line):
        self.file.write(line + "\n")
        self.file.flush()
        answer = self.file.readline()
        if not answer.startswith("ok"):
            raise SystemExit(f"hl-sim: {line}: {answer}")


def secret(name, text):
    path = work / name
    path.touch(mode=0o600)
    path.write_text(text)
    return str(path)


def start_sim():
    token = secret("token", TOKEN)
    args = [sim_path, "--port", "0", "--seed", "7", "--status-every", "0", "--fund", f"{ACCOUNT}=100000"]
    args += ["--agent", f"{ACCOUNT}={AGENT}", "--control", "127.0.0.1:0", "--control-token-file", token]
    sim = start(args, "sim.log", stdout=subprocess.PIPE, text=True)
    url = sim.stdout.readline().strip()
    return url, Control(sim.stdout.readline().split()[1])


def start_bot(url, port):
    env = {
        "HL_URL": url,
        "HL_ACCOUNT": ACCOUNT,
        "HL_AGENT_KEY_FILE": secret("agent.key", AGENT_KEY),
        "MM_STATE_DIR": str(work / "state"),
        "MM_METRICS_LISTEN": f"127.0.0.1:{port}",
        "ACTIVE_PAIRS": "SOL,ETH",
    }
    return start([bot_path, "run", "--log-file", "bot.log"], "bot.err", env=env)


def start_watchers(metrics_port):
    rules = re.sub(
        r"(?<=for: )(\d+)([smh])|(?<=\[)(\d+)([smh])(?=\])",
        lambda m: f"{int(m[1] or m[3]) * TENTH[m[2] or m[4]]}ms",
        pathlib.Path(rules_path).read_text(),
    )
    (work / "rules.yaml").write_text(rules)
    alertmanager = free_port()
    (work / "prometheus.yaml").write_text(
        json.dumps(
            {
                "global": {"scrape_interval": "1s", "evaluation_interval": "1s", "scrape_timeout": "1s"},
                "rule_files": ["rules.yaml"],
                "scrape_configs": [
                    {"job_name": "mm-bot", "static_configs": [{"targets": [f"127.0.0.1:{metrics_port}"]}]}
                ],
                "alerting": {
                    "alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{alertmanager}"]}]}]
                },
            }
        )
    )
    (work / "alertmanager.yaml").write_text(
        json.dumps(
            {
                "route": {
                    "receiver": "webhook",
                    "group_by": ["..."],
                    "group_wait": "100ms",
                    "group_interval": "1s",
                    "repeat_interval": "1h",
                },
                "receivers": [
                    {
                        "name": "webhook",
                        "webhook_configs": [
                            {"url": f"http://127.0.0.1:{inbox.port()}/", "send_resolved": True}
                        ],
                    }
                ],
            }
        )
    )
    start(
        ["prometheus-alertmanager", "--config.file=alertmanager.yaml", "--storage.path=am"]
        + [f"--web.listen-address=127.0.0.1:{alertmanager}", "--cluster.listen-address="],
        "alertmanager.log",
    )
    start(
        ["prometheus", "--config.file=prometheus.yaml", "--storage.tsdb.path=tsdb", "--rules.alert.resend-delay=2s"]
        + [f"--web.listen-address=127.0.0.1:{free_port()}"],
        "prometheus.log",
    )


def scraped(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=2) as answer:
            return answer.read().decode()
    except OSError:
        return ""


def accepted(port):
    return sum(float(v) for v in re.findall(r"^mm_accepted_total\{.*\} (\S+)$", scraped(port), re.M))


def drill(name, alert, break_it, heal_it):
    break_it()
    fired = wait_for(f"{name}: {alert} at the webhook", lambda: alert in inbox.firing(), 90)
    heal_it()
    resolved = wait_for(f"{name}: {alert} resolved", lambda: alert not in inbox.firing(), 120)
    print(f"{name}: {alert} delivered after {fired:.1f} s, resolved {resolved:.1f} s after healing", flush=True)


inbox = Inbox()
try:
    url, control = start_sim()
    port = free_port()
    bot = start_bot(url, port)
    wait_for("accepted orders", lambda: accepted(port) > 0, 60)
    start_watchers(port)
    wait_for("the watchdog's alert", lambda: "MmWatchdog" in inbox.firing(), 60)
    time.sleep(15)
    if inbox.firing("page"):
        raise SystemExit(f"a healthy bot pages: {sorted(inbox.firing('page'))}")
    print("a healthy bot: MmWatchdog is delivered, and no page for 15 s", flush=True)

    heal = lambda: control.say("heal all")
    drill("prices refused for their tick", "MmTick", lambda: control.say("fault reject.tick prob=1"), heal)
    drill("a network that swallows everything", "MmDisconnected", lambda: control.say("fault net.blackhole"), heal)

    def restart():
        bot.wait()
        processes.remove(bot)
        start_bot(url, port)

    drill("a killed bot", "MmDown", bot.kill, restart)
finally:
    for process in reversed(processes):
        process.terminate()
    for process in processes:
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
shutil.rmtree(work)

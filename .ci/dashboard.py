"""The dashboard in a real browser, of a real bot on the embedded exchange.

    python3 .ci/dashboard.py target/release/mm-bot [--pictures docs/dashboard]

Needs Debian's package `chromium`. Prints what it saw, a line for each thing; ends with status 1 at
the first that is not so. With --pictures it leaves those of docs/dashboard.md there.
"""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import browser

TOKEN = "correct-horse-battery-staple"
VIEWS = ["", "orders", "fills", "limits", "rotation", "signals", "log"]
MARKETS = "BTC,ETH,SOL,ASTER,FARTCOIN"
# What a browser says by itself when the bot is away, or when a command is refused: not ours to avoid.
EXPECTED = ("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_INCOMPLETE_CHUNKED_ENCODING",
            "ERR_EMPTY_RESPONSE", "status of 401", "status of 503")


def said(what, figure=""):
    print(f"  ok  {what}{': ' if figure != '' else ''}{figure}", flush=True)


def check(is_so, what, figure=""):
    if not is_so:
        raise AssertionError(f"{what}: {figure}")
    said(what, figure)


class Bot:
    """A bot with a dashboard, whose log and journal are kept."""

    def __init__(self, path, folder, port, seed):
        self.folder, self.port = folder, port
        self.log = folder / f"bot-{seed}.log"
        token = folder / "token"
        token.write_text(TOKEN + "\n")
        token.chmod(0o600)
        settings = {"dashboard.listen": f"127.0.0.1:{port}", "dashboard.token_file": str(token),
                    "state.dir": str(folder / f"state-{seed}"), "quote.spread_bps": "4",
                    "quote.layer_offsets_bps": "4,8", "quote.layer_capital_pct": "60,40",
                    "quote.num_layers": "2", "quote.requote_tolerance_bps": "1"}
        sets = [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]
        self.process = subprocess.Popen(
            [path, "run", "--for", "20m", "--seed", str(seed), "--markets", MARKETS, "--log-file",
             str(self.log), *sets],
            cwd=folder, env={"HOME": str(folder)}, stdout=subprocess.DEVNULL,
            stderr=open(folder / f"err-{seed}", "w"),
        )
        end = time.monotonic() + 60
        while True:
            try:
                self.seen = self.snapshot()
                return
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise RuntimeError((folder / f"err-{seed}").read_text()) from None
                time.sleep(0.2)

    def ask(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
            return json.load(answer)

    def snapshot(self):
        return self.ask("/api/snapshot")

    def count(self, start, until=None):
        """Lines of the log that begin so, up to a moment."""
        n = 0
        for line in self.log.read_text().splitlines():
            if line.startswith(start):
                words = dict(word.split("=", 1) for word in line.split(" ") if "=" in word)
                n += until is None or int(words["tms"]) <= until
        return n

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.wait(60)


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def figure(page, term, within="main"):
    """The exact text beside a term of a list of facts."""
    return page.eval(f"""(() => {{
      const dt = [...document.querySelectorAll({json.dumps(within)} + ' dt')].find((dt) => dt.textContent === {json.dumps(term)});
      const dd = dt?.nextElementSibling;
      return dd ? (dd.querySelector('data')?.getAttribute('value') ?? dd.textContent) : null;
    }})()""")


def go(page, url, view):
    page.open(f"{url}/#/{view}")
    page.until("document.querySelector('main section') !== null", what=f"view {view}")
    time.sleep(0.4)


def loads(page, bot, url):
    page.open(url)
    page.until("document.getElementById('link')?.dataset.link === 'live'", what="live")
    check(page.eval("document.getElementById('run').textContent") == bot.snapshot()["run"]["id"], "the page shows this run")
    page.until("document.querySelector('#quoting .verdict').textContent.trim() === 'It is'", 60, "every market is quoted")
    pairs = sorted(bot.snapshot()["markets"])
    for view in VIEWS + [f"market/{pair}" for pair in pairs]:
        go(page, url, view)
        text = page.eval("document.querySelector('main').textContent.trim()")
        assert len(text) > 60, (view, text)
    said("every view loads", f"{len(VIEWS)} and {len(pairs)} markets")
    keys = page.eval("location.hash")
    page.key("1")
    for key, hash_ in [("2", "#/orders"), ("7", "#/log"), ("j", f"#/market/{pairs[0]}"), ("k", f"#/market/{pairs[-1]}")]:
        page.key(key)
        page.until(f"location.hash === {json.dumps(hash_)}", 5, f"key {key}")
    page.key("/")
    page.until("document.activeElement?.id === 'words'", 5, "key /")
    page.key("Tab", "Tab", "")
    outline = page.eval("getComputedStyle(document.activeElement).outlineStyle")
    check(outline not in ("none", ""), "keys lead to views, and what has the focus shows it", f"{keys} … {outline}")


def moves(page, bot, url):
    go(page, url, "orders")
    first = int(figure(page, "Attempts"))
    page.until(f"[...document.querySelectorAll('dt')].some((dt) => dt.textContent === 'Attempts' && Number(dt.nextElementSibling.querySelector('data').value) > {first})", 30, "attempts")
    said("numbers move", f"attempts {first} and more")
    end = time.monotonic() + 90
    while bot.snapshot()["counts"]["maker_fills"] < 6 and time.monotonic() < end:
        time.sleep(0.5)


def refuses(page, url):
    def command(deed, token, typed):
        page.eval("document.getElementById('dialog').close()")
        page.key("c")
        page.until("document.getElementById('dialog').open", 5)
        page.eval(f"document.querySelector('[data-deed={deed}]').click()")
        page.until("document.getElementById('token') !== null", 5)
        page.eval(f"document.getElementById('token').value = {json.dumps(token)}; document.getElementById('confirm').value = {json.dumps(typed)};"
                  "document.querySelector('[data-do=control-send]').click()")
        page.until("/Refused|Done|Not /.test(document.getElementById('said')?.textContent ?? '')", 30, deed)
        return page.eval("document.getElementById('said').textContent")

    go(page, url, "")
    check("Not sent" in command("halt", TOKEN, "halted"), "a command that is not confirmed is not sent")
    check("(401)" in (told := command("halt", "guess-guess-guess", "halt")), "a wrong token is refused", told)
    for headers in ({}, {"Authorization": "Bearer "}):
        body = json.dumps({"do": "halt", "confirm": "halt"}).encode()
        asked = urllib.request.Request(f"{url}/api/control", body, {"Content-Type": "application/json", **headers})
        try:
            urllib.request.urlopen(asked)
            raise AssertionError("a command without the token was obeyed")
        except urllib.error.HTTPError as error:
            assert error.code == 401, error.code
    check("Done: halt" in (told := command("halt", TOKEN, "halt")), "with the token the bot halts", told)
    page.eval("document.getElementById('dialog').close()")
    page.until("/Halted/.test(document.getElementById('banner').textContent)", 5, "the banner says so")
    page.until("document.querySelector('#safe .verdict').textContent.trim() === 'Halted'", 5)


def equals(page, bot, url):
    """Nothing is sent any more: what is shown, what is served and what is logged are one."""
    time.sleep(2)
    seen = bot.snapshot()
    counts = seen["counts"]
    go(page, url, "orders")
    for term, key in [("Attempts", "attempts"), ("Accepted", "accepted"), ("Cancelled", "canceled")]:
        assert int(figure(page, term)) == counts[key], (term, figure(page, term), counts[key])
    for start, key in [("quant_evt=attempt ", "attempts"), ("fill_evt=maker ", "maker_fills"), ("cancel_evt=ok ", "canceled")]:
        n = bot.count(start)
        check(n == counts[key], f"{key}: the page, the document and the log agree", n)
    for pair, market in seen["markets"].items():
        go(page, url, f"market/{pair}")
        shown = figure(page, "Fees"), figure(page, "Position")
        assert shown == (market["counts"]["fees"], market["position"]), (pair, shown)
    go(page, url, "fills")
    rows = page.eval("document.querySelectorAll('table.fold tbody tr').length")
    check(rows >= min(300, counts["maker_fills"]), "every fill has its row", rows)
    # The account is read back every half minute; the parts are of what it says.
    end = time.monotonic() + 75
    while not (split := bot.snapshot()["split"])["reconciles"] and time.monotonic() < end:
        time.sleep(1)
    parts = [sum_of(part) for part in split["markets"].values()]
    check(split["reconciles"] and sum(parts) == sum_of(split["total"]), "profit in parts adds up to the unit", f"change {split['change']}")
    page.until(f"/adds up/.test(document.querySelector('main').textContent)", 10, "the page says so")
    check(figure(page, "Change") == split["change"], "and the page shows it")


def sum_of(parts):
    """A sum of money as a whole number of its smallest unit, 10^-16 dollars."""
    sign, text = (-1, parts["sum"][1:]) if parts["sum"].startswith("-") else (1, parts["sum"])
    whole, _, rest = text.partition(".")
    return sign * int(whole + rest.ljust(16, "0"))


def looks_back(page, bot, url):
    if not bot.snapshot()["run"]["history"]:
        print("  skipped: no journal of decisions in this build")
        return
    go(page, url, "orders")
    page.until("document.getElementById('slider') !== null", 20, "the slider")
    now = bot.snapshot()["at"]
    asked = (bot.snapshot()["run"]["started"] + now) // 2
    page.eval(f"""(() => {{ const slider = document.getElementById('slider'); slider.value = {asked};
      slider.dispatchEvent(new Event('input', {{ bubbles: true }})); }})()""")
    asked = int(page.eval("document.getElementById('slider').value"))
    page.until("document.querySelector('#banner .past') !== null", 60, "a moment of the past")
    time.sleep(0.5)
    shown = int(figure(page, "Attempts"))
    end = time.monotonic() + 60
    while time.monotonic() < end:
        past = bot.ask(f"/api/history/{asked}")
        if "counts" in past:
            break
    # The moment is the first input of its millisecond; others of the same one may follow it.
    before, logged = (bot.count("quant_evt=attempt ", past["at"] - back) for back in (1, 0))
    check(shown == past["counts"]["attempts"] and before <= shown <= logged and past["source"] == "journal",
          "the past is what the log says of it",
          f"{(now - past['at']) // 1000} s ago: {shown} attempts on the page, {past['counts']['attempts']} in the document, {before} to {logged} in the log")
    page.key("l")
    page.until("document.querySelector('#banner .past') === null", 5, "live again")


def survives(page, bot, path, folder, port):
    old = page.eval("document.getElementById('run').textContent")
    os.kill(bot.process.pid, signal.SIGSTOP)
    page.until("document.body.classList.contains('stale') && /No connection|has not answered/.test(document.getElementById('banner').textContent)", 15, "stale")
    os.kill(bot.process.pid, signal.SIGCONT)
    page.until("document.getElementById('link').dataset.link === 'live' && !document.body.classList.contains('stale')", 15)
    said("a bot that stands still is shown as old, and as live when it goes on")
    bot.stop(signal.SIGKILL)
    page.until("document.getElementById('link').dataset.link === 'lost' && document.body.classList.contains('stale')", 15, "lost")
    page.eval("window.kept = true")
    again = Bot(path, folder, port, seed=8)
    page.until(f"document.getElementById('run').textContent !== {json.dumps(old)} && document.getElementById('link').dataset.link === 'live'", 30, "the new run")
    new = page.eval("document.getElementById('run').textContent")
    check(page.eval("window.kept") and new == again.snapshot()["run"]["id"], "a restart is survived without a reload", f"run {old}, then {new}")
    page.until("document.getElementById('banner').textContent === ''", 20, "no banner")
    return again


def fits(page, bot, url):
    pairs = sorted(bot.snapshot()["markets"])
    page.size(360, 780, phone=True)
    for view in VIEWS + [f"market/{pairs[0]}"]:
        go(page, url, view)
        wide = page.eval("document.documentElement.scrollWidth")
        assert wide <= 360, (view, wide)
    said("nothing is wider than a phone", "360 px in every view")
    page.size(1360, 900)


CONTRAST = """(() => {
  const light = (c) => { const [r, g, b] = c.match(/[\\d.]+/g).map((x) => { x /= 255; return x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const card = document.querySelector('.card');
  const back = light(getComputedStyle(card).backgroundColor);
  const one = document.createElement('span');
  card.append(one);
  const worst = ['', 'dim', 'faint', 'gain', 'loss', 'bid', 'ask', 'warn'].map((name) => {
    one.className = name;
    const text = light(getComputedStyle(one).color);
    return (Math.max(back, text) + 0.05) / (Math.min(back, text) + 0.05);
  }).reduce((a, b) => Math.min(a, b));
  one.remove();
  return worst;
})()"""


def themes(page, url):
    go(page, url, "")
    backs = []
    for dark in (False, True):
        page.scheme(dark)
        time.sleep(0.3)
        backs.append(page.eval("getComputedStyle(document.body).backgroundColor"))
        ratio = page.eval(CONTRAST)
        check(ratio >= 4.5, f"{'dark' if dark else 'light'}: every colour of text can be read", f"{ratio:.1f} to 1 at least")
    page.scheme(False)
    check(backs[0] != backs[1], "light and dark follow the system", " and ".join(backs))


def pictures(page, url, folder):
    folder.mkdir(parents=True, exist_ok=True)
    shots = [("overview", "", 1280, 860, False, False), ("market", "market/SOL", 1280, 980, True, False),
             ("fills", "fills", 1280, 760, False, False), ("phone", "", 360, 780, False, True)]
    for name, view, wide, high, dark, phone in shots:
        page.size(wide, high, phone)
        page.scheme(dark)
        go(page, url, view)
        time.sleep(1)
        page.picture(folder / f"{name}.png")
    page.scheme(False)
    page.size(1360, 900)


def main():
    path = str(pathlib.Path(sys.argv[1]).resolve())
    wanted = pathlib.Path(sys.argv[3]) if sys.argv[2:3] == ["--pictures"] else None
    with tempfile.TemporaryDirectory(prefix="dashboard-") as folder:
        folder, port = pathlib.Path(folder), free_port()
        url, page, bot = f"http://127.0.0.1:{port}", None, None
        try:
            bot = Bot(path, folder, port, seed=7)
            page = browser.Browser(browser.find())
            page.size(1360, 900)
            loads(page, bot, url)
            moves(page, bot, url)
            fits(page, bot, url)
            themes(page, url)
            if wanted:
                time.sleep(100)
                pictures(page, url, wanted)
            refuses(page, url)
            equals(page, bot, url)
            looks_back(page, bot, url)
            bot = survives(page, bot, path, folder, port)
            while page.pump(0.2):
                pass
            strangers = sorted({r for r in page.requests if not r.startswith((url + "/", "data:"))} - {url})
            check(not strangers, "no request leaves this machine, or goes to anything but the bot", f"{len(page.requests)} requests")
            bad = [c for c in page.complaints if not any(known in c for known in EXPECTED)]
            check(not bad, "the console has no error", "".join(f"\n{c}" for c in bad))
        finally:
            if page:
                page.close()
            if bot:
                bot.stop()
    print("dashboard: all well")


if __name__ == "__main__":
    main()

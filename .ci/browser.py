"""A headless Chromium, driven over its DevTools socket with nothing but the standard library."""

import base64
import json
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import tempfile
import time

# `chromium` is Debian's; the others are what it is called elsewhere.
NAMES = ("chromium", "chromium-browser", "google-chrome")


def find():
    """The path of a browser, or None."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Socket:
    """A WebSocket (RFC 6455) to an address of this machine; text messages only."""

    def __init__(self, url):
        host, port, path = re.fullmatch(r"ws://([^:/]+):(\d+)(/.*)", url).groups()
        self.socket = socket.create_connection((host, int(port)), timeout=60)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self.rest = b""
        while b"\r\n\r\n" not in self.rest:
            self.rest += self._more()
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise RuntimeError(head.decode())

    def _more(self):
        data = self.socket.recv(1 << 16)
        if not data:
            raise ConnectionError("the browser has gone")
        return data

    def _take(self, count):
        while len(self.rest) < count:
            self.rest += self._more()
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def send(self, text):
        data, mask = text.encode(), os.urandom(4)
        size = len(data)
        head = b"\x81" + (
            struct.pack("!B", 0x80 | size) if size < 126
            else struct.pack("!BH", 0x80 | 126, size) if size < 65536
            else struct.pack("!BQ", 0x80 | 127, size)
        )
        self.socket.sendall(head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))

    def receive(self, timeout):
        """The next message; None if none comes in time."""
        self.socket.settimeout(timeout)
        whole = b""
        try:
            if not self.rest:
                self.rest = self._more()
        except TimeoutError:
            return None
        finally:
            self.socket.settimeout(60)
        while True:
            first, size = self._take(2)
            size &= 0x7F
            if size == 126:
                (size,) = struct.unpack("!H", self._take(2))
            elif size == 127:
                (size,) = struct.unpack("!Q", self._take(8))
            data, kind = self._take(size), first & 0x0F
            if kind == 8:
                raise ConnectionError("the browser has closed the socket")
            if kind in (9, 10):
                continue
            whole += data
            if first & 0x80:
                return whole.decode()


class Browser:
    """One page. Everything that it asks the network for, and everything it complains of, is kept."""

    def __init__(self, path):
        self.folder = tempfile.TemporaryDirectory(prefix="browser-")
        profile = pathlib.Path(self.folder.name)
        self.process = subprocess.Popen(
            [path, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--mute-audio",
             "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
             # Nothing has a name but this machine: what asks for anything else fails.
             "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--disable-sync", "--hide-scrollbars", "--force-color-profile=srgb", "--remote-debugging-port=0",
             f"--user-data-dir={profile}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )
        told = profile / "DevToolsActivePort"
        until = time.monotonic() + 60
        while not told.exists() or "\n" not in told.read_text():
            if time.monotonic() > until or self.process.poll() is not None:
                raise RuntimeError("the browser does not start")
            time.sleep(0.1)
        port, way = told.read_text().split("\n")[:2]
        self.socket = Socket(f"ws://127.0.0.1:{port}{way}")
        self.number, self.session, self.answers = 0, None, {}
        self.requests, self.complaints = [], []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log", "Security"):
            self.call(f"{domain}.enable")

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        self.socket.send(json.dumps(message))
        until = time.monotonic() + 60
        while self.number not in self.answers:
            self.pump(1)
            if time.monotonic() > until:
                raise TimeoutError(method)
        answer = self.answers.pop(self.number)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def pump(self, seconds):
        """Takes what the browser says."""
        text = self.socket.receive(seconds)
        if text is None:
            return False
        message = json.loads(text)
        if "id" in message:
            self.answers[message["id"]] = message
            return True
        name, params = message["method"], message["params"]
        if name == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif name == "Network.webSocketCreated":
            self.requests.append(params["url"])
        elif name == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description", details["text"]))
        elif name == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            entry = params["entry"]
            self.complaints.append(f"{entry['text']} {entry.get('url', '')}")
        elif name == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
            self.complaints.append(str([arg.get("value", arg.get("description")) for arg in params["args"]]))
        return True

    def eval(self, script):
        """The value of a script, which may be a promise."""
        result = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{script}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def until(self, script, seconds=20, what=None):
        """Waits until a script says something true, and returns that."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            value = self.eval(script)
            if value:
                return value
            time.sleep(0.1)
        raise AssertionError(f"{what or script}: not within {seconds} s")

    def open(self, url):
        self.call("Page.navigate", url=url)

    def size(self, width, height, phone=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone)

    def scheme(self, dark):
        value = "dark" if dark else "light"
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": value}])

    def key(self, key, code=None, text=None):
        text = text if text is not None else (key if len(key) == 1 else "")
        common = {"key": key, "code": code or "", "text": text}
        self.call("Input.dispatchKeyEvent", type="keyDown", **common)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, code=code or "")

    def picture(self, path, clip=None):
        extra = {"clip": {**clip, "scale": 1}, "captureBeyondViewport": True} if clip else {}
        data = self.call("Page.captureScreenshot", format="png", **extra)["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(data))

    def close(self):
        try:
            self.session = None
            self.call("Browser.close")
        except (OSError, RuntimeError, TimeoutError):
            pass
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.folder.cleanup()

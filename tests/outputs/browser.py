"""A real browser without a screen, driven over a pipe by the Chrome DevTools Protocol."""

import fcntl
import json
import os
import subprocess
import sys

_START = """
import os, sys
os.dup2(int(sys.argv[1]), 3), os.dup2(int(sys.argv[2]), 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Chromium reads commands from handle 3 and writes answers to handle 4."""


class Browser:
    """Chromium with one page."""

    def __init__(self, program, profile):
        commands, self._commands = map(_high, os.pipe())
        answers, out = map(_high, os.pipe())
        self._answers = os.fdopen(answers, "rb")
        options = ["--headless", "--remote-debugging-pipe", "--no-first-run", f"--user-data-dir={profile}"]
        options += ["--disable-gpu", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required"]
        options += ["--no-sandbox"] if os.geteuid() == 0 else []
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START, str(commands), str(out), program, *options, "about:blank"],
            pass_fds=(commands, out),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(commands)
        os.close(out)
        self._number, self._session, self.events = 0, None, []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        """Send a command, and return its answer; what happens meanwhile is kept in `events`."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        message |= {"sessionId": self._session} if self._session else {}
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while (answer := self._read()).get("id") != self._number:
            self.events.append(answer)
        assert "error" not in answer, answer
        return answer["result"]

    def _read(self):
        data = bytearray()
        while (byte := self._answers.read(1)) != b"\0":
            assert byte, "the browser is gone"
            data += byte
        return json.loads(data)

    def open(self, path):
        """Load a page, and wait until all of it is there."""
        self.events.clear()
        self.call("Page.navigate", url=path.as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.events.append(self._read())

    def js(self, expression):
        """Return what an expression is, once it has been awaited."""
        found = self.call(
            "Runtime.evaluate",
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def until(self, expression):
        """Wait until an expression is true."""
        look = f"const look = () => ({expression}) ? done() : setTimeout(look, 20); look()"
        self.js(f"new Promise(done => {{ {look} }})")

    def press(self, key, *, text="", shift=False):
        """Press and release a key."""
        common = {"key": key, "code": key, "modifiers": 8 if shift else 0}
        code = {"Enter": 13, "Escape": 27, "Tab": 9}.get(key, ord(key[0].upper()))
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, windowsVirtualKeyCode=code, **common)
        self.call("Input.dispatchKeyEvent", type="keyUp", windowsVirtualKeyCode=code, **common)

    def complaints(self):
        """Return what the page's console has shown."""
        self.js("0")  # what has happened is reported before this
        kinds = ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")
        return [event["params"] for event in self.events if event["method"] in kinds]

    def requested(self):
        """Return the addresses that the page has asked for."""
        self.js("0")
        asked = [event for event in self.events if event["method"] == "Network.requestWillBeSent"]
        return [event["params"]["request"]["url"] for event in asked]

    def close(self):
        """End the browser, and wait for it."""
        self._session = None
        self.call("Browser.close")
        self._process.wait(20)
        os.close(self._commands)
        self._answers.close()


def _high(handle):
    """Return a handle that is in nobody's way."""
    moved = fcntl.fcntl(handle, fcntl.F_DUPFD, 50)
    os.close(handle)
    return moved

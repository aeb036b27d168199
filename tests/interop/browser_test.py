"""Browser stacks over WSS: JsSIP and SIP.js under Node register, call, are called, refresh, hang up and vanish.

They are from npm, pinned in browser/package-lock.json. Node verifies the server's certificate with its own authority.
"""
import json
import os
import subprocess
import sys
import threading
import unittest

import harness

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "browser")
IP = "127.24.0.1"


def install():
    """npm ci, once for each lock file."""
    lock, stamp = os.path.join(HERE, "package-lock.json"), os.path.join(HERE, "node_modules", ".stamp")
    with open(lock) as file:
        wanted = file.read()
    if os.path.exists(stamp) and open(stamp).read() == wanted:
        return
    harness.need("npm")
    done = subprocess.run(["npm", "ci", "--omit=dev", "--no-audit", "--no-fund"], cwd=HERE, capture_output=True, text=True,
                          timeout=300)
    if done.returncode != 0:
        raise AssertionError("npm ci failed:\n" + done.stdout + done.stderr)
    with open(stamp, "w") as file:
        file.write(wanted)


class Page:
    """One stack in one Node process."""

    def __init__(self, stack, server, user, password=None, expires=600, scheme="wss"):
        harness.need("node")
        port = server.port + 2383 if scheme == "wss" else server.port + 6
        options = {"server": f"{scheme}://{server.ip}:{port}", "user": user, "password": password or server.password(user),
                   "domain": server.ip, "expires": expires, "media": "127.24.0.9"}
        self.events, self.name = [], f"{stack} {user}"
        self.process = subprocess.Popen(["node", stack + ".js", json.dumps(options)], cwd=HERE, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env={**os.environ, "NODE_EXTRA_CA_CERTS": server.tls("cafile.pem")})
        self.errors = []
        for stream, into in ((self.process.stdout, self.events), (self.process.stderr, self.errors)):
            threading.Thread(target=self._read, args=(stream, into), daemon=True).start()
        self.wait("ready")

    def _read(self, stream, into):
        for line in stream:
            if into is self.events and line.startswith("{"):
                into.append(json.loads(line))
            else:
                self.errors.append(line)

    def do(self, name, argument=None):
        self.process.stdin.write(json.dumps({"do": name, "with": argument}) + "\n")
        self.process.stdin.flush()

    def wait(self, event, seconds=10, count=1, **matches):
        def found():
            seen = [e for e in list(self.events) if e["event"] == event and all(e.get(k) == v for k, v in matches.items())]
            return seen[count - 1] if len(seen) >= count else None
        try:
            return harness.wait_for(found, seconds, f"{count} '{event}' {matches} at {self.name}")
        except AssertionError as failed:
            raise AssertionError(f"{failed}; seen: {self.events}\n" + "".join(self.errors[-20:])) from None

    def start(self):
        self.do("start")
        self.wait("registered")

    def vanish(self):
        """As when a tab is closed: no goodbye."""
        self.process.kill()
        self.process.wait()

    def close(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Browser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        install()
        cls.server = harness.Ahoy(IP)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def setUp(self):
        self.pages = []

    def tearDown(self):
        for page in self.pages:
            page.close()
        harness.wait_for(lambda: self.server.count("channels") == 0, 10, "the end of all channels")
        harness.wait_for(lambda: self.server.count("registrations") == 0, 10, "the end of all registrations")

    def page(self, stack, user, **options):
        page = Page(stack, self.server, user, **options)
        self.pages.append(page)
        return page

    def accepted(self):
        return next(int(line.split()[1]) for line in self.server.console("metrics").splitlines()
                    if line.startswith("ahoy_registers_accepted_total "))

    def call(self, caller, callee, number):
        caller.do("call", number)
        callee.wait("incoming")
        caller.wait("ringing", status=180)
        callee.do("answer")
        caller.wait("confirmed")
        callee.wait("confirmed")
        self.assertEqual(self.server.count("channels"), 2)

    def test_each_stack_calls_the_other(self):
        for first, second in (("jssip", "sipjs"), ("sipjs", "jssip")):
            with self.subTest(caller=first):
                a, b = self.page(first, "1000"), self.page(second, "1001")
                a.start()
                b.start()
                self.assertIn("wss", self.server.console("show registrations"))
                self.call(a, b, "1001")
                b.do("hangup")
                a.wait("ended")
                b.wait("ended")
                harness.wait_for(lambda: self.server.count("channels") == 0, 5, "the end of the call")
                a.close()
                b.close()

    def test_echo_and_hangup_by_the_caller(self):
        for stack in ("jssip", "sipjs"):
            with self.subTest(stack=stack):
                page = self.page(stack, "1002")
                page.start()
                page.do("call", "9196")
                page.wait("confirmed")
                self.assertEqual(self.server.count("channels"), 1)
                page.do("hangup")
                page.wait("ended")
                page.close()

    def test_reject_and_nobody(self):
        a, b = self.page("jssip", "1000"), self.page("sipjs", "1001")
        a.start()
        b.start()
        a.do("call", "1001")
        b.wait("incoming")
        b.do("reject")
        a.wait("failed", status=486)
        b.do("call", "4711")
        b.wait("failed", status=404)

    def test_registrations_are_refreshed_and_removed(self):
        for stack in ("jssip", "sipjs"):
            with self.subTest(stack=stack):
                page = self.page(stack, "1003", expires=30)
                page.start()
                before = self.accepted()
                page.do("refresh")
                harness.wait_for(lambda: self.accepted() == before + 1, 5, "the refresh")
                self.assertEqual(self.server.count("registrations"), 1)
                page.do("unregister")
                page.wait("unregistered")
                harness.wait_for(lambda: self.server.count("registrations") == 0, 5, "the registration to be gone")
                page.close()

    def test_a_closed_tab_is_registered_no_more(self):
        page = self.page("jssip", "1004")
        page.start()
        self.assertEqual(self.server.count("registrations"), 1)
        page.vanish()
        harness.wait_for(lambda: self.server.count("registrations") == 0, 5, "the registration to be gone")

    def test_a_wrong_password_is_refused(self):
        page = self.page("sipjs", "1005", password="wrong")
        page.do("start")
        page.wait("registration failed")
        self.assertEqual(self.server.count("registrations"), 0)

    def test_a_call_between_a_browser_and_a_phone(self):
        page = self.page("sipjs", "1006")
        page.start()
        number = subprocess.Popen([harness.AHOY, "phone", "-s", IP, "--local", "127.24.0.2", "-u", "1007", "-p",
                                   self.server.password("1007"), "-r", "--transport", "tls", "--ca", self.server.tls("cafile.pem"),
                                   "--hangup-after", "1", "--json", "1006"], stdout=subprocess.PIPE, text=True)
        page.wait("incoming", **{"from": "1007"})
        page.do("answer")
        page.wait("confirmed")
        page.wait("ended")
        verdict = json.loads(number.communicate(timeout=20)[0].splitlines()[-1])
        self.assertTrue(verdict["answered"])

    def test_messages(self):
        for first, second in (("jssip", "sipjs"), ("sipjs", "jssip")):
            with self.subTest(sender=first):
                a, b = self.page(first, "1000"), self.page(second, "1001")
                a.start()
                b.start()
                a.do("message", {"to": "1001", "text": "Grüße von " + first})
                b.wait("message", text="Grüße von " + first)
                a.wait("message sent")
                a.do("message", {"to": "1009", "text": "for when you are there"})
                a.wait("message sent", status=202)
                a.do("message", {"to": "4711", "text": "is anybody there?"})
                a.wait("message refused", status=404)
                a.close()
                b.close()

    def test_subscriptions(self):
        """Each watches its own registration (RFC 3680): the page that registers is in the first document."""
        for stack in ("jssip", "sipjs"):
            with self.subTest(stack=stack):
                page = self.page(stack, "1003")
                page.start()
                page.do("subscribe", {"to": "1003", "event": "reg"})
                document = page.wait("notified")["body"]
                self.assertIn('<registration aor="sip:1003@', document)
                self.assertIn('state="active" event="registered"', document)
                page.close()

    def test_a_transfer(self):
        """1000 talks to 1001 and sends it on to the echo: the call goes on without 1000."""
        a, b = self.page("sipjs", "1000"), self.page("jssip", "1001")
        a.start()
        b.start()
        self.call(a, b, "1001")
        a.do("refer", "9196")
        a.wait("refer trying")
        harness.wait_for(lambda: "9196" in self.server.console("show channels"), 10, "the transferred call")
        b.do("hangup")
        b.wait("ended")

    def test_plain_websocket(self):
        page = self.page("jssip", "1008", scheme="ws")
        page.start()
        page.do("call", "9196")
        page.wait("confirmed")
        page.do("hangup")
        page.wait("ended")


if __name__ == "__main__":
    unittest.main(verbosity=1, argv=sys.argv, warnings="ignore")

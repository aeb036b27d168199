"""Flows of RFC 3665 and of extensions with SIPp on both sides: over UDP and TCP, those of two parties over TLS too."""
import ssl
import sys
import unittest

import harness
from sipp_peer import Party, TlsRelay
from tls_test import make_certificate

NET = "127.61.1.{}"
ALICE, BOB, MOVED, BEHIND_RELAY = NET.format(2), NET.format(3), NET.format(4), NET.format(5)
ALL = ("udp", "tcp", "tls")
# Who dials bob7601tcp reaches a callee that listens there.
DIALPLAN = ('<extension name="callee"><condition field="destination_number" expression="^([a-z]+)(\\d+)(udp|tcp|tls)$">'
            '<action application="set" data="hangup_after_bridge=true"/>'
            f'<action application="bridge" data="sofia/internal/$1@{BOB}:$2;transport=$3"/></condition></extension>')
PROFILE = ('<param name="auth-calls" value="false"/><param name="enable-100rel" value="true"/>'
           '<param name="minimum-session-expires" value="90"/>')
SHORT_T1 = '<param name="timer-T1" value="100ms"/><param name="timer-T1X64" value="6400ms"/>'


class Stage:
    """A server, and the parties that have come to it."""
    last_port = 7600

    def __init__(self, address, profile=""):
        self.server = harness.Ahoy(address, profile=profile, dialplan=DIALPLAN)
        self.things = []
        self.trusting = ssl.create_default_context(cafile=self.server.tls("cafile.pem"))
        self.certified = {ip: self.context_of(ip) for ip in (BOB, MOVED)}

    def context_of(self, ip):
        """A callee's, whom the server verifies."""
        authority = self.server.tls("cafile.pem"), self.server.tls("cakey.pem")
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(make_certificate(self.server.home, ip, authority))
        return context

    def clear(self):
        for thing in self.things:
            thing.close()
        self.things = []
        self.server.console("hupall")  # what a failed test has left

    def close(self):
        self.clear()
        self.server.close()

    def keep(self, thing):
        self.things.append(thing)
        return thing

    @staticmethod
    def new_port():
        Stage.last_port += 1
        return Stage.last_port

    def callee(self, scenario, transport, **options):
        """(the party, its number)"""
        port, ip = self.new_port(), BOB
        if transport == "tls":
            ip = BEHIND_RELAY
            for seen in (BOB, MOVED):
                self.keep(TlsRelay((seen, port), (ip, port), accept=self.certified[seen]))
        party = Party(scenario, ip, port, transport, self.server.address(transport), me=BOB, who="bob",
                      keys={"moved": f"{MOVED}:{port}"}, **options)
        return self.keep(party), f"bob{port}{transport}"

    def caller(self, scenario, transport, number, **options):
        to = ""
        if transport == "tls":
            secure = self.server.ip, self.server.port + 1
            relay = TlsRelay((BEHIND_RELAY, self.new_port()), secure, connect=self.trusting)
            to = self.keep(relay).address
        return self.keep(Party(scenario, ALICE, self.new_port(), transport, self.server.address(transport),
                               number=number, to=to, **options))

    def call(self, flow, transport, callee=None, **options):
        """Starts the callee of a flow, then its caller."""
        called, number = self.callee(callee or flow + "_callee", transport, **options)
        return [called, self.caller(flow + "_caller", transport, number)]

    def expect_success(self, parties, seconds=20):
        """Every party ends as its scenario says, and nothing of the calls is left."""
        def over():
            ended = [party for party in parties if party.ended()]
            return len(ended) == len(parties) or any(party.failure() for party in ended)
        try:
            harness.wait_for(over, seconds, "the end of all parties")
        finally:
            failures = "\n".join(party.failure() for party in parties if party.failure())
            if failures:
                raise AssertionError(f"{failures}\nThe server:\n{self.server.process.output()[-3000:]}")
        harness.wait_for(lambda: self.server.count("channels") == 0, 8, "the end of all channels")

    def run(self, flow, transports=("udp", "tcp"), **options):
        self.expect_success([party for transport in transports for party in self.call(flow, transport, **options)])


class Flows(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stage = Stage(NET.format(1), PROFILE)

    @classmethod
    def tearDownClass(cls):
        cls.stage.close()

    def tearDown(self):
        self.stage.clear()

    def test_rfc3665_3_1_success(self):
        self.stage.run("success", ALL)

    def test_rfc3665_3_7_session_with_re_invite(self):
        self.stage.run("moved", ("udp", "tcp"), everywhere=True)
        self.stage.run("moved", ("tls",))

    def test_rfc3665_3_8_no_answer(self):
        self.stage.run("no_answer", ALL)

    def test_rfc3665_3_9_busy(self):
        self.stage.run("busy", ALL)

    def test_rfc3665_3_11_unavailable(self):
        self.stage.run("unavailable", ALL)

    def test_100rel(self):
        self.stage.run("reliable")

    def test_update(self):
        self.stage.run("update")

    def test_re_invite_hold(self):
        self.stage.run("hold")

    def test_late_offer(self):
        self.stage.run("late_offer")

    def test_session_timer_of_the_phones(self):
        self.stage.run("timer")

    def test_refer_with_replaces(self):
        parties = []
        for transport in ("udp", "tcp"):
            carol, to_carol = self.stage.callee("carol_callee", transport)
            bob, to_bob = self.stage.callee("success_callee", transport)
            consultation = self.stage.caller("consultation_caller", transport, to_carol,
                                             options=["-cid_str", "consultation-%p-%u"])
            replaces = harness.wait_for(consultation.logged, 5, f"the consultation over {transport}")
            transfer = self.stage.caller("transfer_caller", transport, to_bob, keys={"replaces": replaces})
            parties += [carol, bob, consultation, transfer]
        self.stage.expect_success(parties)


class Digest(unittest.TestCase):
    """The profile as a first start makes it: who calls or registers is challenged."""

    def setUp(self):
        self.stage = Stage(NET.format(7))

    def tearDown(self):
        self.stage.close()

    def by_user(self, scenario, transport, number, password):
        return self.stage.caller(scenario, transport, number, who="1000", options=["-au", "1000", "-ap", password])

    def test_registrations(self):
        password = self.stage.server.password("1000")
        for transport in ALL:
            self.stage.expect_success([self.by_user("register_caller", transport, "1000", password)])

    def test_calls(self):
        password = self.stage.server.password("1000")
        known = [self.by_user("digest_caller", transport, "9196", password) for transport in ALL]
        guessing = [self.by_user("wrong_password_caller", transport, "9196", "guess") for transport in ALL]
        self.stage.expect_success(known + guessing)


class Patience(unittest.TestCase):
    """What takes its time begins before everything else: on a server of its own, side by side."""

    @classmethod
    def begin(cls):
        cls.stage = Stage(NET.format(6), PROFILE + SHORT_T1)
        cls.refreshed = [party for transport in ("udp", "tcp") for party in cls.stage.call("refreshed", transport)]
        cls.silent = (cls.stage.call("no_response", "udp", "no_response_callee_udp", options=["-nr"]) +
                      cls.stage.call("no_response", "tcp", "no_response_callee_stream") +
                      cls.stage.call("no_response", "tls", "no_response_callee_stream"))

    def test_rfc3665_3_10_no_response_and_session_timer_of_the_server(self):
        self.stage.expect_success(self.silent + self.refreshed, 55)


def setUpModule():
    Patience.begin()


def tearDownModule():
    Patience.stage.close()


if __name__ == "__main__":
    unittest.main(verbosity=1, argv=sys.argv, warnings="ignore")

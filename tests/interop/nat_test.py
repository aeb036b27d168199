"""Phones behind NATs, and the server behind one, in network namespaces: both hear each other, judged by content.

The server has what its first start makes, nothing is edited. Phones are `ahoy phone`, which knows nothing of NAT: it puts
its private address into Contact and SDP.
"""
import json
import os
import re
import tempfile
import time
import unittest

import harness
import netns

PUBLIC = "203.0.113.{}"
CALLER_HZ, CALLEE_HZ = 425, 1000


class Phone:
    """`ahoy phone` in a namespace; plays a tone and judges what it hears."""

    def __init__(self, namespace, ip, server, user, password, domain, hz, dial=None, seconds=None):
        self.json = None
        arguments = ["ip", "netns", "exec", namespace, harness.AHOY, "phone", "--server", server, "--user", user, "--password",
                     password, "--domain", domain, "--local", ip, "--register", "--json", "--wait", "40",
                     "--play", f"tone_stream://%(60000,0,{hz})"]
        if seconds:
            arguments += ["--hangup-after", str(seconds)]
        if dial:
            arguments.append(dial)
        self.process = harness.Process(arguments)

    def verdict(self, seconds=40):
        line = self.process.wait_for_line(r"^\{", seconds)
        return json.loads(line)

    def close(self):
        self.process.stop(5)


def share(verdict, hz):
    return max((tone["share"] for tone in verdict["tones"] if abs(tone["hz"] - hz) <= 15), default=0)


class Nat(unittest.TestCase):
    def setUp(self):
        self.net = netns.Networks()
        self.addCleanup(self.net.close)

    def start_server(self, namespace, ip, external=None):
        self.server = harness.Ahoy(ip, netns=namespace, external=external)
        self.addCleanup(self.server.close)
        self.domain = ip

    def registered(self, count):
        harness.wait_for(lambda: self.server.count("registrations") == count, 10, f"{count} registrations")

    def call(self, caller, callee, server):
        """(namespace, ip) of each; 5 seconds of talk."""
        bob = Phone(*callee, server, "1001", self.server.password("1001"), self.domain, CALLEE_HZ)
        self.addCleanup(bob.close)
        self.registered(1)
        # The phone knows nothing of its NAT, and the server sees only that.
        row = self.server.console("show registrations")
        self.assertIn(f"@{callee[1]}:", row)
        self.assertNotIn(f",{callee[1]},", row)
        self.assertIn(f",{PUBLIC.format('')}", row)
        alice = Phone(*caller, server, "1000", self.server.password("1000"), self.domain, CALLER_HZ, dial="1001", seconds=5)
        self.addCleanup(alice.close)
        return alice.verdict(), bob.verdict()

    def expect_both_heard(self, alice, bob):
        self.assertTrue(alice["answered"], alice)
        self.assertGreater(share(alice, CALLEE_HZ), 0.9, alice)
        self.assertGreater(share(bob, CALLER_HZ), 0.9, bob)
        self.assertGreater(alice["heard_seconds"], 4, alice)
        self.assertGreater(bob["heard_seconds"], 4, bob)
        # Both hang-ups got through: nothing is left.
        harness.wait_for(lambda: self.server.count("channels") == 0, 10, "the end of all channels")

    def test_two_phones_behind_one_nat(self):
        for kind in ("cone", "symmetric"):
            with self.subTest(kind):
                server = self.net.host("s" + kind[0], PUBLIC.format(1))
                self.start_server(server, PUBLIC.format(1))
                nat = self.net.nat("n" + kind[0], PUBLIC.format(11), 1, kind)
                a, b = self.net.inside("a" + kind[0], nat, 1, 2), self.net.inside("b" + kind[0], nat, 1, 3)
                self.expect_both_heard(*self.call((a, "192.168.1.2"), (b, "192.168.1.3"), PUBLIC.format(1) + ":5060"))
                self.server.stop()
                for namespace in (a, b, nat, server):
                    netns.run("ip", "netns", "del", namespace)
                    self.net.namespaces.remove(namespace)

    def test_one_phone_behind_each_of_two_nats(self):
        server = self.net.host("s", PUBLIC.format(1))
        self.start_server(server, PUBLIC.format(1))
        one = self.net.nat("n1", PUBLIC.format(11), 1, "cone")
        two = self.net.nat("n2", PUBLIC.format(12), 2, "symmetric")
        a, b = self.net.inside("a", one, 1, 2), self.net.inside("b", two, 2, 2)
        self.expect_both_heard(*self.call((a, "192.168.1.2"), (b, "192.168.2.2"), PUBLIC.format(1) + ":5060"))

    def test_the_server_behind_one_to_one_nat(self):
        nat = self.net.nat("ns", PUBLIC.format(20), 9, "192.168.9.2")
        server = self.net.inside("s", nat, 9, 2)
        self.start_server(server, "192.168.9.2", external=PUBLIC.format(20))
        outside = self.net.host("a", PUBLIC.format(2))
        other = self.net.nat("n1", PUBLIC.format(11), 1, "symmetric")
        b = self.net.inside("b", other, 1, 2)
        self.expect_both_heard(*self.call((outside, PUBLIC.format(2)), (b, "192.168.1.2"), PUBLIC.format(20) + ":5060"))

    def test_media_blocked_one_way_is_named_in_the_journal(self):
        server = self.net.host("s", PUBLIC.format(1))
        self.start_server(server, PUBLIC.format(1))
        a, b = self.net.host("a", PUBLIC.format(2)), self.net.host("b", PUBLIC.format(3))
        self.net.drop(server, f"ip saddr {PUBLIC.format(3)} udp dport 16384-32768")
        bob = Phone(b, PUBLIC.format(3), PUBLIC.format(1) + ":5060", "1001", self.server.password("1001"), self.domain, CALLEE_HZ)
        self.addCleanup(bob.close)
        self.registered(1)
        alice = Phone(a, PUBLIC.format(2), PUBLIC.format(1) + ":5060", "1000", self.server.password("1000"), self.domain,
                      CALLER_HZ, dial="1001", seconds=8)
        self.addCleanup(alice.close)
        row = harness.wait_for(lambda: re.search(r"^([0-9a-f-]{36}),inbound,.*,ACTIVE,", self.server.console("show channels"), re.M), 10,
                               "an answered channel")
        answered = time.monotonic()
        line = harness.wait_for(lambda: re.search(r".*not heard.*", self.server.console(f"trace {row[1]}")), 5, "a word in the journal")
        self.assertLess(time.monotonic() - answered, 3.3)
        self.assertRegex(line[0], r"the callee, 1001; nothing came from 203\.0\.113\.3:\d+")
        self.assertNotIn("the caller", self.server.console(f"trace {row[1]}").split("not heard", 1)[1].split("\n")[0])


if __name__ == "__main__":
    netns.become_root()
    unittest.main()

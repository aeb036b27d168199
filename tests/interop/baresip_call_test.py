"""Two baresip phones register by digest and call each other through Ahoy; each must hear what the other sent."""
import sys
import time
import unittest

import harness

# Another address for each test of this file.
NET = "127.11.{}.{}"


class Calls(unittest.TestCase):
    number = 0

    def setUp(self):
        Calls.number += 1
        self.net = Calls.number
        self.things = []

    def tearDown(self):
        for thing in reversed(self.things):
            thing.close()

    def ip(self, host):
        return NET.format(self.net, host)

    def server(self, ip=None, **options):
        server = harness.Ahoy(ip or self.ip(1), **options)
        self.things.append(server)
        return server

    def phone(self, server, user, host, ip=None, password=None, **options):
        phone = harness.Baresip(ip or self.ip(host), user, password or server.password(user),
                                server.address(options.get("transport", "udp")), **options)
        self.things.append(phone)
        return phone

    def talk(self, a, b, number, seconds=4):
        a.dial(number)
        b.wait_for_event("CALL_INCOMING")
        a.wait_for_event("CALL_RINGING")
        b.answer()
        a.wait_for_event("CALL_ESTABLISHED")
        b.wait_for_event("CALL_ESTABLISHED")
        time.sleep(seconds)

    def expect_heard(self, phone, hz, level_db, seconds=3):
        share, level, frames = harness.judge_tone(phone.recording(), hz)
        self.assertGreater(frames * 0.05, seconds - 1, "too little audio")
        self.assertGreater(share, 0.95, f"{phone.user} did not hear {hz} Hz")
        self.assertLess(abs(level - level_db), 1.0, f"{phone.user} heard {level} dB instead of {level_db}")

    def expect_quiet(self, server):
        harness.wait_for(lambda: server.count("channels") == 0, 5, "the end of all channels")

    def call_both_ways(self, transport, server_ip=None, phone_ip=None):
        server = self.server(server_ip, port=5060 if server_ip is None else 25061)
        # Debian's baresip reads the authority and then verifies nothing; tls_test.py and linphone do.
        more = {"cafile": server.tls("cafile.pem")} if transport == "tls" else {}
        a = self.phone(server, "1000", 2, ip=phone_ip, transport=transport, tone=440, level_db=-12, **more)
        b = self.phone(server, "1001", 3, ip=phone_ip, transport=transport, tone=1000, level_db=-18, **more)
        a.registered()
        b.registered()
        self.assertEqual(server.count("registrations"), 2)
        self.talk(a, b, "1001")
        self.assertEqual(server.count("channels"), 2)
        a.hang_up()
        b.wait_for_event("CALL_CLOSED")
        self.expect_quiet(server)
        time.sleep(0.5)
        self.expect_heard(a, 1000, -18)
        self.expect_heard(b, 440, -12)
        return server

    def test_udp(self):
        server = self.call_both_ways("udp")
        records = harness.wait_for(lambda: len(server.records()) == 2 and server.records(), 5, "two call records")
        for record in records:
            self.assertEqual(record["hangup_cause"], "NORMAL_CLEARING")
            self.assertGreaterEqual(int(record["billsec"]), 3)
        caller = next(r for r in records if r["direction"] == "inbound")
        self.assertEqual(caller["hangup_by"], "caller")
        self.assertEqual(caller["caller_id_number"], "1000")
        self.assertEqual(caller["destination_number"], "1001")
        self.assertEqual(caller["read_codec"], "PCMU")
        ladder = server.console("trace " + caller["uuid"])
        self.assertIn("verdict: Answered after", ladder)
        self.assertIn("INVITE", ladder)
        self.assertIn("bridge user/1001", ladder)

    def test_tcp(self):
        self.call_both_ways("tcp")

    def test_tls(self):
        server = self.call_both_ways("tls")
        self.assertRegex(server.console("metrics"), r"ahoy_tls_handshakes_total \d")

    def test_ipv6(self):
        self.call_both_ways("udp", server_ip="::1", phone_ip="::1")

    def test_ipv6_tcp(self):
        self.call_both_ways("tcp", server_ip="::1", phone_ip="::1")

    def two(self, **options):
        server = self.server(**options)
        a = self.phone(server, "1000", 2, tone=440)
        b = self.phone(server, "1001", 3, tone=1000)
        a.registered()
        b.registered()
        return server, a, b

    def test_callee_hangs_up_first(self):
        server, a, b = self.two()
        self.talk(a, b, "1001", 1)
        b.hang_up()
        a.wait_for_event("CALL_CLOSED")
        self.expect_quiet(server)
        records = harness.wait_for(lambda: len(server.records()) == 2 and server.records(), 5, "two call records")
        self.assertEqual(next(r for r in records if r["direction"] == "outbound")["hangup_by"], "callee")

    def test_reject(self):
        server, a, b = self.two()
        a.dial("1001")
        b.wait_for_event("CALL_INCOMING")
        b.hang_up()  # 486
        a.wait_for_event("CALL_CLOSED", param="486")
        self.expect_quiet(server)

    def test_cancel(self):
        server, a, b = self.two()
        a.dial("1001")
        b.wait_for_event("CALL_INCOMING")
        a.wait_for_event("CALL_RINGING")
        a.hang_up()
        b.wait_for_event("CALL_CLOSED")
        self.expect_quiet(server)
        records = harness.wait_for(lambda: len(server.records()) == 2 and server.records(), 5, "two call records")
        self.assertEqual(next(r for r in records if r["direction"] == "inbound")["hangup_cause"], "ORIGINATOR_CANCEL")

    def test_no_answer(self):
        server, a, b = self.two(dialplan='<extension name="short"><condition field="destination_number" expression="^1001$">'
                                         '<action application="set" data="call_timeout=2"/>'
                                         '<action application="bridge" data="user/1001@$${domain}"/>'
                                         '<action application="hangup" data="NO_ANSWER"/></condition></extension>')
        a.dial("1001")
        b.wait_for_event("CALL_INCOMING")
        a.wait_for_event("CALL_CLOSED", param="480")
        b.wait_for_event("CALL_CLOSED")
        self.expect_quiet(server)

    def test_unknown_number(self):
        server, a, b = self.two()
        a.dial("4711")
        a.wait_for_event("CALL_CLOSED", param="404")
        self.expect_quiet(server)

    def test_not_registered(self):
        server = self.server()
        a = self.phone(server, "1000", 2, tone=440)
        a.registered()
        a.dial("1005")
        a.wait_for_event("CALL_CLOSED", param="480")
        self.expect_quiet(server)

    def test_wrong_password(self):
        server = self.server()
        a = self.phone(server, "1000", 2, password="wrong", tone=440)
        a.process.wait_for_line(r"401 Unauthorized|REGISTER_FAIL|Register", 10)
        time.sleep(1)
        self.assertEqual(server.count("registrations"), 0)

    def test_registrations_survive_a_kill(self):
        server, a, b = self.two()
        time.sleep(0.6)  # written behind, at most every 250 ms
        server.kill()
        server.start()
        harness.wait_for(lambda: server.count("registrations") == 2, 5, "the registrations to be back")
        self.talk(a, b, "1001", 1)
        a.hang_up()
        b.wait_for_event("CALL_CLOSED")


if __name__ == "__main__":
    unittest.main(verbosity=1, argv=sys.argv)

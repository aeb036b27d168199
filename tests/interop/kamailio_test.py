"""Kamailio as the provider behind a gateway (registrar with digest, proxy), and as outbound proxy of a profile."""
import json
import os
import re
import shutil
import tempfile
import unittest

import harness

NET = "127.54.0.{}"
AHOY, KAMAILIO = NET.format(1), NET.format(5)
ALICE, BOB = NET.format(2), NET.format(6)
CALLER_HZ, CALLEE_HZ = 425, 1000

CONFIG = """
debug=1
log_stderror=yes
fork=yes
children=2
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"
disable_tcp=yes
listen=udp:{ip}:5060
alias="{ip}:5060"
loadmodule "pv.so"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "xlog.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"
modparam("usrloc", "db_mode", 0)
modparam("rr", "enable_full_lr", 1)
request_route {{
  xlog("L_ERR", "saw $rm from $si to $rU route '$hdr(Route)'\\n");
  if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
  if (is_method("CANCEL")) {{ if (t_check_trans()) t_relay(); exit; }}
  if (has_totag()) {{
    if (loose_route()) {{ t_relay(); exit; }}
    if (is_method("ACK")) {{ if (t_check_trans()) t_relay(); exit; }}
    sl_send_reply("404", "Not Here");
    exit;
  }}
  if (is_method("REGISTER")) {{
    if (!pv_www_authenticate("{ip}", "{password}", "0")) {{ www_challenge("{ip}", "0"); exit; }}
    save("location");
    exit;
  }}
  if (is_method("OPTIONS") && uri == myself) {{ sl_send_reply("200", "Alive"); exit; }}
  if (is_method("INVITE") && $si == "{ahoy}" && uri == myself) {{
    if (!pv_proxy_authenticate("{ip}", "{password}", "0")) {{ proxy_challenge("{ip}", "0"); exit; }}
    consume_credentials();
  }}
  if (is_method("INVITE")) record_route();
  if (loose_route() && uri != myself) {{ t_relay(); exit; }}
  if (uri == myself) {{
    if (!lookup("location")) {{ sl_send_reply("404", "Not Found"); exit; }}
  }}
  t_relay();
}}
"""


class Kamailio:
    def __init__(self, password):
        harness.need("kamailio")
        self.home = tempfile.mkdtemp(prefix="kamailio-")
        path = os.path.join(self.home, "kamailio.cfg")
        with open(path, "w") as out:
            out.write(CONFIG.format(ip=KAMAILIO, ahoy=AHOY, password=password))
        self.process = harness.Process(["kamailio", "-f", path, "-DD", "-E", "-P", os.path.join(self.home, "pid"), "-Y", self.home,
                                        "-m", "64", "-M", "8"])
        harness.wait_for(self._answers, 10, f"an answer of kamailio:\n{self.process.output()}")

    def _answers(self):
        import socket
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind((NET.format(9), 0))
            s.settimeout(0.3)
            s.sendto((f"OPTIONS sip:{KAMAILIO} SIP/2.0\r\nVia: SIP/2.0/UDP {NET.format(9)}:{s.getsockname()[1]};branch=z9hG4bKx\r\n"
                      f"Max-Forwards: 70\r\nFrom: <sip:x@x>;tag=1\r\nTo: <sip:{KAMAILIO}>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n"
                      "Content-Length: 0\r\n\r\n").encode(), (KAMAILIO, 5060))
            try:
                return s.recv(2000).startswith(b"SIP/2.0 200")
            except OSError:
                return False

    def saw(self, method, source):
        return [l for l in self.process.lines if f"saw {method} from {source} " in l]

    def close(self):
        self.process.stop()
        shutil.rmtree(self.home, ignore_errors=True)


class Phone:
    def __init__(self, ip, server, user, password, domain, hz, dial=None, seconds=4, register=True):
        arguments = [harness.AHOY, "phone", "--server", server + ":5060", "--user", user, "--password", password, "--domain", domain,
                     "--local", ip + ":5060", "--json", "--wait", "30", "--hangup-after", str(seconds if dial else 0),
                     "--play", f"tone_stream://%(60000,0,{hz})"]
        self.process = harness.Process(arguments + (["--register"] if register else []) + ([dial] if dial else []))

    def verdict(self):
        return json.loads(self.process.wait_for_line(r"^\{", 40))

    def close(self):
        self.process.stop(5)


def share(verdict, hz):
    return max((tone["share"] for tone in verdict["tones"] if abs(tone["hz"] - hz) <= 15), default=0)


class AsProvider(unittest.TestCase):
    PASSWORD = "tremendous"

    def setUp(self):
        self.kamailio = Kamailio(self.PASSWORD)
        self.addCleanup(self.kamailio.close)
        # Closes the settings early: what follows them in the template is an empty second list.
        gateway = ('<param name="auth-calls" value="false"/></settings><gateways><gateway name="far"><param name="username" value="trunk"/>'
                   f'<param name="password" value="{self.PASSWORD}"/><param name="realm" value="{KAMAILIO}"/>'
                   '<param name="extension" value="9196"/><param name="ping" value="5"/><param name="expire-seconds" value="120"/>'
                   '</gateway></gateways><settings>')
        self.ahoy = harness.Ahoy(
            AHOY, profile=gateway,
            dialplan='<extension name="far"><condition field="destination_number" expression="^far-(.*)$">'
                     '<action application="bridge" data="sofia/gateway/far/$1"/></condition></extension>')
        self.addCleanup(self.ahoy.close)

    def status(self, title):
        found = re.search(rf"^{title}\s*\t(.*)$", self.ahoy.console("sofia status gateway far"), re.M)
        return found[1] if found else ""

    def test_registers_calls_out_is_called_and_unregisters(self):
        harness.wait_for(lambda: self.status("State") == "REGED", 10, "REGED")
        harness.wait_for(lambda: float(self.status("PingTime") or 0) > 0, 10, "an answer to OPTIONS")
        bob = Phone(BOB, KAMAILIO, "bob", self.PASSWORD, KAMAILIO, CALLEE_HZ)
        self.addCleanup(bob.close)
        harness.wait_for(lambda: len(self.kamailio.saw("REGISTER", BOB)) >= 2, 10, "bob at kamailio")
        alice = Phone(ALICE, AHOY, "1000", self.ahoy.password("1000"), AHOY, CALLER_HZ, dial="far-bob")
        self.addCleanup(alice.close)
        heard, said = alice.verdict(), bob.verdict()
        self.assertTrue(heard["answered"], heard)
        self.assertGreater(share(heard, CALLEE_HZ), 0.9, heard)
        self.assertGreater(share(said, CALLER_HZ), 0.9, said)
        self.assertTrue(self.kamailio.saw("BYE", AHOY), "the BYE went past the proxy that recorded its route")

        # And the other way: who calls our account at the provider reaches the gateway's extension (9196 is the echo).
        caller = Phone(BOB, KAMAILIO, "bob", self.PASSWORD, KAMAILIO, CALLEE_HZ, dial="trunk")
        self.addCleanup(caller.close)
        echoed = caller.verdict()
        self.assertTrue(echoed["answered"], echoed)
        self.assertGreater(share(echoed, CALLEE_HZ), 0.9, echoed)

        before = len(self.kamailio.saw("REGISTER", AHOY))
        self.ahoy.stop()
        harness.wait_for(lambda: len(self.kamailio.saw("REGISTER", AHOY)) > before, 5, "the end of the registration")
        self.ahoy.start()

    def test_a_provider_that_dies_is_down(self):
        harness.wait_for(lambda: self.status("State") == "REGED", 10, "REGED")
        self.kamailio.process.stop()
        harness.wait_for(lambda: self.status("Status") == "DOWN", 60, "DOWN")
        alice = Phone(ALICE, AHOY, "1000", self.ahoy.password("1000"), AHOY, CALLER_HZ, dial="far-bob")
        self.addCleanup(alice.close)
        self.assertEqual(alice.verdict()["status"], 503)


class AsOutboundProxy(unittest.TestCase):
    def test_calls_go_through_the_proxy_and_so_do_their_byes(self):
        kamailio = Kamailio("unused")
        self.addCleanup(kamailio.close)
        ahoy = harness.Ahoy(
            AHOY, profile=f'<param name="outbound-proxy" value="sip:{KAMAILIO}"/><param name="auth-calls" value="false"/>',
            dialplan='<extension name="bob"><condition field="destination_number" expression="^bob$">'
                     f'<action application="bridge" data="sofia/internal/bob@{BOB}:5060"/></condition></extension>')
        self.addCleanup(ahoy.close)
        bob = Phone(BOB, AHOY, "bob", "", AHOY, CALLEE_HZ, register=False)
        self.addCleanup(bob.close)
        alice = Phone(ALICE, AHOY, "1000", ahoy.password("1000"), AHOY, CALLER_HZ, dial="bob")
        self.addCleanup(alice.close)
        heard, said = alice.verdict(), bob.verdict()
        self.assertTrue(heard["answered"], heard)
        self.assertGreater(share(heard, CALLEE_HZ), 0.9, heard)
        self.assertGreater(share(said, CALLER_HZ), 0.9, said)
        self.assertEqual(len(kamailio.saw("INVITE", AHOY)), 1)
        self.assertEqual(len(kamailio.saw("ACK", AHOY)), 1)
        self.assertEqual(len(kamailio.saw("BYE", AHOY)), 1)


if __name__ == "__main__":
    unittest.main()

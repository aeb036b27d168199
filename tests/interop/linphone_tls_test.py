"""linphone over TLS: it verifies the server's chain for real, registers, calls, hears an echo, and refuses strangers."""
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import harness

NET = "127.25.{}.{}"
# Addresses in certificates are not understood by Debian's linphone, so it checks the chain and not the name.
CONFIG = """[sip]
sip_port=0
sip_tcp_port=0
sip_tls_port={port}
verify_server_certs=1
verify_server_cn=0
root_ca={cafile}
default_proxy=0
ipv6=0
[proxy_0]
reg_proxy=<sip:{server};transport=tls>
reg_identity=sip:{user}@{domain}
reg_expires=600
reg_sendregister=1
publish=0
[auth_info_0]
username={user}
userid={user}
passwd={password}
realm={domain}
domain={domain}
"""


class Linphone:
    def __init__(self, server, user, port, cafile):
        harness.need("linphonec")
        self.home = tempfile.mkdtemp(prefix="linphone-")
        os.makedirs(os.path.join(self.home, ".local/share/linphone"))
        rc = os.path.join(self.home, "rc")
        with open(rc, "w") as out:
            out.write(CONFIG.format(port=port, cafile=cafile, server=server.address("tls"), user=user, domain=server.ip,
                                    password=server.password(user)))
        self.output = open(os.path.join(self.home, "output"), "w+")
        self.process = subprocess.Popen(["linphonec", "-c", rc], stdin=subprocess.PIPE, stdout=self.output,
                                        stderr=subprocess.STDOUT, text=True, env={**os.environ, "HOME": self.home})
        harness.write_tone(os.path.join(self.home, "tone.wav"), 440, seconds=30)
        self.say("soundcard use files")

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def close(self):
        if self.process.poll() is None:
            self.say("quit")
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdin.close()
        self.output.close()
        shutil.rmtree(self.home, ignore_errors=True)


class LinphoneTls(unittest.TestCase):
    def setUp(self):
        self.things = []

    def tearDown(self):
        for thing in reversed(self.things):
            thing.close()

    def keep(self, thing):
        self.things.append(thing)
        return thing

    def test_it_registers_and_calls(self):
        server = self.keep(harness.Ahoy(NET.format(1, 1)))
        phone = self.keep(Linphone(server, "1000", 25071, server.tls("cafile.pem")))
        harness.wait_for(lambda: server.count("registrations") == 1, 15, "the registration")
        self.assertIn("tls", server.console("show registrations"))
        phone.say("call 9196")
        harness.wait_for(lambda: server.count("channels") == 1, 15, "the call")
        phone.say("play " + os.path.join(phone.home, "tone.wav"))
        time.sleep(4)  # of echo: 50 packets a second each way
        threshold = 100
        phone.say("terminate")
        harness.wait_for(lambda: server.count("channels") == 0, 10, "the end of the call")
        record = harness.wait_for(lambda: next(iter(server.records()), None), 5, "the call record")
        self.assertEqual(record["hangup_cause"], "NORMAL_CLEARING")
        self.assertEqual(record["hangup_by"], "caller")
        self.assertGreater(int(record["rtp_packets_in"]), threshold)
        self.assertGreater(int(record["rtp_packets_out"]), threshold)

    def test_it_refuses_another_authority(self):
        server, stranger = self.keep(harness.Ahoy(NET.format(2, 1))), self.keep(harness.Ahoy(NET.format(2, 2)))
        self.keep(Linphone(server, "1000", 25072, stranger.tls("cafile.pem")))
        server.process.wait_for_line("no connection with", 15)
        self.assertEqual(server.count("registrations"), 0)


if __name__ == "__main__":
    unittest.main(verbosity=1, argv=sys.argv, warnings="ignore")

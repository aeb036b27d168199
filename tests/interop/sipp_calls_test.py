"""SIPp drives a thousand calls with RTP through Ahoy: none fails, none is left. sipsak asks OPTIONS and usrloc."""
import math
import os
import re
import subprocess
import sys
import tempfile
import time
import unittest

import harness

NET = "127.12.0.{}"
CALLS = 1000
RATE = 50


def write_ulaw(path):
    """A second of 700 Hz in mu-law."""
    def encode(sample):
        sign = 0x80 if sample < 0 else 0
        value = min(abs(sample) + 132, 32635)
        exponent = max(value.bit_length() - 8, 0)
        return ~(sign | exponent << 4 | (value >> (exponent + 3)) & 15) & 255
    with open(path, "wb") as out:
        out.write(bytes(encode(int(8000 * math.sin(2 * math.pi * 700 * i / 8000))) for i in range(8000)))


class Sipp(unittest.TestCase):
    def setUp(self):
        harness.need("sipp")
        self.server = harness.Ahoy(
            NET.format(1), profile='<param name="auth-calls" value="false"/>',
            dialplan='<extension name="uas"><condition field="destination_number" expression="^uas$">'
                     '<action application="set" data="hangup_after_bridge=true"/>'
                     f'<action application="bridge" data="sofia/internal/uas@{NET.format(3)}:5060"/></condition></extension>')
        self.folder = tempfile.mkdtemp(prefix="sipp-")

    def tearDown(self):
        self.server.close()

    def test_a_thousand_calls_with_rtp(self):
        audio = os.path.join(self.folder, "tone.ulaw")
        write_ulaw(audio)
        here = os.path.dirname(os.path.abspath(__file__))
        with open(os.path.join(here, "uac_rtp.xml")) as f:
            scenario = f.read().replace("[$file]", audio)
        path = os.path.join(self.folder, "uac.xml")
        with open(path, "w") as f:
            f.write(scenario)
        uas = harness.Process(["sipp", "-sn", "uas", "-i", NET.format(3), "-p", "5060", "-mi", NET.format(3), "-mp", "20000",
                               "-rtp_echo", "-nostdin", "-timeout", "120"], cwd=self.folder)
        try:
            uac = subprocess.run(["sipp", "-sf", path, "-s", "uas", "-i", NET.format(2), "-mi", NET.format(2), "-m", str(CALLS),
                                  "-r", str(RATE), "-l", "400", "-nostdin", "-timeout", "100", "-trace_err",
                                  f"{NET.format(1)}:5060"], cwd=self.folder, capture_output=True, text=True, timeout=150)
        finally:
            uas.process.kill()
            uas.stop()
        self.assertEqual(uac.returncode, 0, uac.stdout[-3000:])
        failed = re.findall(r"Failed call\s+\|\s+\d+\s+\|\s+(\d+)", uac.stdout)
        self.assertTrue(failed and failed[-1] == "0", uac.stdout[-2000:])
        harness.wait_for(lambda: self.server.count("channels") == 0, 5, "the end of all channels")
        records = harness.wait_for(lambda: len(self.server.records()) == 2 * CALLS and self.server.records(), 10,
                                   f"{2 * CALLS} call records; there are {len(self.server.records())}")
        causes = {record["hangup_cause"] for record in records}
        self.assertEqual(causes, {"NORMAL_CLEARING"})
        heard = [int(record["rtp_packets_in"]) for record in records if record["direction"] == "inbound"]
        self.assertGreater(sorted(heard)[len(heard) // 20], 80, "callers were not heard")

    def test_sipsak(self):
        harness.need("sipsak")
        done = subprocess.run(["sipsak", "-s", f"sip:ping@{self.server.address()}"], capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        # usrloc: registers 1000 with a contact of ours, and looks whether the server says so.
        done = subprocess.run(["sipsak", "-U", "-C", f"sip:1000@{NET.format(4)}:5090", "-a", self.server.password("1000"), "-u",
                               "1000", "-s", f"sip:1000@{self.server.address()}", "-x", "60"], capture_output=True, text=True,
                              timeout=20)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("127.12.0.4", self.server.console("show registrations"))


if __name__ == "__main__":
    unittest.main(verbosity=1, argv=sys.argv)

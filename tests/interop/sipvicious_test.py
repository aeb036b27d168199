"""The tools of sipvicious against the program: they learn nothing of users and passwords, are banned, and disturb nobody."""
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

import harness
NET = "127.23.{}.{}"
PACKAGE = "/usr/share/sipvicious"
SOURCE = "127.0.0.1"  # svwar and svcrack bind to no address, whatever they are told
FRIEND = NET.format(2, 9)
FILTER = os.path.join(harness.ROOT, "packaging", "fail2ban", "filter.d", "ahoy.conf")


class Sipvicious(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for tool in ("svmap", "svwar", "svcrack"):
            harness.need(tool)
        cls.server = harness.Ahoy(NET.format(1, 1))
        # Loopback addresses are exempt otherwise.
        cls.server._edit("autoload_configs/guard.conf.xml", "loopback.auto", "192.0.2.0/24")
        assert "+OK" in cls.server.console("reloadxml")
        # A scanner that does not say so: the same tools under a telephone's name.
        cls.folder = tempfile.mkdtemp(prefix="ahoy-sipvicious-")
        shutil.copytree(PACKAGE, os.path.join(cls.folder, "plain"))
        for directory, _, files in os.walk(cls.folder):
            for name in (f for f in files if f.endswith(".py")):
                path = os.path.join(directory, name)
                with open(path) as f:
                    text = f.read()
                with open(path, "w") as f:
                    f.write(text.replace("friendly-scanner", "Telephone/1.0"))

    @classmethod
    def tearDownClass(cls):
        cls.server.close()
        shutil.rmtree(cls.folder, ignore_errors=True)

    def tearDown(self):
        self.assertTrue(self.answers(FRIEND), "others are served")
        self.lift()

    def lift(self):
        self.server.console(f"ban lift {SOURCE}")
        harness.wait_for(lambda: self.answers(SOURCE), 5, "the end of the ban")

    def answers(self, source):
        """Whether it says anything to an OPTIONS."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.bind((source, 0))
            asking.settimeout(1)
            asking.sendto((f"OPTIONS sip:{self.server.ip} SIP/2.0\r\nVia: SIP/2.0/UDP {source};branch=z9hG4bK{os.urandom(6).hex()};rport\r\n"
                           f"Max-Forwards: 70\r\nFrom: <sip:friend@x>;tag=1\r\nTo: <sip:{self.server.ip}>\r\n"
                           f"Call-ID: {os.urandom(6).hex()}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n").encode(),
                          (self.server.ip, self.server.port))
            try:
                return asking.recv(4096).startswith(b"SIP/2.0 200")
            except TimeoutError:
                return False

    def run_tool(self, tool, *arguments, disguised=True, seconds=30):
        program = os.path.join(self.folder, "plain", "sipvicious", tool + ".py") if disguised else None
        command = ([sys.executable, program] if disguised else [tool]) + [*arguments, self.server.ip]
        environment = dict(os.environ, PYTHONPATH=os.path.join(self.folder, "plain"), HOME=self.folder)
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, env=environment, cwd=self.folder)
            return done.stdout + done.stderr
        except subprocess.TimeoutExpired as still_trying:
            return ((still_trying.stdout or b"") + (still_trying.stderr or b"")).decode(errors="replace")

    def banned(self, source):
        return next((l for l in self.server.console("ban list").splitlines() if l.startswith(source + ",")), None)

    def test_svmap_finds_nobody(self):
        source = NET.format(2, 1)
        output = self.run_tool("svmap", "-b", source, disguised=False)
        self.assertNotIn("Ahoy", output)
        self.assertIn("found nothing", output)
        self.assertIn("a scanner by its User-Agent", self.banned(source))
        self.assertFalse(self.answers(source))

    def test_svwar_cannot_tell_users_from_nobody(self):
        # Users are 1000 to 1009. It asks for one that does not exist first, and sees the same answer for all.
        for method in ("REGISTER", "INVITE", "OPTIONS"):
            for force in ([], ["--force"]):
                output = self.run_tool("svwar", *force, "-m", method, "-e", "990-1100")
                rows = [(int(n), what) for n, what in re.findall(r"\| *(\d+) *\| *(\w+) *\|", output)]
                users = {what for n, what in rows if 1000 <= n <= 1009}
                nobody = {what for n, what in rows if not 1000 <= n <= 1009}
                self.assertLessEqual(users, nobody, f"{method} {force}: {output}")
                self.lift()

    def test_a_sweep_over_users_is_banned(self):
        self.run_tool("svwar", "--force", "-m", "OPTIONS", "-e", "990-1100")
        self.assertRegex(self.banned(SOURCE), r"asked for about \d+ users without credentials")
        self.assertFalse(self.answers(SOURCE))

    def test_svcrack_does_not_get_to_the_password(self):
        words = os.path.join(self.folder, "words")
        with open(words, "w") as f:
            f.write("\n".join([f"wrong{i}" for i in range(40)] + [self.server.password("1000")]) + "\n")
        output = self.run_tool("svcrack", "-u", "1000", "-d", words)
        self.assertNotIn(self.server.password("1000"), output)
        self.assertIn("failed authentications", self.banned(SOURCE))
        # What fail2ban would read.
        with open(FILTER) as f:
            expressions = re.findall(r"^(?:failregex = | {12})(\\\[.*)$", f.read(), re.M)
        matching = [re.compile(e.replace("<HOST>", r"(?P<host>[0-9a-f.:]+)")) for e in expressions]
        hosts = [m.group("host") for line in self.server.process.output().splitlines() for e in matching if (m := e.search(line))]
        self.assertGreaterEqual(hosts.count(SOURCE), 10)


if __name__ == "__main__":
    unittest.main(verbosity=1, argv=sys.argv, warnings="ignore")

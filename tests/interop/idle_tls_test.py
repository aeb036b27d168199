"""Ten thousand phones that are connected by TLS and silent: what each costs the server, and whether it still serves."""
import concurrent.futures
import os
import resource
import socket
import ssl
import sys
import time
import unittest

import harness
from tls_test import OPTIONS

CONNECTIONS = 10_000
KIB_EACH_MAX = 20
IP = "127.23.0.1"


def resident_kib(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


class IdleTls(unittest.TestCase):
    def setUp(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        need = CONNECTIONS + 500
        self.assertTrue(hard == resource.RLIM_INFINITY or hard >= need, f"{need} open files are needed (ulimit -Hn)")
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, need), hard))  # the server inherits it
        self.server = harness.Ahoy(IP, profile=f'<param name="max-connections-per-address" value="{CONNECTIONS}"/>')
        self.sockets = []

    def tearDown(self):
        for sock in self.sockets:
            sock.close()
        self.server.close()

    def connect(self, number):
        """One phone: connects, verifies, asks once, is answered, falls silent."""
        plain = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        plain.settimeout(60)
        plain.bind((f"127.23.1.{1 + number % 200}", 0))
        plain.connect((IP, 5061))
        sock = self.context.wrap_socket(plain, server_hostname=IP)
        sock.sendall(OPTIONS.format(IP, "127.0.0.1", f"idle{number}").encode())
        assert sock.recv(4096).startswith(b"SIP/2.0 200"), "not answered"
        return sock

    def test_idle_connections_are_cheap(self):
        self.context = ssl.create_default_context(cafile=self.server.tls("cafile.pem"))
        pid = self.server.process.process.pid
        self.sockets += [self.connect(number) for number in range(100)]  # what is made once is not counted
        before = resident_kib(pid)
        begin = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            self.sockets += pool.map(self.connect, range(100, CONNECTIONS))
        seconds = time.monotonic() - begin
        time.sleep(1)
        each = (resident_kib(pid) - before) / (CONNECTIONS - 100)
        print(f"{len(self.sockets)} TLS connections in {seconds:.1f} s, {each:.1f} KiB resident each", file=sys.stderr)
        metrics = self.server.console("metrics")
        self.assertIn(f"ahoy_sip_connections {CONNECTIONS} ", metrics)
        self.assertLessEqual(each, KIB_EACH_MAX)
        # The oldest and the newest are served still.
        for sock in (self.sockets[0], self.sockets[-1]):
            sock.sendall(OPTIONS.format(IP, "127.0.0.1", f"again{sock.fileno()}").encode())
            self.assertTrue(sock.recv(4096).startswith(b"SIP/2.0 200"))


if __name__ == "__main__":
    unittest.main(verbosity=1, argv=sys.argv, warnings="ignore")

"""Peers that vanish without a word: their connections, TCP and TLS, are gone within 90 seconds; those of others stay."""
import subprocess
import sys
import time
import unittest

import harness
import netns

SERVER, GONE, STAYING = "203.0.113.1", "203.0.113.2", "203.0.113.3"
GONE_WITHIN = 90

# Opens connections, says what it opened, and lives on until it is killed.
CLIENT = """
import socket, ssl, sys, time
kept = []
for port in (5060, 5061):
    connection = socket.create_connection((sys.argv[1], port), timeout=10)
    if port == 5061:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = context.wrap_socket(connection)
    connection.sendall(f"OPTIONS sip:{sys.argv[1]} SIP/2.0\\r\\nVia: SIP/2.0/{'TLS' if port == 5061 else 'TCP'} {sys.argv[2]};branch=z9hG4bK{port}\\r\\n"
                       f"Max-Forwards: 70\\r\\nFrom: <sip:a@{sys.argv[2]}>;tag=1\\r\\nTo: <sip:{sys.argv[1]}>\\r\\n"
                       f"Call-ID: {port}@{sys.argv[2]}\\r\\nCSeq: 1 OPTIONS\\r\\nContent-Length: 0\\r\\n\\r\\n".encode())
    assert connection.recv(4096).startswith(b"SIP/2.0 200"), "no answer"
    kept.append(connection)
print("open", flush=True)
time.sleep(600)
"""


class HalfOpen(unittest.TestCase):
    def test_a_vanished_peer_is_gone_within_90_seconds(self):
        net = netns.Networks()
        self.addCleanup(net.close)
        place = net.host("server", SERVER)
        server = harness.Ahoy(SERVER, netns=place)
        self.addCleanup(server.close)
        for name, ip in (("gone", GONE), ("stays", STAYING)):
            client = harness.Process(["ip", "netns", "exec", net.host(name, ip), sys.executable, "-c", CLIENT, SERVER, ip])
            self.addCleanup(client.stop, 1)
            client.wait_for_line("^open", 20)

        def connections(ip):
            listing = subprocess.run(["ip", "netns", "exec", place, "ss", "-Htn", "state", "established", "dst", ip],
                                     capture_output=True, text=True, check=True).stdout
            return len(listing.splitlines())

        self.assertEqual(connections(GONE), 2)
        self.assertEqual(connections(STAYING), 2)
        net.drop(f"{net.tag}gone", f"ip saddr {SERVER}")
        begun = time.monotonic()
        harness.wait_for(lambda: connections(GONE) == 0, GONE_WITHIN, "the end of the half-open connections")
        print(f"gone after {time.monotonic() - begun:.0f} s")
        self.assertEqual(connections(STAYING), 2)


if __name__ == "__main__":
    netns.become_root()
    unittest.main()

"""Peers that are slow, endless, absurd or silent: each has a limit, an answer, and costs the others nothing."""
import re
import socket
import ssl
import sys
import time
import unittest

import harness
from tls_test import Client

NET = "127.22.{}.{}"
HEAD = ("OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK{0};rport\r\nFrom: <sip:t@x>;tag=1\r\nTo: <sip:x>\r\n"
        "Call-ID: {0}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n")
UPGRADE = ("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: sip\r\n\r\n")


def ended(sock, seconds):
    """What came until the server closed, and after how long."""
    sock.settimeout(seconds)
    begin, got = time.monotonic(), b""
    while True:
        try:
            data = sock.recv(65536)
        except (ConnectionError, ssl.SSLError):
            data = b""
        if not data:
            return got.decode(errors="replace"), time.monotonic() - begin
        got += data


class RudePeers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = harness.Ahoy(NET.format(1, 1), profile='<param name="max-connections-per-address" value="20"/>')

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def setUp(self):
        self.sockets = []

    def tearDown(self):
        for sock in self.sockets:
            sock.close()
        # The server is as it was, and serves.
        harness.wait_for(lambda: self.metric("ahoy_sip_connections") == 0, 5, "all connections to be gone")
        client = Client(self.server)
        self.assertIn("200 OK", client.options(self.server))
        client.close()

    def metric(self, name):
        return next(int(l.split()[1]) for l in self.server.console("metrics").splitlines() if l.startswith(name + " "))

    def connect(self, port=5060, source="127.22.2.1"):
        sock = socket.create_connection((self.server.ip, port), 10, source_address=(source, 0))
        self.sockets.append(sock)
        return sock

    def test_an_absurd_content_length_is_answered_and_the_connection_closed(self):
        for length, status in (("99999999999999999999", "400"), ("-5", "400"), ("2000000000", "513")):
            sock = self.connect()
            sock.sendall((HEAD.format("a" + length) + f"Content-Length: {length}\r\n\r\n").encode())
            answer, seconds = ended(sock, 5)
            self.assertTrue(answer.startswith(f"SIP/2.0 {status} "), answer)

    def test_endless_headers_are_cut_off(self):
        sock = self.connect()
        sent = 0
        try:
            sock.sendall(HEAD.format("endless").encode())
            for _ in range(1000):
                sock.sendall(b"X-Filler: " + b"y" * 1000 + b"\r\n")
                sent += 1000
        except ConnectionError:
            pass
        ended(sock, 5)
        self.assertLess(self.metric("ahoy_sip_connections"), 2)

    def test_what_is_no_sip_is_closed_at_once(self):
        sock = self.connect()
        sock.sendall(b"\x00\x01\x02\x03\x04")
        _, seconds = ended(sock, 5)
        self.assertLess(seconds, 2)

    def test_too_many_connections_of_one_address_are_closed_others_are_served(self):
        # On each of two shards twenty; the kernel spreads them.
        held = [self.connect(source="127.22.3.1") for _ in range(60)]
        harness.wait_for(lambda: self.metric("ahoy_sip_connections_refused_total") >= 20, 5, "the refusals")
        self.assertLessEqual(self.metric("ahoy_sip_connections"), 40)
        self.assertRegex(self.server.process.output(), r"connection from 127.22.3.1:\d+ refused")
        client = Client(self.server)
        self.assertIn("200 OK", client.options(self.server))
        client.close()

    def test_a_giant_websocket_frame_is_refused_by_its_head(self):
        sock = self.connect(5066)
        sock.sendall(UPGRADE.encode())
        self.assertIn(b"101 Switching Protocols", sock.recv(4096))
        sock.sendall(b"\x82\xff" + (1 << 40).to_bytes(8, "big") + b"mask")
        sock.settimeout(5)
        self.assertEqual(sock.recv(100), b"\x88\x02" + (1009).to_bytes(2, "big"))
        ended(sock, 5)

    def test_http_on_the_websocket_port_is_answered(self):
        sock = self.connect(5066)
        sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertTrue(ended(sock, 5)[0].startswith("HTTP/1.1 404 "))
        sock = self.connect(5066)
        sock.sendall(UPGRADE.replace(": sip", ": chat").encode())
        self.assertTrue(ended(sock, 5)[0].startswith("HTTP/1.1 426 "))

    def test_handshakes_and_messages_that_never_end_are_given_up(self):
        """All at once, because each takes its time: TLS and upgrades 10 s, messages 32 s."""
        handshake = self.connect(5061)                       # says nothing
        half = self.connect(5061)
        half.sendall(b"\x16\x03\x01\x02\x00\x01")            # a record that never ends
        upgrade = self.connect(5066)
        upgrade.sendall(b"GET / HTTP/1.1\r\n")
        silent, drip = self.connect(), self.connect()        # nothing at all; one byte a second
        body = self.connect()
        body.sendall((HEAD.format("body") + "Content-Length: 100\r\n\r\nabc").encode())
        begin = time.monotonic()
        for sock in (handshake, half, upgrade):
            ended(sock, 15)
        self.assertGreater(time.monotonic() - begin, 8)
        text, at = HEAD.format("drip").encode(), 0
        try:
            while time.monotonic() - begin < 45:
                drip.sendall(text[at:at + 1])
                at += 1
                time.sleep(1)
        except ConnectionError:
            pass
        self.assertLess(time.monotonic() - begin, 40, "a message in drops is given up")
        for sock in (silent, body):
            ended(sock, 10)
        self.assertEqual(self.metric("ahoy_sip_connections"), 0)

    def test_stun_and_line_ends_are_answered(self):
        """RFC 5626: what phones send to keep their NAT's mapping."""
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.22.2.2", 0))
        udp.settimeout(5)
        udp.sendto(bytes.fromhex("000100002112a442b7e7a701bc34d686fa87dfae"), (self.server.ip, 5060))
        answer = udp.recv(100)
        self.assertEqual(answer[:2] + answer[4:20], bytes.fromhex("01012112a442b7e7a701bc34d686fa87dfae"))
        port = int.from_bytes(answer[26:28], "big") ^ 0x2112
        address = bytes(a ^ b for a, b in zip(answer[28:32], bytes.fromhex("2112a442")))
        self.assertEqual((socket.inet_ntoa(address), port), udp.getsockname())
        udp.close()
        sock = self.connect()
        sock.sendall(b"\r\n\r\n")
        sock.settimeout(5)
        self.assertEqual(sock.recv(10), b"\r\n")


if __name__ == "__main__":
    unittest.main(verbosity=1, argv=sys.argv, warnings="ignore")

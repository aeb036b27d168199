"""Ahoy finds servers with a real name server (knot): NAPTR, SRV weights, a server that dies, records that change."""
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import unittest

import harness

NET = "127.53.0.{}"
DNS = (NET.format(53), 5353)
TTL = 3


class Server:
    """A SIP server that refuses every INVITE with 486, and counts them by Call-ID."""

    def __init__(self, ip, port=5060):
        self.address = (ip, port)
        self.calls = set()
        self.socket = None
        self.start()

    def start(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(self.address)
        threading.Thread(target=self._run, args=(self.socket,), daemon=True).start()

    def stop(self):
        """Dead: nobody answers, and nothing is refused either."""
        try:
            self.socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that reads
        except OSError:
            pass
        self.socket.close()

    def _run(self, sock):
        while True:
            try:
                data, peer = sock.recvfrom(65536)
            except OSError:
                return
            if not data:
                return
            text = data.decode(errors="replace")
            if not text.startswith("INVITE "):
                continue
            head = text.split("\r\n\r\n")[0].split("\r\n")[1:]
            self.calls.add(next(l for l in head if l.startswith("Call-ID:")))
            copied = [l for l in head if l.split(":")[0] in ("Via", "From", "Call-ID", "CSeq")]
            to = next(l for l in head if l.startswith("To:")) + ";tag=x"
            sock.sendto("\r\n".join(["SIP/2.0 486 Busy Here", *copied, to, "Content-Length: 0", "", ""]).encode(), peer)


class Caller:
    """Sends INVITEs and acknowledges their refusal."""

    def __init__(self, ip, server):
        self.server = server
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((ip, 5060))
        self.ip = ip
        self.made = 0
        self.final = {}
        threading.Thread(target=self._run, daemon=True).start()

    def _message(self, method, number, to, user):
        body = (f"v=0\r\no=- 1 1 IN IP4 {self.ip}\r\ns=-\r\nc=IN IP4 {self.ip}\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n"
                if method == "INVITE" else "")
        return ("\r\n".join([f"{method} sip:{user}@{self.server[0]} SIP/2.0",
                             f"Via: SIP/2.0/UDP {self.ip}:5060;branch=z9hG4bKn{number}", "Max-Forwards: 70",
                             f"From: <sip:caller@{self.ip}>;tag=f{number}", f"To: {to}", f"Call-ID: n{number}@{self.ip}",
                             f"CSeq: 1 {method}", f"Contact: <sip:caller@{self.ip}>"] +
                            (["Content-Type: application/sdp"] if body else []) + [f"Content-Length: {len(body)}", ""]) +
                "\r\n" + body).encode()

    def call(self, user="pbx"):
        self.made += 1
        self.socket.sendto(self._message("INVITE", self.made, f"<sip:{user}@{self.server[0]}>", user), self.server)
        return self.made

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that reads
        except OSError:
            pass
        self.socket.close()

    def _run(self):
        while True:
            try:
                text = self.socket.recv(65536).decode(errors="replace")
            except OSError:
                return
            if not text:
                return
            status = re.match(r"SIP/2.0 (\d+)", text)
            number = re.search(r"Call-ID: n(\d+)@", text)
            if not status or not number or int(status[1]) < 200:
                continue
            to = re.search(r"\r\nTo: (.*)\r\n", text)[1]
            self.final[int(number[1])] = int(status[1])
            self.socket.sendto(self._message("ACK", int(number[1]), to, "pbx"), self.server)

    def wait(self, number, seconds):
        return harness.wait_for(lambda: self.final.get(number), seconds, f"the answer to call {number}")


class Knot:
    """Knot DNS with one zone."""

    def __init__(self, zone):
        harness.need("knotd")
        self.home = tempfile.mkdtemp(prefix="knot-")
        self.serial = 0
        self.zone = os.path.join(self.home, "pbx.test.zone")
        self.config = os.path.join(self.home, "knot.conf")
        self.write(zone)
        with open(self.config, "w") as out:
            out.write(f"server:\n    rundir: {self.home}\n    listen: {DNS[0]}@{DNS[1]}\n"
                      f"database:\n    storage: {self.home}\n"
                      f"log:\n  - target: stdout\n    any: info\n"
                      f"control:\n    listen: {self.home}/knot.sock\n"
                      f"zone:\n  - domain: pbx.test\n    file: {self.zone}\n    zonefile-sync: -1\n    journal-content: none\n")
        os.chmod(self.home, 0o777)
        self.process = harness.Process(["knotd", "-c", self.config])
        self.process.wait_for_line(r"server started|server: started", 10)

    def write(self, records):
        self.serial += 1
        with open(self.zone, "w") as out:
            out.write(f"$ORIGIN pbx.test.\n$TTL {TTL}\n@ SOA ns admin {self.serial} 3600 600 86400 {TTL}\n@ NS ns\n"
                      f"ns A {DNS[0]}\n" + records)

    def change(self, records):
        self.write(records)
        subprocess.run(["knotc", "-c", self.config, "zone-reload", "pbx.test"], check=True, capture_output=True)

    def close(self):
        self.process.stop()
        shutil.rmtree(self.home, ignore_errors=True)


def zone(weights):
    """NAPTR to SRV records of priority 10 with these weights, and the addresses of their servers."""
    lines = ['@ NAPTR 10 10 "s" "SIP+D2U" "" _sip._udp', '@ NAPTR 20 10 "s" "SIP+D2T" "" _sip._tcp']
    for i, (priority, weight) in enumerate(weights):
        lines += [f"_sip._udp SRV {priority} {weight} 5060 s{i}", f"s{i} A {NET.format(10 + i)}"]
    return "\n".join(lines) + "\n"


class Dns(unittest.TestCase):
    def start(self, weights):
        self.knot = Knot(zone(weights))
        self.addCleanup(self.knot.close)
        bridge = '<action application="bridge" data="sofia/internal/$1@pbx.test"/>'
        # One shard: each remembers for itself what it has asked.
        self.ahoy = harness.Ahoy(
            NET.format(1), shards=1, profile='<param name="auth-calls" value="false"/>',
            dialplan=f'<extension name="pbx"><condition field="destination_number" expression="^(pbx)$">{bridge}</condition></extension>',
            core=f'<param name="dns-servers" value="{DNS[0]}:{DNS[1]}"/><param name="sessions-per-second" value="2000"/>')
        self.addCleanup(self.ahoy.close)
        self.servers = [Server(NET.format(10 + i)) for i in range(len(weights))]
        for server in self.servers:
            self.addCleanup(server.stop)
        self.caller = Caller(NET.format(2), (NET.format(1), 5060))
        self.addCleanup(self.caller.close)

    def counts(self):
        return [len(server.calls) for server in self.servers]

    def test_weights_are_kept_within_ten_percent(self):
        self.start([(10, 60), (10, 40), (20, 100)])
        calls = 3000
        for i in range(calls):
            self.caller.call()
            if i % 10 == 9:
                time.sleep(0.03)
        harness.wait_for(lambda: len(self.caller.final) == calls, 60, f"{calls} answers; there are {len(self.caller.final)}")
        self.assertEqual(set(self.caller.final.values()), {486})
        first, second, backup = self.counts()
        self.assertAlmostEqual(first, 0.6 * calls, delta=0.06 * calls)
        self.assertAlmostEqual(second, 0.4 * calls, delta=0.04 * calls)
        self.assertEqual(backup, 0)

    def test_a_server_that_dies_is_followed_by_the_next(self):
        self.start([(10, 1), (20, 1)])
        self.assertEqual(self.caller.wait(self.caller.call(), 5), 486)
        self.assertEqual(self.counts(), [1, 0])
        self.servers[0].stop()
        began = time.monotonic()
        self.assertEqual(self.caller.wait(self.caller.call(), 20), 486)
        self.assertLess(time.monotonic() - began, 12)
        self.assertEqual(self.counts(), [1, 1])
        # Now it is known.
        began = time.monotonic()
        self.assertEqual(self.caller.wait(self.caller.call(), 5), 486)
        self.assertLess(time.monotonic() - began, 1)
        self.assertEqual(self.counts(), [1, 2])

    def test_a_change_of_the_zone_counts_after_the_ttl(self):
        self.start([(10, 1), (20, 1)])
        self.caller.wait(self.caller.call(), 5)
        self.knot.change(zone([(20, 1), (10, 1)]))
        self.caller.wait(self.caller.call(), 5)
        self.assertEqual(self.counts(), [2, 0])
        time.sleep(TTL + 0.5)  # what a TTL is about is the time that passes
        self.caller.wait(self.caller.call(), 5)
        self.assertEqual(self.counts(), [2, 1])


if __name__ == "__main__":
    unittest.main()

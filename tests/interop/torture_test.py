"""The messages of RFC 4475 and RFC 5118 at the real server, by UDP and by TCP.

Each gets what tests/torture/expectations.tsv says, or nothing, and the server goes on, on the same way and on others.
"""
import concurrent.futures
import csv
import os
import re
import socket
import sys
import time
import unittest

import harness

NET = "127.62.{}.{}"
FOLDER = os.path.join(harness.ROOT, "tests", "torture")
ANSWER_SECONDS = 5
SILENCE_SECONDS = 0.4
OPTIONS = ("OPTIONS sip:{0} SIP/2.0\r\nVia: SIP/2.0/{1} {2}:{3};branch=z9hG4bK{4};rport\r\nFrom: <sip:t@{2}>;tag=1\r\n"
           "To: <sip:{0}>\r\nCall-ID: {4}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n")
# Nobody has the numbers that are called; registrations are taken and forgotten soon.
PROFILE = ('<param name="auth-calls" value="false"/><param name="accept-blind-reg" value="true"/>'
           '<param name="sip-force-expires" value="1s"/><param name="sip-expires-late-margin" value="0s"/>'
           '<param name="timer-T1X64" value="1s"/>')

# What is due where the class and the method do not say it. 0: silence.
USUAL = {"REGISTER": 200, "OPTIONS": 200, "INVITE": 404, "MESSAGE": 404, "BYE": 481}
DUE = {
    "wsinv": 481,  # it has a tag in To, and there is no such dialog
    "intmeth": 501, "esc02": 501,  # methods that nobody knows
    "badvers": 505, "mismatch02": 501,
    "baddate": 404,  # a Date that nobody needs is ignored
    "unkscm": 416, "novelsc": 416, "unksm2": 400, "bext01": 420, "invut": 415, "sdp01": 406,
    "test": 0,  # its first line is that of no SIP message
}
# On a stream no end can be found without Content-Length. In dblreq two messages and then rubbish come at once: the
# connection may be closed before the messages have been answered, by other shards.
WHATEVER = -1
DUE_ON_STREAM = {"inv2543": 400, "dblreq": WHATEVER}
# These make a connection useless: what follows has no known beginning (RFC 3261 section 18.3).
CLOSED_ON_STREAM = {"ncl", "mcl01", "inv2543", "dblreq"}


class Row:
    def __init__(self, number, columns):
        self.number, self.file, self.kind = number, columns["file"], columns["class"]
        with open(os.path.join(FOLDER, columns["suite"], self.file + ".dat"), "rb") as file:
            self.bytes = file.read()
        text = self.bytes.decode(errors="replace")
        via = re.search(r"^v(?:ia)?\s*:\s*SIP\s*/\s*2\.0\s*/\s*\w+\s+(\[[^\]]*\]|[^\s;:,]+)\s*(?::\s*(\d+))?", text,
                        re.M | re.I)
        # What a stream waits for before it has the whole message.
        _, found, body = self.bytes.partition(b"\r\n\r\n")
        missing = 9999 - len(body) if self.file == "clerr" else 0
        self.rest_on_stream = b"x" * missing if found else b"\r\n"
        # Where the response goes over UDP (RFC 3261 section 18.2.2).
        self.port = int(via.group(2)) if via and via.group(2) else 5060
        # Messages that share one of these are to the server one and the same, or two of one phone.
        branch = re.search(r"branch\s*=\s*([^\s;,]+)", text)
        call_id = re.search(r"^(?:Call-ID|i)\s*:\s*(\S+)", text, re.M | re.I)
        self.marks = {("branch", via and via.group(1), branch and branch.group(1)),
                      ("Call-ID", call_id and call_id.group(1))}

    def due(self, stream):
        """The final status; 0: silence."""
        if stream and self.file in DUE_ON_STREAM:
            return DUE_ON_STREAM[self.file]
        if self.file in DUE:
            return DUE[self.file]
        if self.bytes.startswith(b"SIP/2.0"):
            return 0
        if self.kind in ("invalid", "accept-or-400"):
            return 400
        return USUAL[self.bytes.split(maxsplit=1)[0].decode()]


def read_rows():
    with open(os.path.join(FOLDER, "expectations.tsv"), newline="") as table:
        return [Row(number, columns) for number, columns
                in enumerate(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE), 1)]


def rounds_of(rows):
    """Rows that may be under way together."""
    rounds = []
    for row in rows:
        free = next((r for r in rounds if not any(row.marks & other.marks for other in r)), None)
        if free is None:
            rounds.append(free := [])
        free.append(row)
    return rounds


class Udp:
    name = "UDP"

    def __init__(self, server, ip, port=0):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((ip, port))
        self.socket.connect((server.ip, server.port))
        self.closed = False

    def send(self, data):
        self.socket.send(data)

    def receive(self, seconds):
        """One message, or none in that time."""
        self.socket.settimeout(seconds)
        try:
            return self.socket.recv(65536).decode(errors="replace")
        except TimeoutError:
            return ""


class Tcp:
    name = "TCP"

    def __init__(self, server, ip, port=0):
        self.socket = socket.create_connection((server.ip, server.port), 5, source_address=(ip, 0))
        self.pending = b""
        self.closed = False

    def send(self, data):
        self.socket.sendall(data)

    def receive(self, seconds):
        end = time.monotonic() + seconds
        while not self.closed:
            head, found, rest = self.pending.partition(b"\r\n\r\n")
            if found:
                length = int(re.search(rb"^Content-Length: (\d+)", head, re.M).group(1))
                self.pending = rest[length:]
                return head.decode(errors="replace")
            try:
                self.socket.settimeout(max(end - time.monotonic(), 0.001))
                data = self.socket.recv(65536)
            except TimeoutError:
                return ""
            except ConnectionError:
                data = b""
            self.closed = not data
            self.pending += data
        return ""


def status_of(response):
    match = re.match(r"SIP/2\.0 (\d{3}) ", response)
    return int(match.group(1)) if match else 0


def final_statuses(peer, wanted):
    """The final responses until the one that is wanted has come, or nothing comes any more."""
    statuses = []
    end = time.monotonic() + (ANSWER_SECONDS if wanted else SILENCE_SECONDS)
    while (left := end - time.monotonic()) > 0 and (not wanted or wanted not in statuses) and not peer.closed:
        status = status_of(peer.receive(left))
        if status >= 200:
            statuses.append(status)
    return statuses


def answers(peer, server, row, name):
    """Whether an OPTIONS is answered; what comes of the messages before it is passed over."""
    ip, port = peer.socket.getsockname()
    call_id = f"torture-{peer.name}-{row.number}-{name}"
    peer.send(OPTIONS.format(server.ip, peer.name, ip, port, call_id).encode())
    end = time.monotonic() + ANSWER_SECONDS
    while (left := end - time.monotonic()) > 0 and not peer.closed:
        response = peer.receive(left)
        if f"Call-ID: {call_id}" in response:
            return status_of(response) == 200
    return False


def torture(server, transport, row):
    """What went wrong with one message, in words."""
    stream = transport is Tcp
    peer, other = (transport(server, NET.format(2 + i, row.number), port) for i, port in enumerate((row.port, 0)))
    wrong = []
    with peer.socket, other.socket:
        peer.send(row.bytes)
        if stream and row.rest_on_stream:
            if statuses := final_statuses(peer, 0):
                wrong.append(f"answered {statuses} before it was complete")
            peer.send(row.rest_on_stream)
        due = row.due(stream)
        statuses = final_statuses(peer, due)
        if due != WHATEVER and (due not in statuses if due else statuses):
            wrong.append(f"{statuses} instead of {due or 'silence'}")
        if stream and row.file in CLOSED_ON_STREAM:
            peer.receive(ANSWER_SECONDS)
            if not peer.closed:
                wrong.append("the connection is still open")
        elif not answers(peer, server, row, "same"):
            wrong.append("no OPTIONS afterwards")
        if not answers(other, server, row, "other"):
            wrong.append("no OPTIONS on another way")
    return [f"{row.file} by {transport.name}: {text}" for text in wrong]


class Torture(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = harness.Ahoy(NET.format(1, 1), profile=PROFILE)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def quiet(self):
        """All that the last round has made is gone."""
        lines = self.server.console("metrics").splitlines()
        metrics = dict(line.split()[:2] for line in lines if line.startswith("ahoy_"))
        return all(metrics[name] == "0" for name in ("ahoy_sip_server_transactions", "ahoy_registrations", "ahoy_legs"))

    def send_all(self, transport):
        rows = read_rows()
        self.assertEqual(len(rows), 62)
        wrong = []
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            for together in rounds_of(rows):
                for texts in pool.map(lambda row: torture(self.server, transport, row), together):
                    wrong += texts
                harness.wait_for(self.quiet, 10, "the end of all transactions and registrations")
        self.assertFalse(wrong, "\n".join(wrong))

    def test_by_udp(self):
        self.send_all(Udp)

    def test_by_tcp(self):
        self.send_all(Tcp)


if __name__ == "__main__":
    unittest.main(verbosity=1, argv=sys.argv, warnings="ignore")

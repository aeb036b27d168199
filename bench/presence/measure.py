"""bench/presence/measure.py - many subscriptions, and the fan-out of one change.

One socket watches for everybody. A thousand watch the same user, the others one of 49 000 names each; then that user
registers and unregisters, and the time until its last watcher has a NOTIFY counts.
"""
import pathlib
import re
import socket
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'load'))
from load import Ahoy  # noqa: E402

PORT = 5097
SUBSCRIPTIONS, WATCHERS = 50_000, 1_000
WINDOW = 200  # SUBSCRIBEs that are not answered yet
ROUNDS = 6
GOAL_SECONDS = 0.5
QUIET = 2.5  # between changes: a NOTIFY of the last one must not hold back the next
KIB = 1024

ECHOED = re.compile(rb'^(?:Via|From|To|Call-ID|CSeq):[^\r]*\r\n', re.MULTILINE | re.IGNORECASE)


class Watchers:
    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.socket.bind(('127.0.0.1', 0))
        self.socket.connect(('127.0.0.1', PORT))
        self.socket.settimeout(1)
        self.port = self.socket.getsockname()[1]
        self.accepted = self.refused = self.notified = 0
        self.sent = 0

    def request(self, method, user, number, more):
        return (f'{method} sip:{user}@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{method[0]}{number}\r\n'
                f'Max-Forwards: 70\r\nFrom: <sip:{user}@127.0.0.1>;tag={number}\r\nTo: <sip:{user}@127.0.0.1>\r\n'
                f'Call-ID: {method}-{number}@bench\r\nCSeq: 1 {method}\r\nContact: <sip:w@127.0.0.1:{self.port}>\r\n{more}'
                'Content-Length: 0\r\n\r\n').encode()

    def take(self):
        """One message; a NOTIFY is answered. False: none came in time."""
        try:
            message = self.socket.recv(65536)
        except TimeoutError:
            return False
        if message.startswith(b'NOTIFY'):
            head = message.partition(b'\r\n\r\n')[0] + b'\r\n'
            self.socket.send(b'SIP/2.0 200 OK\r\n' + b''.join(ECHOED.findall(head)) + b'Content-Length: 0\r\n\r\n')
            self.notified += 1
        elif b' SUBSCRIBE\r\n' in message:
            if message.startswith(b'SIP/2.0 200'):
                self.accepted += 1
            elif not message.startswith(b'SIP/2.0 1'):
                self.refused += 1
        return True

    def subscribe(self):
        while self.accepted + self.refused < SUBSCRIPTIONS or self.notified < self.accepted:
            while self.sent < SUBSCRIPTIONS and self.sent - self.accepted - self.refused < WINDOW:
                user = 'hot' if self.sent < WATCHERS else f'u{self.sent}'
                self.socket.send(self.request('SUBSCRIBE', user, self.sent, 'Event: presence\r\nExpires: 3600\r\n'))
                self.sent += 1
            if not self.take():
                raise RuntimeError(f'silence after {self.accepted} subscriptions and {self.notified} NOTIFYs')

    def change(self, number):
        """Seconds until every watcher knows."""
        before, began = self.notified, time.monotonic()
        self.socket.send(self.request('REGISTER', 'hot', 10**6 + number, f'Expires: {600 if number % 2 == 0 else 0}\r\n')
                         .replace(b'sip:hot@127.0.0.1 SIP/2.0', b'sip:127.0.0.1 SIP/2.0', 1))
        while self.notified < before + WATCHERS:
            if not self.take():
                raise RuntimeError(f'only {self.notified - before} watchers were told')
        took = time.monotonic() - began
        ends = time.monotonic() + QUIET
        while time.monotonic() < ends:
            self.take()
        if self.notified != before + WATCHERS:
            raise RuntimeError(f'{self.notified - before - WATCHERS} NOTIFYs too many')
        return took


def main():
    with Ahoy(PORT) as ahoy:
        before = ahoy.resident_bytes()
        watchers, began = Watchers(), time.monotonic()
        watchers.subscribe()
        took = time.monotonic() - began
        time.sleep(1)
        each = (ahoy.resident_bytes() - before) / SUBSCRIPTIONS
        print(f'{watchers.accepted} subscriptions, {watchers.refused} refused, in {took:.1f} s; {each / KIB:.2f} KiB each')
        if watchers.refused:
            raise RuntimeError('not everybody was let in')
        times = [watchers.change(number) for number in range(ROUNDS)]
        print(f'fan-out to {WATCHERS} watchers: median {statistics.median(times) * 1000:.0f} ms, worst {max(times) * 1000:.0f} ms')
        print(f'presence ratio {max(times) / GOAL_SECONDS:.3f} goal 1.00')


main()

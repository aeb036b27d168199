"""bench/flood/measure.py - server CPU while an address floods it, before and after its ban, in per cent of a core.

Another address is asked for answers all the while.
"""
import pathlib
import socket
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'load'))
from load import RELEASE, Ahoy  # noqa: E402

FLOODER = '127.0.0.66'
SECONDS = 8
TICK = 0.002
GOAL = 1.0


def request(n):
    return (f'REGISTER sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {FLOODER}:5060;branch=z9hG4bK{n};rport\r\nMax-Forwards: 70\r\n'
            f'From: <sip:u{n}@127.0.0.1>;tag={n}\r\nTo: <sip:u{n}@127.0.0.1>\r\nCall-ID: {n}@flood\r\nCSeq: 1 REGISTER\r\n'
            'User-Agent: flood\r\nContent-Length: 0\r\n\r\n').encode()


def flood(server, rate):
    """Sends for a while; the CPU time that took, in per cent of a core, and how many of a friend's questions were answered."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.bind((FLOODER, 0))
        out.setblocking(False)
        begin, before, sent, asked, answered = time.monotonic(), server.cpu_seconds(), 0, 0, 0
        while (passed := time.monotonic() - begin) < SECONDS:
            while sent < passed * rate:
                try:
                    out.sendto(request(sent), ('127.0.0.1', server.port))
                except BlockingIOError:
                    pass
                sent += 1
            if passed > asked:
                asked += 1
                answered += server.answers()
            time.sleep(TICK)
        return 100 * (server.cpu_seconds() - before) / SECONDS, asked, answered


def main(rate):
    with Ahoy(5096) as server:
        def console(line):
            subprocess.run([RELEASE / 'ahoy', 'console', '--state', server.folder / 'state', '-x', line], check=True,
                           capture_output=True)
        for banned in (False, True):
            if banned:
                console(f'ban add {FLOODER} 1h')
            cpu, asked, answered = flood(server, rate)
            print(f'{"banned" if banned else "let in":>8}: {cpu:6.2f} % of a core at {rate} packets/s; '
                  f'another address: {answered} of {asked} answered', flush=True)
        print(f'flood ratio {cpu / GOAL:.2f} goal 1.00')


main(int(sys.argv[1]))

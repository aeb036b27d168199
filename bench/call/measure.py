"""bench/call/measure.py - CPU seconds per 1,000 calls and the highest rate without loss, of two servers in turns.

A call: INVITE, 180, 200, ACK, BYE, 200 with descriptions but without media. Both servers find the callee in their
location table. Ahoy takes it through its dialplan as two dialogs and writes two call records; Kamailio passes it on.
Both keep a finished transaction for about five seconds, and that end is part of what is counted.
"""
import pathlib
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'load'))
from load import Ahoy, Kamailio  # noqa: E402

RATES = (1000, 2000, 4000)
GOAL_RATES = (2000, 4000)  # the goal is for a busy server
SECONDS = 4
SETTLE = 6.5  # until the last transaction is over
PEAK_FROM, PEAK_STEP, PEAK_MAX = 5000, 1000, 12000
PEAK_SECONDS = 2.5
LOSS_MAX = 0.001


def lost_too_much(done):
    return done['failed'] > LOSS_MAX * done['started']


def cpu_per_1000(server, rate):
    before = server.cpu_seconds()
    done = server.load('call', rate, rate * SECONDS)
    time.sleep(SETTLE)
    if lost_too_much(done):
        print(f'  {server.name} at {rate}/s lost {done["failed"]} of {done["started"]} calls: {done["statuses"]}')
    return 1000 * (server.cpu_seconds() - before) / max(done['ok'], 1)


def peak(server):
    best = max(RATES)
    for rate in range(PEAK_FROM, PEAK_MAX + 1, PEAK_STEP):
        done = server.load('call', rate, rate * PEAK_SECONDS)
        if lost_too_much(done):
            break
        best = rate
        time.sleep(1)
    return best


def main(rounds):
    with Ahoy(5092, timer_ms=5000) as ahoy, Kamailio(5094) as kamailio:
        servers = (ahoy, kamailio)
        figures = {}
        for server in servers:
            server.register_users()
            server.load('call', 1000, 2000)  # warm
        for _ in range(rounds):  # in turns, so that a noisy moment hits both
            for rate in RATES:
                for server in servers:
                    figures.setdefault((server.name, rate), []).append(cpu_per_1000(server, rate))
        median = {key: statistics.median(values) for key, values in figures.items()}
        print(f'{"calls/s":>8} {"ahoy":>8} {"kamailio":>9} {"ratio":>6}   CPU s per 1,000 calls, median of {rounds}')
        for rate in RATES:
            ours, theirs = median['ahoy', rate], median['kamailio', rate]
            print(f'{rate:>8} {ours:>8.3f} {theirs:>9.3f} {ours / theirs:>6.2f}')
        for server in servers:
            print(f'{server.name:>8} peak {peak(server)} calls/s')
        worst = max(median['ahoy', rate] / median['kamailio', rate] for rate in GOAL_RATES)
        print(f'call ratio {worst:.2f} goal 1.00')


main(int(sys.argv[1]))

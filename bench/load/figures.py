"""bench/load/figures.py - CPU seconds per 1,000 calls and the highest rate without loss, of servers in turns.

A call: INVITE, 180, 200, ACK, BYE, 200 with descriptions but without media. Both servers find the callee in their
location table. Ahoy takes it through its dialplan as two dialogs and writes two call records; Kamailio passes it on.
Both keep a finished transaction for about five seconds, and that end is part of what is counted.
"""
import statistics
import time

SECONDS = 4
SETTLE = 6.5  # until the last transaction is over
PEAK_SECONDS = 2.5
LOSS_MAX = 0.001


def lost_too_much(done):
    return done['failed'] > LOSS_MAX * done['started']


def cpu_per_1000(server, rate):
    generator = server.generator('call', rate, rate * SECONDS)
    before = server.cpu_seconds()
    done = server.result(generator)
    time.sleep(SETTLE)
    if lost_too_much(done):
        print(f'  {server.name} at {rate}/s over {server.transport} lost {done["failed"]} of {done["started"]} calls: '
              f'{done["statuses"]}')
    return 1000 * (server.cpu_seconds() - before) / max(done['ok'], 1)


def medians(servers, rates, rounds):
    """CPU seconds per 1,000 calls by (name of the server, rate); in turns, so that a noisy moment hits all."""
    figures = {}
    for _ in range(rounds):
        for rate in rates:
            for server in servers:
                figures.setdefault((server.name, rate), []).append(cpu_per_1000(server, rate))
    return {key: statistics.median(values) for key, values in figures.items()}


def print_comparison(median, rates, rounds, what=''):
    print(f'{"calls/s":>8} {"ahoy":>8} {"kamailio":>9} {"ratio":>6}   {what}CPU s per 1,000 calls, median of {rounds}')
    for rate in rates:
        ours, theirs = median['ahoy', rate], median['kamailio', rate]
        print(f'{rate:>8} {ours:>8.3f} {theirs:>9.3f} {ours / theirs:>6.2f}')


def peak(server, known, steps):
    """The last of the steps up to which too few calls are lost to mention, `known` being one."""
    best = known
    for rate in steps:
        done = server.load('call', rate, rate * PEAK_SECONDS)
        if lost_too_much(done):
            break
        best = rate
        time.sleep(1)
    return best

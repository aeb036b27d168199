"""bench/idle/measure.py - resident memory per idle call and per registration: a difference over some thousands.

Before each, the same traffic runs without leaving anything behind, so that what transactions need for a moment is not
counted to what stays.
"""
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'load'))
from load import Ahoy, USERS  # noqa: E402

RATE = 1000
TIMER_MS = 1000  # 64*T1: transactions are over soon
SETTLE = 4
REGISTRATIONS, REGISTER_RATE = 50_000, 5000
CALLS, CALLS_WITH_MEDIA = 5000, 3000  # a call with media has four sockets
HOLD_MS = 12_000
KIB = 1024


def per_registration():
    with Ahoy(5096, timer_ms=TIMER_MS) as ahoy:
        ahoy.load('register', REGISTER_RATE, 20_000, users=USERS)
        time.sleep(SETTLE)
        before = ahoy.resident_bytes()
        done = ahoy.load('register', REGISTER_RATE, REGISTRATIONS, users=REGISTRATIONS + USERS)
        time.sleep(SETTLE)
        return (ahoy.resident_bytes() - before) / (done['ok'] - USERS)


def per_call(calls, bypass):
    with Ahoy(5096, bypass=bypass, timer_ms=TIMER_MS) as ahoy:
        ahoy.register_users()
        ahoy.load('call', RATE, 5 * RATE)
        time.sleep(SETTLE)
        before = ahoy.resident_bytes()
        generator = ahoy.generator('call', RATE, calls, hold_ms=HOLD_MS)
        time.sleep(calls / RATE + SETTLE)
        after = ahoy.resident_bytes()
        output, _ = generator.communicate(timeout=60)
        if '"failed": 0,' not in output:
            raise RuntimeError(f'calls were lost: {output}')
        return (after - before) / calls


def main():
    figures = (('idle call without media', per_call(CALLS, True), 24 * KIB),
               ('idle call with media', per_call(CALLS_WITH_MEDIA, False), 40 * KIB),
               ('registration', per_registration(), KIB))
    for name, value, goal in figures:
        print(f'{name:<24} {value / KIB:>7.2f} KiB   goal {goal / KIB:.0f} KiB')
    print(f'idle ratio {max(value / goal for _, value, goal in figures):.2f} goal 1.00')


main()

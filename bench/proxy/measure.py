"""bench/proxy/measure.py - the server roles: CPU seconds per 1,000 requests or calls, beside Kamailio in the same run.

Two servers in turns. Every role has the part of Kamailio's cost that it may take.
"""
import pathlib
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'load'))
from figures import SETTLE, lost_too_much, peak  # noqa: E402
from load import Ahoy, Kamailio  # noqa: E402

SECONDS = 4
PEAK_STEPS = range(5000, 16001, 1000)
STATEFUL = '<action application="record_route"/><action application="proxy" data="location"/>'
STATELESS = '<action application="record_route"/><action application="forward" data="location"/>'
# `redirect` alone works for calls too: the other action makes it a context for requests.
REDIRECT = '<action application="record_route"/><action application="redirect" data="location"/>'
PASSWORD = 'secret'

# name: goal, load, rates, our actions, Kamailio's mode, transport, options of the load
ROLES = {
    'stateful': (0.5, 'call', (2000, 4000), STATEFUL, None, 'udp', {}),
    'stateless': (0.8, 'call', (2000,), STATELESS, 'STATELESS', 'udp', {}),
    'redirect': (0.6, 'redirect', (4000,), REDIRECT, 'REDIRECT', 'udp', {}),
    'register': (0.6, 'register', (5000,), STATEFUL, None, 'udp', {}),
    'digest': (0.6, 'register', (4000,), STATEFUL, 'AUTH', 'udp', {'password': PASSWORD}),
    'options': (0.8, 'options', (5000,), STATEFUL, None, 'udp', {}),
    'tcp': (0.6, 'call', (2000,), STATEFUL, None, 'tcp', {}),
    'tls': (0.6, 'call', (2000,), STATEFUL, None, 'tls', {}),
}


def cost(server, load, rate, options):
    generator = server.generator(load, rate, rate * SECONDS, **options)
    before = server.cpu_seconds()
    done = server.result(generator)
    time.sleep(SETTLE)
    if lost_too_much(done):
        print(f'  {server.name} at {rate}/s lost {done["failed"]} of {done["started"]}: {done["statuses"]}')
    return 1000 * (server.cpu_seconds() - before) / max(done['ok'], 1), done['setup_us_p99']


def measure(role, rounds):
    goal, load, rates, actions, mode, transport, options = ROLES[role]
    worst = 0
    with Ahoy(5092, transport, timer_ms=5000, actions=actions, password=options.get('password')) as ahoy, \
            Kamailio(5096, transport, mode=mode) as kamailio:
        for server in (ahoy, kamailio):
            if transport == 'udp' and load != 'register':
                server.register_users()
            server.load(load, 1000, 2000, **options)  # warm
        for rate in rates:
            costs = {server.name: [] for server in (ahoy, kamailio)}
            for _ in range(rounds):
                for server in (ahoy, kamailio):
                    costs[server.name].append(cost(server, load, rate, options))
            ours, theirs = (statistics.median(each[0] for each in costs[name]) for name in ('ahoy', 'kamailio'))
            late, their_late = (statistics.median(each[1] for each in costs[name]) for name in ('ahoy', 'kamailio'))
            print(f'{role:>9} {rate:>6}/s {ours:>8.4f} {theirs:>8.4f} {ours / theirs:>6.2f}   p99 {late:>6} us {their_late:>6} us',
                  flush=True)
            worst = max(worst, ours / theirs)
        if role == 'stateful':
            for server in (ahoy, kamailio):
                print(f'{server.name:>9} peak {peak(server, max(rates), PEAK_STEPS)} calls/s', flush=True)
    return worst / goal


def main(rounds, roles):
    print(f'{"role":>9} {"rate":>8} {"ahoy":>8} {"kamailio":>8} {"ratio":>6}   CPU s per 1,000, median of {rounds}')
    worst = max(measure(role, rounds) for role in roles)
    print(f'proxy ratio {worst:.2f} goal 1.00 (of what each role may take of Kamailio\'s)')


main(int(sys.argv[1]), sys.argv[2:] or ROLES)

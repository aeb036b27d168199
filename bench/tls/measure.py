"""bench/tls/measure.py - calls over TCP and over TLS: CPU seconds per 1,000, and the highest rate without loss.

Two servers in turns; bench/load/figures.py says what a call is.

Callers and callees have twenty connections each, made before the calls: handshakes are not counted.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'load'))
from figures import medians, peak, print_comparison  # noqa: E402
from load import Ahoy, Kamailio  # noqa: E402

RATES = (1000, 2000)
GOAL_RATE = 2000
PEAK_STEPS = range(3000, 8001, 1000)


def ratio_over(transport, rounds):
    with Ahoy(5082, transport, timer_ms=5000) as ahoy, Kamailio(5084, transport) as kamailio:
        servers = (ahoy, kamailio)
        for server in servers:
            server.load('call', 1000, 2000)  # warm
        median = medians(servers, RATES, rounds)
        print_comparison(median, RATES, rounds, f'{transport.upper()}, ')
        for server in servers:
            print(f'{server.name:>8} peak {peak(server, GOAL_RATE, PEAK_STEPS)} calls/s')
        return median['ahoy', GOAL_RATE] / median['kamailio', GOAL_RATE]


def main(rounds):
    worst = max(ratio_over(transport, rounds) for transport in ('tcp', 'tls'))
    print(f'tls ratio {worst:.2f} goal 1.00')


main(int(sys.argv[1]))

"""bench/call/measure.py - calls over UDP: CPU seconds per 1,000, and the highest rate without loss.

Two servers in turns; bench/load/figures.py says what a call is.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'load'))
from figures import medians, peak, print_comparison  # noqa: E402
from load import Ahoy, Kamailio  # noqa: E402

RATES = (1000, 2000, 4000)
GOAL_RATES = (2000, 4000)  # the goal is for a busy server
PEAK_STEPS = range(5000, 12001, 1000)


def main(rounds):
    with Ahoy(5092, timer_ms=5000) as ahoy, Kamailio(5094) as kamailio:
        servers = (ahoy, kamailio)
        for server in servers:
            server.register_users()
            server.load('call', 1000, 2000)  # warm
        median = medians(servers, RATES, rounds)
        print_comparison(median, RATES, rounds)
        for server in servers:
            print(f'{server.name:>8} peak {peak(server, max(RATES), PEAK_STEPS)} calls/s')
        worst = max(median['ahoy', rate] / median['kamailio', rate] for rate in GOAL_RATES)
        print(f'call ratio {worst:.2f} goal 1.00')


main(int(sys.argv[1]))

"""bench/overload/measure.py - calls carried to their end at 150 % of the peak, as a share of those at the peak.

The server has the first core to itself (one shard, one worker), the load comes from the last. Callers and callees send
again what is not answered, as telephones do: that is what makes a server which answers late collapse.
"""
import pathlib
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'load'))
from load import Ahoy, Kamailio  # noqa: E402

FACTORS = (1.0, 1.5)
FLOOR = 1000  # calls a second
GROWTH = 1.2
ROUNDS = 3
TRIAL_SECONDS = 4


def pinned(server):
    """On the first core, with one thread or process for all the work."""
    command = server.command()
    if server.name == 'ahoy':
        command += ['--shards', '1']
    else:
        command = ['WORKERS=1' if str(word).startswith('WORKERS=') else word for word in command]
    server.command = lambda: ['taskset', '-c', '0'] + command
    return server


def goodput(server, rate, seconds):
    """Calls a second that were carried to their end, and what else was answered."""
    done = server.load('call', rate, rate * seconds, repeat=1, grace_ms=8000)
    return done['ok'] / seconds, done


def peak(server):
    """The most that it carries: what is asked for grows until less than nine in ten get through."""
    best, rate = 0, FLOOR
    while True:
        carried, _ = goodput(server, rate, TRIAL_SECONDS)
        best = max(best, carried)
        if carried < 0.9 * rate:
            return best
        rate = int(rate * GROWTH)


def main(seconds):
    ratios = []
    print(f'{"server":>8} {"offered":>8} {"carried":>8}  answers')
    for make in (lambda: Ahoy(5092, timer_ms=5000), lambda: Kamailio(5094)):
        with pinned(make()) as server:
            server.register_users()
            top = peak(server)
            for _ in range(ROUNDS):
                carried = {}
                # In turns, so that a noisy moment of the machine hits all.
                for factor in FACTORS:
                    carried[factor], done = goodput(server, int(top * factor), seconds)
                    print(f'{server.name:>8} {int(top * factor):>8} {carried[factor]:>8.0f}  {done["statuses"]}, setup p50 '
                          f'{done["setup_us_p50"] / 1000:.0f} ms, p99 {done["setup_us_p99"] / 1000:.0f} ms', flush=True)
                if server.name == 'ahoy':
                    ratios.append(carried[1.5] / carried[1.0])
    print(f'overload ratio {statistics.median(ratios):.2f} goal 0.90')


main(int(sys.argv[1]))

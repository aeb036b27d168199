"""bench/load/load.py - servers under load: starts them, runs sipgen against them, counts their CPU time and memory.

Everything stays on 127.0.0.1 and ends with the process that started it.
"""
import json
import os
import pathlib
import resource
import shutil
import socket
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).parent
RELEASE = pathlib.Path('build/release')
USERS = 1000
CONNECTIONS = 20  # of the callers, and of the callees


class Server:
    """A server program with a folder of its own; a context manager. Its load comes by `transport`, TLS on the port
    after `port`."""

    def __init__(self, port, transport='udp'):
        self.port, self.transport = port, transport
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='ahoy-bench-'))
        self.process = None

    def __enter__(self):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        with open(self.folder / 'output', 'w') as output:
            self.process = subprocess.Popen(self.command(), stdout=output, stderr=subprocess.STDOUT)
        for _ in range(100):
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} does not start:\n{(self.folder / 'output').read_text()}")
            if self.answers():
                return self
            time.sleep(0.1)
        raise RuntimeError(f'{self.name} does not answer')

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def answers(self):
        """Whether it says anything to an OPTIONS."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(('127.0.0.1', 0))
            probe.settimeout(0.2)
            probe.sendto((f'OPTIONS sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{probe.getsockname()[1]}'
                          f';branch=z9hG4bK{time.monotonic_ns()};rport\r\nMax-Forwards: 70\r\nFrom: <sip:probe@127.0.0.1>;tag=1\r\n'
                          f'To: <sip:127.0.0.1>\r\nCall-ID: {time.monotonic_ns()}@127.0.0.1\r\nCSeq: 1 OPTIONS\r\n'
                          'Content-Length: 0\r\n\r\n').encode(), ('127.0.0.1', self.port))
            try:
                return bool(probe.recv(4096))
            except OSError:
                return False

    def processes(self):
        """Its own process and all below it."""
        parents = {}
        for entry in pathlib.Path('/proc').glob('[0-9]*/stat'):
            try:
                parents[int(entry.parent.name)] = int(entry.read_text().rpartition(')')[2].split()[1])
            except OSError:
                pass
        family = {self.process.pid}
        while more := {pid for pid, parent in parents.items() if parent in family} - family:
            family |= more
        return family

    def cpu_seconds(self):
        """Run time of all its threads; the scheduler counts nanoseconds."""
        total = 0
        for pid in self.processes():
            for task in pathlib.Path(f'/proc/{pid}/task').glob('*/schedstat'):
                total += int(task.read_text().split()[0])
        return total / 1e9

    def resident_bytes(self):
        total = 0
        for pid in self.processes():
            for line in pathlib.Path(f'/proc/{pid}/smaps_rollup').read_text().splitlines():
                if line.startswith('Pss:'):
                    total += int(line.split()[1]) * 1024
        return total

    def generator(self, mode, rate, count, users=USERS, **options):
        """The sipgen process for a load, which is about to begin; its last line of output is what load() answers."""
        port = self.port + (1 if self.transport == 'tls' else 0)
        command = [RELEASE / 'bench/bench_sipgen', mode, '--server', f'127.0.0.1:{port}', '--rate', str(rate),
                   '--count', str(int(count)), '--users', str(users)]
        if self.transport != 'udp':
            options |= {'transport': self.transport, 'connections': CONNECTIONS}
        for name, value in options.items():
            command += ['--' + name.replace('_', '-'), str(value)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        if self.transport != 'udp' and process.stdout.readline() != 'ready\n':
            raise RuntimeError(f'{self.name} takes no load over {self.transport}')
        return process

    @staticmethod
    def result(generator):
        output, _ = generator.communicate(timeout=120)
        return json.loads(output.splitlines()[-1])

    def load(self, *args, **options):
        return self.result(self.generator(*args, **options))

    def register_users(self):
        """For UDP; over connections each load does that for itself."""
        done = self.load('register', 1000, USERS)
        if done['failed']:
            raise RuntimeError(f'{self.name} registered only {done}')


def make_certificate(folder):
    """A key with a certificate that it has signed itself, in one file, alone in its folder."""
    key, certificate, whole = folder / 'key', folder / 'certificate', folder / 'tls/agent.pem'
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
                    '-keyout', key, '-out', certificate, '-days', '2', '-subj', '/CN=127.0.0.1',
                    '-addext', 'subjectAltName=IP:127.0.0.1'], check=True, capture_output=True)
    whole.parent.mkdir()
    whole.write_text(key.read_text() + certificate.read_text())
    return whole


class Ahoy(Server):
    """As a switch; with `actions`, as the proxy whose dialplan they are."""
    name = 'ahoy'

    def __init__(self, port, transport='udp', bypass=True, timer_ms=32000, actions=None, password=None):
        super().__init__(port, transport)
        text = (HERE / ('proxy.xml' if actions else 'ahoy.xml')).read_text()
        users = [f'<user id="u{i}"><params><param name="password" value="{password}"/></params></user>' for i in range(USERS)]
        values = {'PORT': port, 'BYPASS': str(bypass).lower(), 'TIMER': timer_ms,
                  'TLS': str(transport == 'tls').lower(), 'CERTIFICATES': self.folder / 'tls', 'ACTIONS': actions or '',
                  'BLIND': str(password is None).lower(), 'USERS': ''.join(users) if password else ''}
        for key, value in values.items():
            text = text.replace(f'@{key}@', str(value))
        (self.folder / 'config').mkdir()
        (self.folder / 'config/freeswitch.xml').write_text(text)
        if transport == 'tls':
            make_certificate(self.folder)

    def command(self):
        return [RELEASE / 'ahoy', 'serve', '--config', self.folder / 'config', '--state', self.folder / 'state']


class Kamailio(Server):
    """A stateful proxy with a location table, on its fast allocator; it forks, and stays in front."""
    name = 'kamailio'

    def __init__(self, port, transport='udp', mode=None):
        """`mode`: STATELESS, REDIRECT or AUTH of kamailio.cfg; None: the stateful proxy."""
        super().__init__(port, transport)
        self.mode = mode

    def command(self):
        defines = {'SIPPORT': self.port, 'WORKERS': os.cpu_count()}
        if self.mode:
            defines[self.mode] = 1
        if self.transport != 'udp':
            defines |= {'STREAMS': 1, 'TLSPORT': self.port + 1, 'CERTIFICATE': f'"{make_certificate(self.folder)}"'}
        return (['kamailio', '-DD', '-E', '-f', HERE / 'kamailio.cfg', '-x', 'fm', '-X', 'fm', '-m', '2048', '-M', '16',
                 '-Y', self.folder, '-P', self.folder / 'pid'] +
                [word for name, value in defines.items() for word in ('-A', f'{name}={value}')])

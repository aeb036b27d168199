"""Starts the real program and real peers on loopback addresses, and judges audio by content. For the interop tests.

Every test has its own address of 127.0.0.0/8, so that tests may run side by side. Everything that is started is ended by
its own id.
"""
import json
import math
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import wave

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
AHOY = os.environ.get("AHOY_BINARY", os.path.join(ROOT, "build", "release", "ahoy"))


def need(program):
    """A peer from Debian; ./test installs them."""
    if shutil.which(program) is None:
        print(f"{program} is not installed: run ./test, which installs it", file=sys.stderr)
        sys.exit(1)


def wait_for(condition, seconds, what):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.02)
    raise AssertionError(f"{what} did not happen within {seconds} s")


class Process:
    """A program whose output is kept, and which is ended by its own id."""

    def __init__(self, arguments, cwd=None, env=None):
        self.lines = []
        self.process = subprocess.Popen(arguments, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, errors="replace")
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def output(self):
        return "\n".join(self.lines)

    def wait_for_line(self, pattern, seconds):
        return wait_for(lambda: next((l for l in list(self.lines) if re.search(pattern, l)), None), seconds,
                        f"'{pattern}' in the output of {self.process.args[0]}:\n{self.output()[-2000:]}\n")

    def stop(self, seconds=10):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.reader.join(2)
        return self.process.returncode


class Ahoy:
    """The server with its own folders. `profile`, `dialplan` and `core` are added to the configuration it makes; without
    them nothing is edited. `netns` is a network namespace of the test's."""

    def __init__(self, ip, port=5060, shards=2, profile="", dialplan="", directory=None, core="", external=None, netns=None):
        self.ip, self.port = ip, port
        self.external, self.netns = external, netns
        self.home = directory or tempfile.mkdtemp(prefix="ahoy-interop-")
        self.config = os.path.join(self.home, "config")
        self.state = os.path.join(self.home, "state")
        self.shards = shards
        fresh = not os.path.exists(self.config)
        if fresh:
            # The first start makes the configuration; then it is fitted to the test.
            self.start()
        if fresh and (profile or dialplan or core):
            self.stop()
            self._edit("sip_profiles/internal.xml", "</settings>", profile + "</settings>")
            self._edit("dialplan/default.xml", '<context name="default">', '<context name="default">' + dialplan)
            self._edit("autoload_configs/switch.conf.xml", "</settings>", core + "</settings>")
            self.start()
        elif not fresh:
            self.start()

    def _edit(self, file, old, new):
        path = os.path.join(self.config, file)
        with open(path) as f:
            text = f.read()
        assert old in text, f"{old} is not in {path}"
        with open(path, "w") as f:
            f.write(text.replace(old, new, 1))

    def start(self):
        inside = ["ip", "netns", "exec", self.netns] if self.netns else []
        outside = ["--external-ip", self.external] if self.external else []
        self.process = Process(inside + [AHOY, "serve", "--config", self.config, "--state", self.state, "--sip-ip", self.ip,
                                         "--sip-port", str(self.port), "--shards", str(self.shards)] + outside)
        self.process.wait_for_line("Ahoy is up", 20)

    def stop(self):
        return self.process.stop()

    def kill(self):
        self.process.process.kill()
        self.process.process.wait()

    def close(self):
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def password(self, user):
        with open(os.path.join(self.config, "directory", "default.xml")) as f:
            text = f.read()
        return re.search(rf'<user id="{user}">.*?name="password" value="([^"]+)"', text, re.S).group(1)

    def console(self, line):
        done = subprocess.run([AHOY, "console", "--state", self.state, "-x", line], capture_output=True, text=True, timeout=20)
        return done.stdout + done.stderr

    def count(self, what):
        answer = self.console(f"show {what} count")
        return int(re.search(r"(\d+) total", answer).group(1))

    def address(self, transport="udp"):
        host = f"[{self.ip}]" if ":" in self.ip else self.ip
        return f"{host}:{self.port + 1 if transport == 'tls' else self.port}"

    def tls(self, file):
        return os.path.join(self.state, "tls", file)

    def records(self):
        """Call records as dictionaries, once the writer has written them."""
        import sqlite3
        with sqlite3.connect(f"file:{self.state}/ahoy.db?mode=ro", uri=True) as db:
            db.row_factory = sqlite3.Row
            try:
                return [dict(row) for row in db.execute("select * from cdr")]
            except sqlite3.OperationalError:
                return []


def write_tone(path, hz, seconds=60, level_db=-12.0, rate=8000):
    """A sine of level_db below full scale."""
    peak = 32767 * math.pow(10, level_db / 20)
    with wave.open(path, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(b"".join(struct.pack("<h", int(peak * math.sin(2 * math.pi * hz * i / rate)))
                                 for i in range(rate * seconds)))


def read_samples(path):
    with wave.open(path, "rb") as file:
        data = file.readframes(file.getnframes())
        channels, rate = file.getnchannels(), file.getframerate()
    samples = struct.unpack(f"<{len(data) // 2}h", data)
    return samples[::channels], rate


def power_at(samples, hz, rate):
    """Goertzel: the part of the power of `samples` at one frequency."""
    w = 2 * math.cos(2 * math.pi * hz / rate)
    s1 = s2 = 0.0
    for x in samples:
        s1, s2 = x + w * s1 - s2, s1
    return (s1 * s1 + s2 * s2 - w * s1 * s2) * 2 / len(samples) ** 2


def judge_tone(path, hz, skip_seconds=0.5, frame_seconds=0.05):
    """(share of frames in which the tone dominates, its level in dB below full scale)."""
    samples, rate = read_samples(path)
    size = int(rate * frame_seconds)
    begin = next((i for i, x in enumerate(samples) if abs(x) > 300), len(samples)) + int(skip_seconds * rate)
    end = len(samples)
    while end > begin and abs(samples[end - 1]) < 300:
        end -= 1
    end -= size
    good = frames = 0
    levels = []
    for at in range(begin, end - size, size):
        frame = samples[at:at + size]
        total = sum(x * x for x in frame) / size
        tone = power_at(frame, hz, rate)
        frames += 1
        if total > 0 and tone / total > 0.9:
            good += 1
            levels.append(tone)
    if not levels:
        return 0.0, -99.0, frames
    level = 10 * math.log10(sum(levels) / len(levels) * 2) - 20 * math.log10(32767)
    return good / frames, level, frames


class Baresip:
    """One phone, driven through its ctrl_tcp module."""

    def __init__(self, ip, user, password, server, transport="udp", tone=None, level_db=-12.0, answer="manual",
                 register=True, codecs="PCMU,PCMA", cafile=None, modules=(), account="", contacts=""):
        """`modules` are application modules beside the usual ones, `account` and `contacts` are added to those files."""
        need("baresip")
        self.ip, self.user, self.server = ip, user, server
        self.home = tempfile.mkdtemp(prefix=f"baresip-{user}-")
        self.events = []
        self.control_port = 4444
        source = "aufile," + os.path.join(self.home, "tone.wav")
        if tone:
            write_tone(os.path.join(self.home, "tone.wav"), tone, level_db=level_db)
        host = f"[{ip}]" if ":" in ip else ip
        with open(os.path.join(self.home, "config"), "w") as out:
            out.write("poll_method epoll\n"
                      f"sip_listen {host}:{5060 if ':' not in ip else self._free_port()}\n"
                      + (f"sip_cafile {cafile}\nsip_verify_server yes\n" if cafile else "") +
                      "call_local_timeout 120\ncall_max_calls 4\n"
                      f"audio_source {source}\naudio_player aufile,/dev/null\naudio_alert aufile,/dev/null\n"
                      "audio_level no\nrtp_stats yes\n"
                      f"snd_path {self.home}\n"
                      "module_path /usr/lib/baresip/modules\n" +
                      "".join(f"module {m}.so\n" for m in ("g711", "aufile", "sndfile", "uuid")) +
                      "module_tmp account.so\nmodule_app menu.so\nmodule_app ctrl_tcp.so\n" +
                      "".join(f"module_app {m}.so\n" for m in modules) +
                      f"ctrl_tcp_listen {self._control_host()}:{self.control_port}\n")
        register_text = "" if register else ";regint=0"
        with open(os.path.join(self.home, "accounts"), "w") as out:
            out.write(f"<sip:{user}@{server};transport={transport}>;auth_user={user};auth_pass={password}"
                      f";answermode={answer};audio_codecs={codecs}{register_text}{account}\n")
        with open(os.path.join(self.home, "contacts"), "w") as out:
            out.write(contacts)
        self.process = Process(["baresip", "-f", self.home] + (["-6"] if ":" in ip else ["-4"]))
        self.socket = None
        wait_for(self._connect, 10, f"the control port of baresip {user}")
        threading.Thread(target=self._read_events, daemon=True).start()

    def _free_port(self):
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as s:
            s.bind(("::1", 0))
            return s.getsockname()[1]

    def _control_host(self):
        if ":" not in self.ip:
            return self.ip
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
            s.bind(("127.0.0.1", 0))
            self.control_port = s.getsockname()[1]
        return "127.0.0.1"

    def _connect(self):
        try:
            self.socket = socket.create_connection((self.ip if ":" not in self.ip else "127.0.0.1", self.control_port), 1)
            self.socket.settimeout(None)
            return True
        except OSError:
            if self.process.process.poll() is not None:
                raise AssertionError("baresip ended:\n" + self.process.output())
            return False

    def _read_events(self):
        pending = b""
        while True:
            try:
                data = self.socket.recv(65536)
            except OSError:
                return
            if not data:
                return
            pending += data
            while b":" in pending:
                size, rest = pending.split(b":", 1)
                if len(rest) < int(size) + 1:
                    break
                text, pending = rest[:int(size)], rest[int(size) + 1:]
                try:
                    self.events.append(json.loads(text.decode(errors="replace")))
                except ValueError:
                    pass

    def command(self, name, params=""):
        text = json.dumps({"command": name, "params": params, "token": "t"}).encode()
        self.socket.sendall(str(len(text)).encode() + b":" + text + b",")

    def wait_for_event(self, kind, seconds=10, **matches):
        def found():
            for event in list(self.events):
                if event.get("type") == kind and all(v in str(event.get(k, "")) for k, v in matches.items()):
                    return event
            return None
        return wait_for(found, seconds, f"event {kind} {matches} at {self.user}; seen: "
                        f"{[(e.get('type'), e.get('param')) for e in self.events]}\n{self.process.output()[-1500:]}\n")

    def registered(self, seconds=10):
        # The event may have come before we were connected; the line is always there.
        return self.process.wait_for_line(r"200 OK .*binding", seconds)

    def dial(self, number):
        self.command("dial", f"sip:{number}@{self.server}")

    def answer(self):
        self.command("accept")

    def hang_up(self):
        self.command("hangup")

    def recording(self):
        """What this phone heard."""
        files = sorted(f for f in os.listdir(self.home) if f.startswith("dump-") and f.endswith("-dec.wav"))
        assert files, f"baresip recorded nothing; it has {os.listdir(self.home)}"
        return os.path.join(self.home, files[-1])

    def close(self):
        try:
            self.command("quit")
        except OSError:
            pass
        time.sleep(0.3)
        self.process.stop(5)
        shutil.rmtree(self.home, ignore_errors=True)

"""SIPp as one side of a flow, from a scenario in sipp/; and a TLS relay for it, because Debian's SIPp is built without.

What every message of a party has in common stands here; a scenario writes `@request INVITE 1@` for it. In it, `[via]`
and `[lower]` are the transport that the server sees, `[me]` the address, `[who]` the user.
"""
import asyncio
import os
import re
import shutil
import ssl
import subprocess
import tempfile
import threading

import harness

SCENARIOS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sipp")

FROM_CALLER = """Via: SIP/2.0/[via] [me];branch={branch}
From: <sip:[who]@[me]>;tag=a[pid]
To: <sip:[service]@[server]>{to_tag}
Call-ID: [call_id]
CSeq: {cseq} {method}
Max-Forwards: 70
Contact: <sip:[who]@[me];transport=[lower]>"""
# CANCEL and the ACK of a failure share the branch of their INVITE (RFC 3261 sections 9.1 and 17.1.1.3).
FIRST_BRANCH = "z9hG4bK-[pid]-{cseq}"


def from_caller(line, branch, to_tag):
    return line + "\n" + FROM_CALLER.replace("{branch}", branch).replace("{to_tag}", to_tag)


BLOCKS = {
    # The caller outside the dialog: INVITE, CANCEL, REGISTER; and the ACK of a failure.
    "request": from_caller("{method} sip:[service]@[server] SIP/2.0", FIRST_BRANCH, ""),
    "ack_of_failure": from_caller("{method} sip:[service]@[server] SIP/2.0", FIRST_BRANCH, "[peer_tag_param]"),
    # The caller in the dialog.
    "inside": from_caller("{method} [next_url] SIP/2.0", "[branch]", "[peer_tag_param]"),
    # The callee's <recv request="INVITE"> keeps with this what its later messages need.
    "take_dialog": """<ereg regexp=".*" search_in="hdr" header="Via:" assign_to="via"/>
<ereg regexp=".*" search_in="hdr" header="From:" assign_to="from"/>
<ereg regexp=".*" search_in="hdr" header="To:" assign_to="to"/>
<ereg regexp="sip:[^&gt;]*" search_in="hdr" header="Contact:" assign_to="target"/>""",
    # The callee's response to that INVITE, and its requests in the dialog.
    "answer": """SIP/2.0 {status}
Via:[$via]
From:[$from]
To:[$to];tag=b[pid]
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:bob@[me];transport=[lower]>""",
    "from_callee": """{method} [$target] SIP/2.0
Via: SIP/2.0/[via] [me];branch=[branch]
From:[$to];tag=b[pid]
To:[$from]
Call-ID: [call_id]
CSeq: {cseq} {method}
Max-Forwards: 70""",
    # Either side's response to a request in the dialog.
    "response": """SIP/2.0 {status}
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[who]@[me];transport=[lower]>""",
    "empty": "Content-Length: 0\n",
    "sdp": """Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 {version} IN IP4 [media_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000
a={direction}""",
}


def expanded(text):
    """A scenario with its blocks."""
    def block(match):
        indent, name, arguments = match.group(1), match.group(2), match.group(3).strip()
        first, _, second = arguments.partition(" ")
        values = {"method": first, "cseq": second, "status": arguments, "version": first or "1",
                  "direction": second or "sendrecv"}
        lines = BLOCKS[name]
        for key, value in values.items():
            lines = lines.replace("{" + key + "}", value)
        return "\n".join(indent + line if line else "" for line in lines.split("\n"))
    return re.sub(r"^([ ]*)@(\w+)([^@\n]*)@$", block, text, flags=re.M)


def listens(port, transport):
    """Every callee has a port that nobody else has."""
    with open(f"/proc/net/{transport}") as f:
        return any(line.split()[1].endswith(f":{port:04X}") for line in f)


class Party:
    """One SIPp, for one call: at `ip` and `port`, seen by the server at `me` and as `who`. With a `number` it calls,
    else it is called. `to`: where it sends, the server itself unless there is a relay. `everywhere`: it listens at every
    address."""

    def __init__(self, scenario, ip, port, transport, server, me=None, who="alice", number="", to="", keys=None,
                 options=(), everywhere=False):
        harness.need("sipp")
        self.scenario, self.transport = scenario, transport
        self.folder = tempfile.mkdtemp(prefix="sipp-")
        with open(os.path.join(SCENARIOS, scenario + ".xml")) as f:
            text = expanded(f.read())
        path = os.path.join(self.folder, scenario + ".xml")
        with open(path, "w") as out:
            out.write(text)
        self.errors, self.log = (os.path.join(self.folder, name) for name in ("errors", "log"))
        own = "udp" if transport == "udp" else "tcp"
        keys = {"via": transport.upper(), "lower": transport, "me": f"{me or ip}:{port}", "who": who, "server": server,
                **(keys or {})}
        self.process = harness.Process(
            ["sipp", "-sf", path, "-p", str(port), "-mi", ip, "-t", own[0] + "1", "-m", "1", "-nostdin",
             "-timeout", "58", "-timeout_error", "-trace_err", "-error_file", self.errors, "-trace_logs",
             "-log_file", self.log] + [word for pair in keys.items() for word in ("-key", *pair)]
            + list(options) + ([] if everywhere else ["-i", ip, "-bind_local"])
            + (["-s", number, to or server] if number else []), cwd=self.folder)
        if not number:
            harness.wait_for(lambda: listens(port, own), 5, f"SIPp with {scenario} at {ip}:{port}")

    def logged(self):
        """What the scenario has logged, or nothing yet."""
        if not os.path.exists(self.log):
            return ""
        with open(self.log) as f:
            return f.read().strip()

    def ended(self):
        return self.process.process.poll() is not None

    def failure(self):
        """An empty text when everything went as its scenario says, else what did not."""
        if self.process.process.poll() == 0:
            return ""
        said = "it still waits"
        if self.ended() and os.path.exists(self.errors):
            with open(self.errors, errors="replace") as f:
                said = re.sub(r"^[^\n]*Last Reset Time.*", "", f.read(), flags=re.M | re.S)
        return f"{self.scenario} {self.transport}: {said.strip() or self.process.output()[-1500:]}"

    def close(self):
        self.process.process.kill()
        self.process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class TlsRelay:
    """Passes on what comes: from TLS to a SIPp that listens for TCP, or from a SIPp that connects by TCP to TLS."""

    def __init__(self, listen, to, accept=None, connect=None):
        """`listen` and `to`: (host, port); `accept` and `connect`: the SSLContext of that side, none: plain TCP."""
        self.address = f"{listen[0]}:{listen[1]}"
        self.listen, self.to, self.accept, self.connect = listen, to, accept, connect
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        assert self.ready.wait(5), "the relay does not listen"

    def _run(self):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self._serve, *self.listen, ssl=self.accept))
        self.ready.set()
        self.loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.loop.close()

    async def _serve(self, reader, writer):
        far_reader, far_writer = await asyncio.open_connection(*self.to, ssl=self.connect)
        try:
            await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        except asyncio.CancelledError:
            pass  # the test is over

    @staticmethod
    async def _pump(reader, writer):
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except (ConnectionError, ssl.SSLError):
            pass
        writer.close()

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)

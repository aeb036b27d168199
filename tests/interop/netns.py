"""Networks of the test's own: namespaces joined by veth pairs, and NATs of several kinds made with nftables.

    outside     203.0.113.0/24, a bridge: servers and the outer sides of the NATs
    behind NAT  192.168.<n>.0/24, a bridge inside the NAT's namespace, its hosts

Everything has the test's process id in its name and is removed by close().
"""
import os
import shutil
import subprocess
import sys


def run(*arguments):
    done = subprocess.run(arguments, capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def become_root():
    """Namespaces take root: anybody else becomes it within a user namespace, where the rest of the machine is out of reach."""
    if os.geteuid() == 0:
        return
    os.execvp("unshare", ["unshare", "--user", "--map-root-user", "--net", "--mount", "sh", "-c",
                          'mount -t tmpfs none /run && exec "$@"', "sh", sys.executable] + sys.argv)


class Networks:
    def __init__(self):
        for program in ("ip", "nft"):
            if shutil.which(program) is None:
                print(f"{program} is not installed: run ./test, which installs it", file=sys.stderr)
                sys.exit(1)
        self.tag = f"t{os.getpid() % 100000}"
        self.namespaces = []
        self.links = 0
        self.outside = self._namespace("out")
        self._bridge(self.outside)

    def close(self):
        for name in reversed(self.namespaces):
            subprocess.run(["ip", "netns", "del", name], capture_output=True)

    def _namespace(self, name):
        full = f"{self.tag}{name}"
        run("ip", "netns", "add", full)
        self.namespaces.append(full)
        run("ip", "-n", full, "link", "set", "lo", "up")
        return full

    def _bridge(self, namespace):
        run("ip", "-n", namespace, "link", "add", "br0", "type", "bridge")
        run("ip", "-n", namespace, "link", "set", "br0", "up")

    def _plug(self, namespace, network, device, address):
        """`device` of `namespace`, with an address, plugged into the bridge of `network`."""
        self.links += 1
        end = f"{self.tag}v{self.links}"
        run("ip", "link", "add", end, "type", "veth", "peer", "name", end + "p")
        run("ip", "link", "set", end + "p", "netns", namespace, "name", device)
        run("ip", "link", "set", end, "netns", network)
        run("ip", "-n", network, "link", "set", end, "master", "br0")
        run("ip", "-n", network, "link", "set", end, "up")
        run("ip", "-n", namespace, "addr", "add", address, "dev", device)
        run("ip", "-n", namespace, "link", "set", device, "up")

    def host(self, name, ip):
        """A machine outside."""
        namespace = self._namespace(name)
        self._plug(namespace, self.outside, "eth0", f"{ip}/24")
        return namespace

    def nat(self, name, outer, number, kind):
        """A router with `outer` as its address outside. `kind`: cone (a port keeps its number), symmetric (each peer sees
        another port), or the inner address that is mapped one to one."""
        namespace = self.host(name, outer)
        self._bridge(namespace)
        run("ip", "-n", namespace, "addr", "add", f"192.168.{number}.1/24", "dev", "br0")
        run("ip", "netns", "exec", namespace, "sysctl", "-qw", "net.ipv4.ip_forward=1")
        rules = {"cone": "masquerade", "symmetric": "masquerade random,fully-random"}.get(kind)
        nft = ["add table ip nat", "add chain ip nat post { type nat hook postrouting priority 100; }",
               "add chain ip nat pre { type nat hook prerouting priority -100; }"]
        if rules:
            nft.append(f"add rule ip nat post oifname eth0 {rules}")
        else:
            nft += [f"add rule ip nat post oifname eth0 ip saddr {kind} snat to {outer}",
                    f"add rule ip nat pre iifname eth0 ip daddr {outer} dnat to {kind}"]
        # What nobody inside asked for is not let in: without this a "cone" would be a public address.
        nft += ["add table ip guard", "add chain ip guard forward { type filter hook forward priority 0; policy accept; }"]
        if rules:
            nft.append('add rule ip guard forward iifname eth0 ct state new drop')
        for line in nft:
            run("ip", "netns", "exec", namespace, "nft", line)
        return namespace

    def inside(self, name, nat, number, last):
        """A machine behind that NAT."""
        namespace = self._namespace(name)
        self._plug(namespace, nat, "eth0", f"192.168.{number}.{last}/24")
        run("ip", "-n", namespace, "route", "add", "default", "via", f"192.168.{number}.1")
        return namespace

    def drop(self, namespace, rule):
        """Blocks what `rule` matches, in both chains of a host."""
        for line in ("add table ip block", "add chain ip block in { type filter hook input priority 0; }",
                     f"add rule ip block in {rule} drop"):
            run("ip", "netns", "exec", namespace, "nft", line)

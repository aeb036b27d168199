"""TLS of the real server, seen by Python's ssl module, which verifies chain and host name for real; and by rude clients."""
import os
import socket
import ssl
import subprocess
import sys
import time
import unittest

import harness

NET = "127.21.{}.{}"
OPTIONS = ("OPTIONS sip:{0} SIP/2.0\r\nVia: SIP/2.0/TLS {1};branch=z9hG4bK{2};rport\r\nFrom: <sip:t@{1}>;tag=1\r\n"
           "To: <sip:{0}>\r\nCall-ID: {2}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n")


class Client:
    """A TLS connection that verifies the server as the host it was told."""

    def __init__(self, server, cafile=None, host=None, certificate=None, version=None):
        context = ssl.create_default_context(cafile=cafile or server.tls("cafile.pem"))
        if certificate:
            context.load_cert_chain(certificate)
        if version:
            context.minimum_version = context.maximum_version = version
        plain = socket.create_connection((server.ip, server.port + 1), 10)
        self.socket = context.wrap_socket(plain, server_hostname=host or server.ip)
        self.number = 0

    def options(self, server):
        self.number += 1
        name = f"{self.socket.getsockname()[1]}-{self.number}"
        self.socket.sendall(OPTIONS.format(server.ip, "127.0.0.1", name).encode())
        return self.read()

    def read(self):
        return self.socket.recv(65536).decode(errors="replace")

    def names(self):
        return [name for _, name in self.socket.getpeercert()["subjectAltName"]]

    def close(self):
        self.socket.close()


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def make_certificate(folder, name, authority):
    """A key and a certificate for `name`, signed by the authority files (certificate, key); one PEM file."""
    key, request, made, whole = (os.path.join(folder, f"{name}.{end}") for end in ("key", "csr", "crt", "whole"))
    extension = os.path.join(folder, "ext")
    with open(extension, "w") as out:
        out.write(f"subjectAltName={'IP' if name[0].isdigit() else 'DNS'}:{name}\n")
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", request,
            "-subj", f"/CN={name}")
    openssl("x509", "-req", "-in", request, "-CA", authority[0], "-CAkey", authority[1], "-out", made, "-days", "2",
            "-extfile", extension, "-CAcreateserial")
    with open(whole, "w") as out:
        out.write(open(key).read() + open(made).read())
    return whole


class Tls(unittest.TestCase):
    number = 0

    def setUp(self):
        Tls.number += 1
        self.things = []

    def tearDown(self):
        for thing in reversed(self.things):
            thing.close()

    def server(self, host=1, **options):
        server = harness.Ahoy(NET.format(Tls.number, host), **options)
        self.things.append(server)
        return server

    def client(self, server, **options):
        client = Client(server, **options)
        self.things.append(client)
        return client

    def authority(self, server):
        return server.tls("cafile.pem"), server.tls("cakey.pem")

    def metric(self, server, name):
        return next(int(l.split()[1]) for l in server.console("metrics").splitlines() if l.startswith(name + " "))

    def test_a_first_start_has_a_certificate_that_can_be_verified(self):
        server = self.server()
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            client = self.client(server, version=version)
            self.assertIn("SIP/2.0 200 OK", client.options(server))
        for name in ("agent.pem", "cafile.pem", "cakey.pem"):
            self.assertEqual(os.stat(server.tls(name)).st_mode & 0o077, 0, name)

    def test_old_versions_are_refused(self):
        server = self.server()
        done = subprocess.run(["openssl", "s_client", "-connect", f"{server.ip}:{server.port + 1}", "-tls1_1", "-cipher",
                               "ALL:@SECLEVEL=0"], input="", capture_output=True, text=True, timeout=20)
        self.assertNotEqual(done.returncode, 0)
        harness.wait_for(lambda: self.metric(server, "ahoy_tls_handshakes_failed_total") == 1, 5, "the failed handshake")
        self.assertIn("no connection with", server.process.output())

    def test_another_authority_is_refused_by_the_client(self):
        server, stranger = self.server(1), self.server(2)
        with self.assertRaises(ssl.SSLCertVerificationError):
            Client(server, cafile=stranger.tls("cafile.pem"))
        harness.wait_for(lambda: self.metric(server, "ahoy_tls_handshakes_failed_total") == 1, 5, "the failed handshake")

    def test_certificates_replaced_on_disk_serve_new_connections(self):
        server = self.server()
        before = self.client(server)
        self.assertEqual(before.names(), [server.ip])
        made = make_certificate(server.home, "new.example.com", self.authority(server))
        os.replace(made, server.tls("agent.pem"))
        begin = time.monotonic()

        def renewed():
            try:
                client = Client(server, host="new.example.com")
            except ssl.SSLCertVerificationError:
                return False
            client.close()
            return True
        harness.wait_for(renewed, 5, "the new certificate")
        self.assertLess(time.monotonic() - begin, 5)
        self.assertIn("200 OK", before.options(server), "the connection from before lives on")

        with open(server.tls("agent.pem"), "w") as out:
            out.write("-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----\n")
        server.process.wait_for_line(r"agent.pem holds no certificate that can be used", 6)
        self.assertIn("200 OK", self.client(server, host="new.example.com").options(server), "the good one is kept")
        self.assertIn("200 OK", before.options(server))

    def test_a_certificate_for_each_name(self):
        server = self.server()
        made = make_certificate(server.home, "other.example.com", self.authority(server))
        os.replace(made, server.tls("other.pem"))
        harness.wait_for(lambda: self.metric(server, "ahoy_tls_certificates_renewed_total") >= 1, 5, "the new file")
        self.assertEqual(self.client(server, host="other.example.com").names(), ["other.example.com"])
        self.assertEqual(self.client(server).names(), [server.ip])

    def test_mutual_tls(self):
        server = self.server(profile='<param name="tls-verify-policy" value="subjects_in"/>'
                                     '<param name="tls-verify-in-subjects" value="phone.example.com|sip:x"/>')
        good = make_certificate(server.home, "phone.example.com", self.authority(server))
        bad = make_certificate(server.home, "thief.example.com", self.authority(server))
        self.assertIn("200 OK", self.client(server, certificate=good).options(server))
        for certificate in (bad, None):
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                client = self.client(server, certificate=certificate)
                if not client.options(server):
                    raise ConnectionError("closed")
        self.assertIn("none of tls-verify-in-subjects", server.process.output())


if __name__ == "__main__":
    unittest.main(verbosity=1, argv=sys.argv, warnings="ignore")

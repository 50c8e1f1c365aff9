#!/usr/bin/python3
"""The time-stamping authority of testcerts/tsa/ is one: openssl believes its stamps, and its faults are what they are called."""

import http.client
import ssl
import subprocess
import tempfile
import unittest
from pathlib import Path

TESTCERTS = Path(__file__).resolve().parents[2] / "testcerts"
FIXED = TESTCERTS / "hpki/fixed"


class Tsa(unittest.TestCase):
    def start(self, *options):
        self.server = subprocess.Popen(["/usr/bin/python3", TESTCERTS / "tsa/serve.py", "--pki", FIXED, *options], stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(self.stop)
        word, url = self.server.stdout.readline().split()
        self.assertEqual(word, "ready")
        scheme, _, rest = url.partition("://")
        return scheme, int(rest.rstrip("/").rpartition(":")[2])

    def stop(self):
        self.server.terminate()
        self.assertEqual(self.server.wait(10), 0)
        self.server.stdout.close()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "data").write_text("data")
        pem = ssl.DER_cert_to_PEM_cert((FIXED / "trust/timestamp/tsa_ca.cer").read_bytes())
        (self.folder / "ca.pem").write_text(pem)

    def query(self, *options):
        self.openssl("-query", "-data", "data", "-sha256", "-cert", "-out", "query", *options)
        return (self.folder / "query").read_bytes()

    def openssl(self, *arguments):
        return subprocess.run(["openssl", "ts", *arguments], cwd=self.folder, capture_output=True, text=True, check=False)

    def connect(self, connection):
        self.addCleanup(connection.close)
        return connection

    def ask(self, connection, query, kind="application/timestamp-query"):
        connection.request("POST", "/", query, {"Content-Type": kind})
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read()

    def verified(self, reply):
        (self.folder / "reply").write_bytes(reply)
        # The test PKI has a time of its own.
        return self.openssl("-verify", "-queryfile", "query", "-in", "reply", "-CAfile", "ca.pem", "-attime", "1775002800")

    def test_openssl_believes_its_stamps(self):
        scheme, port = self.start("--policy", "1.2.3.4")
        self.assertEqual(scheme, "http")
        connection = self.connect(http.client.HTTPConnection("localhost", port))
        for _ in range(2):
            status, kind, reply = self.ask(connection, self.query())
            self.assertEqual((status, kind), (200, "application/timestamp-reply"))
            done = self.verified(reply)
            self.assertEqual(done.returncode, 0, done.stderr)
        shown = self.openssl("-reply", "-in", "reply", "-text").stdout
        self.assertIn("Policy OID: 1.2.3.4", shown)
        self.assertIn("Serial number: 0x03", shown)

    def test_faults_are_switched_while_it_runs(self):
        _, port = self.start()
        connection = self.connect(http.client.HTTPConnection("localhost", port))

        def switch(word):
            connection.request("PUT", "/fault", word)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        self.ask(connection, self.query())
        for fault, status, kind in (("reject", 200, "application/timestamp-reply"), ("status", 503, "text/plain"), ("html", 200, "text/html"),
                                    ("stale", 200, "application/timestamp-reply")):
            self.assertEqual(switch(fault), 200)
            answer = self.ask(connection, self.query())
            self.assertEqual(answer[:2], (status, kind), fault)
            self.assertNotEqual(self.verified(answer[2]).returncode, 0, fault)
        switch("hang-up")
        with self.assertRaises(http.client.RemoteDisconnected):
            self.ask(connection, self.query())
        self.assertEqual(switch("none"), 200)
        self.assertEqual(self.verified(self.ask(connection, self.query())[2]).returncode, 0)
        self.assertEqual(switch("unheard-of"), 404)
        self.assertEqual(self.ask(connection, b"x", "text/plain")[0], 415)

    def test_rubbish_is_rejected(self):
        _, port = self.start()
        connection = self.connect(http.client.HTTPConnection("localhost", port))
        for rubbish in (b"", b"rubbish", self.query()[:-1]):
            status, kind, reply = self.ask(connection, rubbish)
            self.assertEqual((status, kind), (200, "application/timestamp-reply"))
            self.assertNotEqual(self.verified(reply).returncode, 0)
        connection.request("POST", "/", b"", {"Content-Type": "application/timestamp-query", "Content-Length": "99999999"})
        self.assertEqual(connection.getresponse().status, 413)

    def test_over_tls_for_those_who_show_a_certificate(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-subj", "/CN=client",
                        "-days", "3650", "-keyout", "client.key", "-out", "client.pem"], cwd=self.folder, check=True, capture_output=True)
        scheme, port = self.start("--client-ca", self.folder / "client.pem")
        self.assertEqual(scheme, "https")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        # The server's certificate is of the fixed epoch; whether it is in force today is not asked here.
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            self.ask(self.connect(http.client.HTTPSConnection("localhost", port, context=context)), self.query())
        context.load_cert_chain(self.folder / "client.pem", self.folder / "client.key")
        answer = self.ask(self.connect(http.client.HTTPSConnection("localhost", port, context=context)), self.query())
        self.assertEqual(self.verified(answer[2]).returncode, 0)


unittest.main()

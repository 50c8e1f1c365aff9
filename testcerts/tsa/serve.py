#!/usr/bin/python3
"""The test PKI's time-stamping authority over HTTP (RFC 3161, 3.4), by the program openssl.

    serve.py --pki DIR [--port N] [--policy OID] [--tls] [--client-ca FILE]

Prints `ready http://localhost:PORT/` and serves until SIGTERM or SIGINT. The time is the machine's. --tls uses the PKI's server certificate
(localhost, 127.0.0.1); --client-ca (DER or PEM, implies --tls) turns away clients that show no certificate of that CA.

What it does wrong is switched while it runs, by anybody: `PUT /fault` with one of these words as body, `none` to be good again.
    reject      refuses every request (PKIStatus rejection)
    status      HTTP 503
    html        HTTP 200 and a web page
    stale       gives its last answer again: a wrong nonce
    hang-up     closes the connection
"""

import argparse
import http.server
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

FAULTS = ("none", "reject", "status", "html", "stale", "hang-up")
LONGEST_QUERY = 64 << 10
CONFIG = """[tsa]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {key}
certs = {folder}/ca.pem
signer_digest = sha256
default_policy = {policy}
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""


class Authority:
    """Certificate, key, serial numbers and configuration in a folder that goes with the program."""

    def __init__(self, pki: Path, policy: str, folder: Path):
        self.folder, self.fault, self.last, self.lock = folder, "none", b"", threading.Lock()
        for name, source in (("tsa", pki / "tsa/tsa.cer"), ("ca", pki / "trust/timestamp/tsa_ca.cer")):
            (folder / f"{name}.pem").write_text(as_pem(source), encoding="ascii")
        (folder / "serial").write_text("01\n", encoding="ascii")
        (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder, key=(pki / "tsa/tsa.key.pem").resolve(), policy=policy), encoding="utf-8")

    def reply(self, query: bytes) -> bytes:
        """A TimeStampResp; one at a time, because of the file with the serial number."""
        with self.lock:
            (self.folder / "query").write_bytes(query)
            # What it cannot read, openssl answers with a rejection.
            subprocess.run(["openssl", "ts", "-reply", "-config", self.folder / "tsa.cnf", "-section", "tsa", "-queryfile", self.folder / "query",
                            "-out", self.folder / "reply"], check=True, capture_output=True)
            return (self.folder / "reply").read_bytes()

    def answer(self, query: bytes) -> bytes:
        if self.fault == "reject":
            return bytes.fromhex("3009300702010203020780")  # PKIStatusInfo: rejection, badAlg
        if self.fault != "stale" or not self.last:
            self.last = self.reply(query)
        return self.last


def as_pem(file: Path) -> str:
    content = file.read_bytes()
    return content.decode() if content.startswith(b"-----") else ssl.DER_cert_to_PEM_cert(content)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    authority: Authority

    def log_message(self, format, *arguments):
        print(format % arguments, file=sys.stderr, flush=True)

    def give(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > LONGEST_QUERY:
            self.close_connection = True
            self.give(413, "text/plain", b"a Content-Length of at most 64 KiB is needed\n")
            return None
        return self.rfile.read(int(length))

    def do_PUT(self) -> None:
        word = (self.body() or b"").decode("ascii", "replace").strip()
        if self.path != "/fault" or word not in FAULTS:
            return self.give(404, "text/plain", f"PUT /fault with one of: {', '.join(FAULTS)}\n".encode())
        self.authority.fault = word
        return self.give(200, "text/plain", b"")

    def do_POST(self) -> None:
        query = self.body()
        if query is None:
            return None
        if self.headers.get_content_type() != "application/timestamp-query":
            return self.give(415, "text/plain", b"application/timestamp-query only\n")
        fault = self.authority.fault
        if fault == "hang-up":
            self.close_connection = True
            return None
        if fault == "status":
            return self.give(503, "text/plain", b"out of order\n")
        if fault == "html":
            return self.give(200, "text/html", b"<html>Welcome</html>\n")
        return self.give(200, "application/timestamp-reply", self.authority.answer(query))


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        print(f"{client_address}: {sys.exc_info()[1]}", file=sys.stderr, flush=True)


def tls_context(pki: Path, client_ca: Path | None, folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    (folder / "server.pem").write_text(as_pem(pki / "tls/server.cer"), encoding="ascii")
    context.load_cert_chain(folder / "server.pem", pki / "tls/server.key.pem")
    if client_ca:
        context.load_verify_locations(cadata=as_pem(client_ca))
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pki", type=Path, required=True, help="what testcerts/hpki/generate.py has written")
    parser.add_argument("--port", type=int, default=0, help="on the loopback interface; 0: any")
    parser.add_argument("--policy", default="1.3.6.1.4.1.32473.1", help="policy OID of the stamps")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--client-ca", type=Path)
    parser.add_argument("--fault", choices=FAULTS, default="none", help="what is wrong from the start")
    return parser.parse_args()


def main() -> None:
    given = arguments()
    with tempfile.TemporaryDirectory(prefix="shomei-tsa-") as name:
        folder = Path(name)
        Handler.authority = Authority(given.pki, given.policy, folder)
        Handler.authority.fault = given.fault
        server = Server(("127.0.0.1", given.port), Handler)
        secure = given.tls or given.client_ca is not None
        if secure:
            server.socket = tls_context(given.pki, given.client_ca, folder).wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
        print(f"ready {'https' if secure else 'http'}://localhost:{server.server_address[1]}/", flush=True)
        server.serve_forever()
        server.server_close()


main()

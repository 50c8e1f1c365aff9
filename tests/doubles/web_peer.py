"""A web server and a proxy of another make, with faults: Python's http.server.

usage: web_peer.py FOLDER [CERTIFICATE KEY [CLIENT_CA]]

Serves FOLDER under /f/ with ETag, Last-Modified and 304. A file NAME.fault beside NAME (or beside nothing) names what
goes wrong with it; /FAULT alone does the same. Prints its three ports (http, https, proxy), then a line for each
request: its method, its target and the status of the answer. With CLIENT_CA, https wants a client certificate of that
CA, whose commonName is given under /client. Ends when its standard input does.
"""

import hashlib
import email.utils
import http.server
import os
import pathlib
import socket
import ssl
import struct
import sys
import threading

FOLDER = pathlib.Path(sys.argv[1])
PRINTING = threading.Lock()
STOPPED = threading.Event()


def tell(*words):
    with PRINTING:
        print(*words, flush=True)


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def head(self, status, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        tell(self.command, self.path, status)

    def do_GET(self):
        name = self.path.split("?")[0].removeprefix("/f/").lstrip("/")
        fault = FOLDER / (name + ".fault")
        fault = fault.read_text().strip() if fault.exists() else name
        try:
            getattr(self, "fault_" + fault.replace("-", "_"), lambda: self.give(FOLDER / name))()
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            self.close_connection = True
            tell("cut", self.path)

    def give(self, path):
        if not path.exists():
            return self.head(404, Content_Length=0)
        content = path.read_bytes()
        tag = '"%s"' % hashlib.sha256(content).hexdigest()[:16]
        modified = email.utils.formatdate(path.stat().st_mtime, usegmt=True)
        if self.headers.get("If-None-Match") == tag:
            return self.head(304, ETag=tag, Last_Modified=modified)
        self.head(200, ETag=tag, Last_Modified=modified, Content_Length=len(content))
        self.wfile.write(content)

    def fault_status_500(self):
        self.head(500, Content_Length=4)
        self.wfile.write(b"oops")

    def fault_html(self):
        self.head(200, Content_Type="text/html", Content_Length=22)
        self.wfile.write(b"<html>Not found</html>")

    def fault_redirect(self):
        self.head(302, Location="/f/elsewhere", Content_Length=0)

    def fault_status_304(self):
        # Announces what a GET would have brought (RFC 9110 15.4.5), and sends nothing.
        self.head(304, Content_Length=100)

    def fault_short(self):
        self.head(200, Content_Length=1000)
        self.wfile.write(b"x" * 10)
        self.close_connection = True

    def fault_reset(self):
        self.head(200, Content_Length=1000)
        self.wfile.write(b"x" * 10)
        self.wfile.flush()
        reset(self.connection)
        self.close_connection = True

    def fault_announced(self):
        self.head(200, Content_Length=2 << 30)
        self.endless(lambda: b"x" * 65536)

    def fault_chunks(self):
        self.head(200, Transfer_Encoding="chunked")
        self.endless(lambda: b"10000\r\n" + b"x" * 65536 + b"\r\n")

    def fault_headers(self):
        tell(self.command, self.path, 200)
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        self.endless(lambda: b"x" * 65536)

    def fault_trickle(self):
        self.head(200, Content_Length=1 << 20)
        self.endless(lambda: b"x", 0.02)

    def fault_silent(self):
        tell(self.command, self.path, 0)
        STOPPED.wait()

    def fault_client(self):
        subject = dict(part[0] for part in self.connection.getpeercert()["subject"])
        self.head(200, Content_Length=len(subject["commonName"]))
        self.wfile.write(subject["commonName"].encode())

    def endless(self, piece, pause=0.0):
        while not STOPPED.wait(pause) if pause else not STOPPED.is_set():
            self.wfile.write(piece())


class Proxy(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        target = self.path.removeprefix("http://")
        host, _, path = target.partition("/")
        name, _, port = host.partition(":")
        tell("proxy", self.command, self.path)
        with socket.create_connection((name, int(port or 80))) as onward:
            onward.sendall(f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            while piece := onward.recv(65536):
                self.wfile.write(piece)
        self.close_connection = True

    def do_CONNECT(self):
        tell("proxy", self.command, self.path)
        if (FOLDER / "proxy.fault").exists():
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            self.close_connection = True
            return
        name, _, port = self.path.rpartition(":")
        onward = socket.create_connection((name, int(port)))
        self.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
        back = threading.Thread(target=self.relay, args=(onward, self.connection), daemon=True)
        back.start()
        self.relay(self.connection, onward)
        back.join()
        self.close_connection = True

    @staticmethod
    def relay(source, target):
        try:
            while piece := source.recv(65536):
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def serve(handler, context=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def main():
    context = None
    if len(sys.argv) > 3:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[2], sys.argv[3])
    if len(sys.argv) > 4:
        context.load_verify_locations(sys.argv[4])
        context.verify_mode = ssl.CERT_REQUIRED
    tell(serve(Origin), serve(Origin, context) if context else 0, serve(Proxy))
    sys.stdin.read()
    os._exit(0)


main()

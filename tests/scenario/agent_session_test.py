"""Logins and their sessions at a server of the test's own, which takes every proof that has the right form: what the agent sends,
and how fast it tells that a card has gone."""

from __future__ import annotations

import base64
import http.server
import json
import ssl
import subprocess
import threading
import time
import unittest
from typing import Any

import agent_case
import vcard
from agent_case import AgentCase
from openapi import Checker

setUpModule = agent_case.set_up_module
API = Checker(agent_case.REPOSITORY / "agent/openapi.json")
PIN = "pin " + vcard.AUTHENTICATION_PIN
SESSION_END_LIMIT = 2.0  # seconds from the pull to the server's knowledge


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


TOKEN = f"{_part({'alg': 'ES256', 'typ': 'at+jwt'})}.{_part({'sub': 'p1', 'name': 'Hanako Sato'})}.{'A' * 86}"


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        server: NetworkServer = self.server.owner  # type: ignore[attr-defined]
        status, answer = server.answer(f"{self.command} {self.path}", body, self.headers.get("Authorization"))
        content = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_DELETE = do_GET = _answer

    def log_message(self, *_: object) -> None:
        pass


class NetworkServer:
    """TLS with the test PKI's server certificate."""

    def __init__(self, case: AgentCase) -> None:
        pem = case.folder / "server.pem"
        pem.write_bytes(subprocess.run(["openssl", "x509", "-inform", "DER", "-in", case.pki / "tls/server.cer"], check=True,
                                       capture_output=True).stdout)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem, case.pki / "tls/server.key.pem")
        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._http.daemon_threads = True
        self._http.owner = self  # type: ignore[attr-defined]
        self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        self.url = f"https://localhost:{self._http.server_port}"
        self.calls: list[tuple[float, str, dict[str, Any]]] = []
        self.refusal: str | None = None
        self.ended = False
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        case.addCleanup(self._http.server_close)
        case.addCleanup(self._http.shutdown)

    def answer(self, call: str, body: dict[str, Any], authorization: str | None) -> tuple[int, Any]:
        self.calls.append((time.monotonic(), call, body))
        if call == "POST /v1/login/challenge":
            return 200, {"challenge_id": "c1", "nonce": base64.b64encode(bytes(32)).decode(), "expires_in": 300}
        if call == "POST /v1/login/proof":
            if self.refusal:
                return 403, {"error": {"id": "login.refused", "text": "", "hint": "", "detail": self.refusal}, "findings": []}
            return 200, {"access_token": TOKEN, "id_token": TOKEN, "token_type": "Bearer", "expires_in": 600, "session_id": "s1", "lease": 15}
        assert authorization == f"Bearer {TOKEN}", authorization
        if call == "POST /v1/session/lease":
            return (401, {"error": {"id": "session.ended", "text": "", "hint": ""}}) if self.ended else (200, {"expires_in": 3})
        return 204, None

    def named(self, call: str) -> list[tuple[float, dict[str, Any]]]:
        return [(at, body) for at, name, body in self.calls if name == call]


class Sessions(AgentCase):
    def setUp(self) -> None:
        super().setUp()
        self.server = NetworkServer(self)
        self.card = self.start_card()
        self.agent = self.start_agent(f'[[server]]\nurl = "{self.server.url}"\ntls_ca = "{self.pki}/trust/tls"\nfacility = "4310001"\n')

    def log_in(self) -> None:
        self.agent.script(PIN)
        status, answer = self.agent.call("POST", "/v1/login", {"server": self.server.url})
        self.assertEqual(status, 200, answer)
        API.check(answer, "POST", "/v1/login", 200)

    def test_login_sends_a_proof_by_the_authentication_key_and_no_pin(self) -> None:
        self.log_in()
        (_, body), = self.server.named("POST /v1/login/proof")
        self.assertEqual(body["facility"], "4310001")
        self.assertEqual(base64.b64decode(body["auth_token"]["unverifiedCertificate"]),
                         (self.pki / "holders/doctor1/authentication.cer").read_bytes())
        self.assertNotIn(vcard.AUTHENTICATION_PIN, json.dumps(body["facility"]) + body["challenge_id"])
        desc = self.agent.dialogs[0]["desc"]
        for part in (self.server.url, "認証用 PIN", "4310001", "残り回数: 15"):
            self.assertIn(part, desc)
        self.assertEqual(self.card.send("stats")["signatures"], 1)
        _, session = self.agent.call("GET", "/v1/session")
        API.check(session, "GET", "/v1/session", 200)

    def test_pulled_card_ends_the_session_within_two_seconds(self) -> None:
        events = agent_case.Events(self.agent.socket)
        self.addCleanup(events.close)
        self.log_in()
        API.check_schema(events.next("session-started"), "SessionStarted")
        self.card.send("eject")
        pulled = time.monotonic()
        ended = events.next("session-ended")
        API.check_schema(ended, "SessionEnded")
        self.assertEqual((ended["reason"], ended["server_told"]), ("card-removed", True))
        (at, body), = self.server.named("DELETE /v1/session")
        self.assertEqual(body, {"session_id": "s1", "reason": "card-removed"})
        self.assertLess(at - pulled, SESSION_END_LIMIT)
        self.assertEqual(self.agent.call("GET", "/v1/session")[0], 401)

    def test_lease_is_renewed_while_the_card_stays(self) -> None:
        self.log_in()
        self.wait_until(lambda: len(self.server.named("POST /v1/session/lease")) >= 3, "the lease is not renewed")
        times = [at for at, _ in self.server.named("POST /v1/session/lease")]
        self.assertGreater(times[2] - times[1], 0.9)
        self.assertEqual(self.agent.call("DELETE", "/v1/session")[0], 204)
        self.assertEqual(self.server.named("DELETE /v1/session")[0][1]["reason"], "logout")

    def test_session_that_the_server_ended_is_told(self) -> None:
        events = agent_case.Events(self.agent.socket)
        self.addCleanup(events.close)
        self.log_in()
        self.server.ended = True
        self.assertEqual(events.next("session-ended")["reason"], "ended-by-server")

    def test_agent_that_stops_ends_its_session(self) -> None:
        self.log_in()
        self.assertEqual(self.agent.stop(), 0)
        self.assertEqual(len(self.server.named("DELETE /v1/session")), 1)

    def test_refusal_comes_through_with_its_reason(self) -> None:
        self.server.refusal = "The certificate is revoked (2026-04-01T00:30:00Z keyCompromise)"
        self.agent.script(PIN)
        status, answer = self.agent.call("POST", "/v1/login", {"server": self.server.url})
        self.assertEqual((status, answer["error"]["id"]), (403, "login.refused"))
        self.assertIn("2026-04-01T00:30:00Z", answer["error"]["detail"])
        self.assertEqual(self.agent.call("GET", "/v1/session")[0], 401)

    def test_wrong_pin_sends_no_proof(self) -> None:
        self.agent.script("pin 9753", "cancel")
        status, answer = self.agent.call("POST", "/v1/login", {"server": self.server.url})
        self.assertEqual((status, answer["error"]["id"]), (403, "pin.wrong"))
        self.assertIn("14", answer["error"]["detail"])
        self.assertEqual(self.server.named("POST /v1/login/proof"), [])
        self.assertEqual(self.tries(self.card, "authentication"), 14)


class Pins(AgentCase):
    def test_server_behind_another_ca_gets_nothing(self) -> None:
        server = NetworkServer(self)
        self.start_card()
        agent = self.start_agent(f'[[server]]\nurl = "{server.url}"\ntls_ca = "{self.pki}/trust/signature"\n')
        status, answer = agent.call("POST", "/v1/login", {"server": server.url})
        self.assertEqual((status, answer["error"]["id"]), (503, "net.tls"))
        self.assertEqual((server.calls, agent.dialogs), ([], []))


if __name__ == "__main__":
    unittest.main()

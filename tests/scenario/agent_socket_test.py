"""The agent's socket: who may call, limits, garbage, start and end."""

from __future__ import annotations

import base64
import os
import signal
import socket
import subprocess
import time
import unittest
from pathlib import Path

import agent_case
from agent_case import AgentCase, document
from openapi import Checker

setUpModule = agent_case.set_up_module
API = Checker(agent_case.REPOSITORY / "agent/openapi.json")
FHIR = agent_case.SAMPLES / "referral_fhir.json"
NOBODY = 65534
API_TOO_MANY = 429
SILENT = 'pinentry = "/bin/cat"\n'  # a dialog that nobody answers


class Access(AgentCase):
    def test_socket_and_folder_are_private(self) -> None:
        agent = self.start_agent(wait_for=None)
        self.assertEqual(agent.ready, f"ready unix:{agent.socket}\n")
        self.assert_private(agent.socket)
        self.assert_private(agent.socket.parent)

    @unittest.skipIf(os.geteuid() != 0, "only root can call as somebody else; the unit test has the rule itself")
    def test_another_user_is_refused_by_the_kernels_word(self) -> None:
        agent = self.start_agent(wait_for=None)
        for path, mode in ((self.folder, 0o755), (agent.socket.parent, 0o755), (agent.socket, 0o666)):
            path.chmod(mode)
        for method, path in (("GET", "/v1/cards"), ("DELETE", "/v1/session"), ("GET", "/v1/events")):
            done = subprocess.run(["curl", "-s", "--unix-socket", agent.socket, "-X", method, f"http://localhost{path}"],
                                  user=NOBODY, group=NOBODY, capture_output=True, text=True, check=True)
            self.assertIn("agent.peer_refused", done.stdout)

    def test_login_at_a_server_that_is_not_configured_sends_nothing(self) -> None:
        agent = self.start_agent(wait_for=None)
        with socket.create_server(("127.0.0.1", 0)) as rogue:
            rogue.settimeout(0.5)
            status, answer = agent.call("POST", "/v1/login", {"server": f"https://127.0.0.1:{rogue.getsockname()[1]}"})
            self.assertEqual((status, answer["error"]["id"]), (403, "not_permitted"))
            API.check(answer, "POST", "/v1/login", status)
            with self.assertRaises(TimeoutError):
                rogue.accept()


class Limits(AgentCase):
    def test_jobs_are_bounded_and_can_be_cancelled(self) -> None:
        self.start_card()
        agent = self.start_agent(SILENT + "[limits]\njobs = 2\n")
        jobs = [agent.sign(document(FHIR)), agent.sign(document(FHIR))]
        status, answer = agent.call("POST", "/v1/sign", {"documents": [document(FHIR)]})
        self.assertEqual((status, answer["error"]["id"]), (API_TOO_MANY, "agent.too_many"))
        for job in reversed(jobs):
            self.assertEqual(agent.call("DELETE", f"/v1/jobs/{job}")[0], 204)
            self.assertEqual(agent.finished(job)["state"], "cancelled")
            self.assertEqual(agent.call("DELETE", f"/v1/jobs/{job}")[0], 204)
            self.assertEqual(agent.call("GET", f"/v1/jobs/{job}")[0], 404)
        agent.sign(document(FHIR))

    def test_large_requests_and_documents_are_refused(self) -> None:
        agent = self.start_agent("[limits]\nrequest_bytes = 20000\ndocument_bytes = 1000\n", wait_for=None)
        for size, answer in ((1001, "input.too_large"), (100_000, "too_large")):
            status, body = agent.call("POST", "/v1/sign", {"documents": [{"name": "a", "content": base64.b64encode(bytes(size)).decode()}]})
            self.assertEqual(status, 413)
            self.assertIn(answer, body["error"]["id"])

    def test_streams_that_their_readers_left_make_room(self) -> None:
        card = self.start_card()
        agent = self.start_agent("[limits]\nevent_streams = 1\n")
        events = agent_case.Events(agent.socket)
        self.assertEqual(agent.call("GET", "/v1/events")[0], API_TOO_MANY)
        events.close()
        card.send("eject")
        self.wait_until(lambda: self._listens(agent), "the place of the closed stream stays taken")

    @staticmethod
    def _listens(agent: agent_case.Agent) -> bool:
        try:
            agent_case.Events(agent.socket).close()
        except AssertionError:
            return False
        return True

    def test_job_is_forgotten_when_its_time_is_over(self) -> None:
        agent = self.start_agent("[limits]\njob_keep_seconds = 1\n", wait_for="empty")
        job = agent.sign(document(FHIR))
        self.assertEqual(agent.finished(job)["state"], "failed")
        self.wait_until(lambda: agent.call("GET", f"/v1/jobs/{job}")[0] == 404, "the job is still there")


class Garbage(AgentCase):
    def test_what_is_no_request_is_answered_or_dropped_and_hurts_nobody(self) -> None:
        agent = self.start_agent(wait_for=None)
        for text in (b"", b"\0" * 4096, b"GET / HTTP/9\r\n\r\n", b"POST /v1/sign HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                     b"A" * 100_000, b"GET /v1/cards HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"\x16\x03\x01\x02\x00" + bytes(600)):
            with self.subTest(text[:20]), socket.socket(socket.AF_UNIX) as raw:
                raw.settimeout(15)
                raw.connect(str(agent.socket))
                try:
                    raw.sendall(text)
                    raw.shutdown(socket.SHUT_WR)
                    answer = raw.recv(4096)
                except (BrokenPipeError, ConnectionResetError):
                    answer = b""
                self.assertNotIn(b" 200 ", answer[:20])
        self.assertEqual(agent.call("GET", "/v1/session")[0], 401)

    def test_bodies_that_are_not_right_have_their_errors(self) -> None:
        agent = self.start_agent(wait_for=None)
        for path in ("/v1/sign", "/v1/login", "/v1/verify"):
            for body in (b"", b"{", b"[]", b"null", b'{"a":1}', b'{"server":1}', b'{"documents":[],"documents":[]}', b"[" * 10_000, b"\xff\xfe"):
                with self.subTest(f"{path} {body[:20]!r}"):
                    connection = agent_case.Socket(agent.socket)
                    connection.request("POST", path, body, {"Content-Type": "application/json"})
                    answer = connection.getresponse()
                    self.assertEqual(answer.status, 400, answer.read())
                    connection.close()
        self.assertEqual(agent.call("PUT", "/v1/sign")[0], 405)
        self.assertEqual(agent.call("GET", "/v1/nothing")[0], 404)


class StartAndEnd(AgentCase):
    def run_agent(self, config: str, *more: str) -> subprocess.CompletedProcess:
        file = self.folder / "other.toml"
        file.write_text(config)
        environment = {**os.environ, "SHOMEI_AGENT_SOCKET": str(self.folder / "other.sock"), "LANG": "en_US.UTF-8"}
        return subprocess.run([agent_case.process.bin_dir() / "shomei-agent", "--config", file, *more], env=environment, text=True,
                              capture_output=True, timeout=20, check=False)

    def test_sigterm_closes_an_open_dialog_and_ends_cleanly(self) -> None:
        self.start_card()
        agent = self.start_agent(SILENT)
        events = agent_case.Events(agent.socket)
        self.addCleanup(events.close)
        job = agent.sign(document(FHIR))
        while events.next("job-changed") != {"id": job, "state": "running"}:
            pass
        begin = time.monotonic()
        agent.process.send_signal(signal.SIGTERM)
        self.assertEqual(agent.process.wait(10), 0)
        self.assertLess(time.monotonic() - begin, 5)
        self.assertFalse(agent.socket.exists())

    def test_configuration_errors_name_the_key(self) -> None:
        for config, status, part in (("pinentri = 1", 64, "pinentry"), ("[limits]\njobs = 0", 64, "jobs"), ("x", 64, "line 1"),
                                     ('[[server]]\nurl = "http://a"', 64, "https")):
            done = self.run_agent(config, "--check")
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn(part, done.stderr)
            self.assertIn("hint:", done.stderr)
        self.assertEqual(self.run_agent("", "--check").returncode, 0)
        self.assertEqual(self.run_agent("", "--nonsense").returncode, 64)
        self.assertIn("examples:", self.run_agent("", "--help").stdout)

    def test_second_agent_on_the_same_socket_is_told(self) -> None:
        agent = self.start_agent(wait_for=None)
        done = subprocess.run([agent_case.process.bin_dir() / "shomei-agent", "--config", agent.folder / "agent.toml"], text=True,
                              capture_output=True, timeout=20, check=False,
                              env={**os.environ, "SHOMEI_AGENT_SOCKET": str(agent.socket)})
        self.assertEqual(done.returncode, 69)
        self.assertIn("net.address_in_use", done.stderr)
        self.assertEqual(agent.call("GET", "/v1/session")[0], 401)

    def test_without_pcscd_the_agent_serves_and_says_so(self) -> None:
        self._environment["PCSCLITE_CSOCK_NAME"] = str(self.folder / "none.comm")
        agent = self.start_agent(wait_for=None)
        status, answer = agent.call("GET", "/v1/cards")
        self.assertEqual((status, answer["error"]["id"]), (503, "card.no_service"))




if __name__ == "__main__":
    unittest.main()

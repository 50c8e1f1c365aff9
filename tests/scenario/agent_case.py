"""Base of the agent's tests: a real agent on a real pcscd with a virtual card and a scripted pinentry, all of their own."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import socket
import stat
import subprocess
import sys
import tempfile
import time
import unittest
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tests/harness"))

import process  # noqa: E402
import vcard  # noqa: E402
from pcsc_client import Pcsc  # noqa: E402
from pcscd import Pcscd  # noqa: E402

PINENTRY = REPOSITORY / "tests/harness/pinentry_script.py"
SAMPLES = REPOSITORY / "tests/samples"
_LIMIT = 20.0  # seconds for anything that must happen


class Socket(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=_LIMIT * 2)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class Events:
    """A reader of GET /v1/events."""

    def __init__(self, path: Path) -> None:
        self._connection = Socket(path)
        self._connection.request("GET", "/v1/events")
        self._answer = self._connection.getresponse()
        assert self._answer.status == 200, self._answer.read()

    def next(self, wanted: str) -> dict[str, Any]:
        """Waits for the next event of that name, passing over others."""
        name = ""
        while line := self._answer.fp.readline():
            key, _, value = line.decode().strip().partition(": ")
            name = value if key == "event" else name
            if key == "data" and name == wanted:
                return json.loads(value)
        raise AssertionError(f"the stream ended before {wanted}")

    def close(self) -> None:
        self._answer.close()
        self._connection.close()


class Agent:
    """A running shomei-agent."""

    def __init__(self, folder: Path, environment: dict[str, str], config: str) -> None:
        self.folder = folder
        self.socket = folder / "run" / "agent.sock"
        self.script_file = folder / "script"
        self.script_file.touch()
        defaults = "" if "pinentry" in config else f'pinentry = "{PINENTRY}"\n'
        (folder / "agent.toml").write_text(defaults + 'language = "ja"\nlog_level = "debug"\n' + config)
        self.log_file = folder / "agent.log"
        with self.log_file.open("w") as log:
            self.process = subprocess.Popen(
                [process.bin_dir() / "shomei-agent", "--config", folder / "agent.toml"], stdout=subprocess.PIPE, stderr=log, text=True,
                preexec_fn=process.die_with_parent, env={**os.environ, **environment, "SHOMEI_AGENT_SOCKET": str(self.socket),
                                                         "PINENTRY_SCRIPT": str(self.script_file)})
        assert self.process.stdout is not None
        self.ready = self.process.stdout.readline()
        if not self.ready.startswith("ready "):
            self.stop()
            raise AssertionError(f"the agent did not start: {self.log}")

    @property
    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    def script(self, *lines: str) -> None:
        self.script_file.write_text("".join(line + "\n" for line in lines))

    @property
    def dialogs(self) -> list[dict[str, str]]:
        file = self.script_file.with_name("script.log")
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        connection = Socket(self.socket)
        with contextlib.suppress(BrokenPipeError):  # a body that is too long is answered before it was sent
            connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, json.loads(content) if content else None

    def sign(self, *documents: dict[str, Any], **more: Any) -> str:
        status, job = self.call("POST", "/v1/sign", {"documents": list(documents), **more})
        assert status == 202, job
        return job["id"]

    def finished(self, job: str) -> dict[str, Any]:
        status, answer = self.call("GET", f"/v1/jobs/{job}?wait=30")
        assert status == 200, answer
        return answer

    def stop(self) -> int:
        process.end(self.process)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return self.process.returncode


def document(path: Path, **more: str) -> dict[str, str]:
    return {"name": path.name, "content": base64.b64encode(path.read_bytes()).decode(), **more}


def make_pki(folder: Path) -> Path:
    """The test PKI with the epoch now."""
    out = folder / "pki"
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    subprocess.run(["/usr/bin/python3", REPOSITORY / "testcerts/hpki/generate.py", "--epoch", now, "--out", out], check=True,
                   capture_output=True)
    return out


def set_up_module() -> None:
    folder = tempfile.TemporaryDirectory(prefix="shm-")
    unittest.addModuleCleanup(folder.cleanup)
    AgentCase.pki = make_pki(Path(folder.name))
    AgentCase.pcscd = Pcscd()
    unittest.addModuleCleanup(AgentCase.pcscd.stop)
    os.environ.update(AgentCase.pcscd.environment)
    AgentCase.pcsc = Pcsc()
    unittest.addModuleCleanup(AgentCase.pcsc.close)


class AgentCase(unittest.TestCase):
    """For a test program whose setUpModule is set_up_module."""

    pcscd: Pcscd
    pcsc: Pcsc
    pki: Path

    def setUp(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="shm-")
        self.addCleanup(self._folder.cleanup)
        self.folder = Path(self._folder.name)
        self._environment = dict(self.pcscd.environment)

    def start_card(self, shape: str = "jma", holder: str = "doctor1", **more: Any) -> vcard.Vcard:
        """A card program with the card in the reader."""
        profile = vcard.make_profile(shape, self.pki / "holders" / holder, inserted=False, **more)
        card = vcard.Vcard(self.pcscd.port, profile, self.pcscd.folder)
        self.addCleanup(self._put_away, card)
        self._environment["SHOMEI_VCARD_CONTROL"] = str(card.control_path)
        card.send("insert")
        self.pcsc.wait(self.pcscd.readers[0], True, _LIMIT)
        return card

    def _put_away(self, card: vcard.Vcard) -> None:
        """The reader must have noticed before the next card comes."""
        card.stop()
        self.pcsc.wait(self.pcscd.readers[0], False, _LIMIT)

    def start_agent(self, config: str = "", wait_for: str | None = "present") -> Agent:
        """After the card; waits until the agent sees the reader in the state `wait_for`. Ends with a look at its log."""
        agent = Agent(self.folder, self._environment, config)
        self.addCleanup(self._look_at_log, agent)
        self.addCleanup(agent.stop)
        if wait_for:
            self.wait_until(lambda: agent.call("GET", "/v1/cards")[1][0]["state"] == wait_for, f"no card is {wait_for}")
        return agent

    def wait_until(self, true: Any, otherwise: str) -> None:
        end = time.monotonic() + _LIMIT
        while not true():
            self.assertLess(time.monotonic(), end, otherwise)
            time.sleep(0.02)

    def _look_at_log(self, agent: Agent) -> None:
        """No PIN in anything that the agent wrote at its most talkative, as a word or in hexadecimal."""
        lines = "".join(line + "\n" for line in agent.log.splitlines() if "Private_" not in line)  # numbers of any value
        for pin in (vcard.SIGNATURE_PIN, vcard.AUTHENTICATION_PIN):
            self.assertNotRegex(lines, rf"(?<![0-9a-zA-Z.:-]){pin}(?![0-9a-zA-Z.:-])")
            self.assertNotIn(pin.encode().hex(), lines)

    def tries(self, card: vcard.Vcard, application: str = "signature") -> int:
        return card.send("state")["tries"][application]

    def assert_private(self, path: Path) -> None:
        self.assertEqual(stat.S_IMODE(path.stat().st_mode) & 0o077, 0, path)

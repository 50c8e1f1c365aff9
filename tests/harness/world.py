"""The whole house on one machine: the test PKI of today, a private pcscd with a card, shomei-server, shomei-agent, and the command line as
the doctor, the document system, the hospital and the administrator use it."""

from __future__ import annotations

import base64
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import opensc
import process
import vcard
from pcscd import Pcscd

CLINIC, HOSPITAL = "4310001", "4310101"
# Long enough that they are in no file by chance.
SIGNATURE_PIN, AUTHENTICATION_PIN, WRONG_PIN = "963014785", "852036914", "741258036"
GENERATOR = process.REPOSITORY / "testcerts/hpki/generate.py"
_READY_LIMIT = 60.0  # seconds


def rfc3339(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def now() -> datetime:
    return datetime.now(timezone.utc)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Daemon:
    """A program that prints one line `ready …` on stdout; its stderr goes to a log file."""

    def __init__(self, command: list[str | Path], environment: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("ab") as err:
            self._process = subprocess.Popen(command, env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
                                             stdout=subprocess.PIPE, stderr=err, text=True, preexec_fn=process.die_with_parent)
        guard = threading.Timer(_READY_LIMIT, self._process.kill)
        guard.start()
        assert self._process.stdout is not None
        self.ready = self._process.stdout.readline()
        guard.cancel()
        if not self.ready.startswith("ready"):
            self._process.wait()
            raise RuntimeError(f"{command[0]} did not start: {log.read_text(encoding='utf-8')[-2000:]}")

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> int:
        process.end(self._process)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return self._process.returncode


class Answer:
    """What a command gave back: exit status, texts, and the JSON value if there is one."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr

    @property
    def value(self) -> Any:
        return json.loads(self.out)


class World:
    """Starts nothing by itself but the PKI; a context manager that ends what was started."""

    def __init__(self, folder: Path, shape: str = "jma") -> None:
        self.folder, self.shape = folder, shape
        self.pki = folder / "pki"
        self.epoch = now() - timedelta(hours=2)
        self._started: list[Any] = []
        self._said: list[str] = []
        for part in ("server", "agent", "documents"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        self.generate()

    def generate(self, *more: str) -> None:
        """Writes the PKI; `more` are options of the generator, e.g. --next-at."""
        subprocess.run(["/usr/bin/python3", GENERATOR, "--epoch", rfc3339(self.epoch), "--out", self.pki, *more], check=True)

    def started(self, part: Any) -> None:
        """Will be stopped with the rest."""
        self._started.append(part)

    def holder(self, name: str) -> Path:
        return self.pki / "holders" / name

    def start_card(self, name: str, inserted: bool = True, **profile: Any) -> None:
        pins = {"signature": SIGNATURE_PIN, "authentication": AUTHENTICATION_PIN}
        self.pcscd = Pcscd()
        self._started.append(self.pcscd)
        self.card = vcard.Vcard(self.pcscd.port, vcard.make_profile(self.shape, self.holder(name), inserted=False, pins=pins, **profile),
                                self.pcscd.folder)
        self._started.append(self.card)
        opensc.write_config(self.pcscd.folder / "opensc.conf")
        if inserted:
            self.insert()

    def insert(self) -> None:
        """Inserts the card and waits until PC/SC's clients and the agent see it."""
        self.card.send("insert")
        self.pcscd.wait_for_card()

    def hold(self, name: str, shape: str | None = None) -> None:
        """Pulls the card if one is in, takes another one and inserts it."""
        if self.card.send("state")["inserted"]:
            self.card.send("eject")
        self.card.send(f"hold {self.holder(name)} {shape or self.shape}")
        self.insert()

    def start_server(self, more: str = "") -> None:
        self.port = free_port()
        self.url = f"https://localhost:{self.port}"
        self.admin_socket = self.pcscd.folder / "admin.sock"
        (self.folder / "server/server.toml").write_text(f"""issuer = "{self.url}"
listen = "127.0.0.1:{self.port}"
admin_socket = "{self.admin_socket}"
state = "{self.folder / 'server/state'}"
production = true
log_level = "debug"
{more}
[tls]
certificate = "{self.pki / 'tls/server.cer'}"
key = "{self.pki / 'tls/server.key.pem'}"
""", encoding="utf-8")
        self.server = Daemon([process.bin_dir() / "shomei-server", "--config", self.folder / "server/server.toml"], {},
                             self.folder / "server/server.log")
        self._started.append(self.server)

    def start_agent(self) -> None:
        self.agent_socket = self.pcscd.folder / "agent.sock"
        self.script = self.pcscd.folder / "pinentry.script"
        self.script.write_text("")
        trust = self.pki / "trust"
        (self.folder / "agent/agent.toml").write_text(f"""socket = "{self.agent_socket}"
pinentry = "{process.REPOSITORY / 'tests/harness/pinentry_script.py'}"
language = "ja"
log_level = "debug"
[[server]]
url = "{self.url}"
tls_ca = "{trust / 'tls'}"
facility = "{CLINIC}"
[trust]
anchors = ["{trust / 'signature'}"]
crl = ["{self.pki / 'crl'}"]
""", encoding="utf-8")
        environment = {**self.pcscd.environment, "PINENTRY_SCRIPT": str(self.script), "SHOMEI_VCARD_CONTROL": str(self.card.control_path)}
        self.agent = Daemon([process.bin_dir() / "shomei-agent", "--config", self.folder / "agent/agent.toml"], environment,
                            self.folder / "agent/agent.log")
        self._started.append(self.agent)

    @property
    def environment(self) -> dict[str, str]:
        """What a program of the person at the workstation finds in its environment."""
        agent = {"SHOMEI_AGENT_SOCKET": str(self.agent_socket)} if hasattr(self, "agent_socket") else {}
        reader = self.pcscd.environment if hasattr(self, "pcscd") else {}
        return {**reader, **agent, "LANG": "C.UTF-8"}

    def answers(self, *lines: str) -> None:
        """What the person will do at the PIN dialogs that come, in this order."""
        self.script.write_text("".join(line + "\n" for line in lines))

    def dialogs(self) -> list[dict[str, Any]]:
        """Every dialog that was shown, oldest first."""
        log = self.script.with_name(self.script.name + ".log")
        return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []

    def shomei(self, *arguments: str | Path, status: int | None = 0, lang: str = "") -> Answer:
        """Runs `shomei`; another exit status than `status` (None: any) is a failure of the test."""
        environment = {**os.environ, **self.environment, **({"LANG": lang} if lang else {})}
        done = subprocess.run([process.bin_dir() / "shomei", *arguments], env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False, timeout=120)
        self._said += [done.stdout, done.stderr]
        if status is not None and done.returncode != status:
            raise AssertionError(f"shomei {' '.join(map(str, arguments))}: exit {done.returncode}, wanted {status}\n{done.stdout}{done.stderr}")
        return Answer(done)

    def admin(self, *arguments: str | Path, status: int | None = 0) -> Answer:
        """`shomei admin` on the server's own machine."""
        return self.shomei("admin", *arguments, "--socket", self.admin_socket, status=status)

    def set_up_server(self) -> None:
        """The first hour: CAs by fingerprint, CRLs, facilities, people with their cards, an administrator."""
        manifest = json.loads((self.pki / "manifest.json").read_text(encoding="utf-8"))["files"]
        for use in ("authentication", "signature", "staff"):
            for file in sorted((self.pki / "trust" / use).glob("*.cer")):
                fingerprint = manifest[str(file.relative_to(self.pki))]["sha256"]
                self.admin("ca", "add", file, "--use", use, "--fingerprint", fingerprint)
        for name in ("sarl", "sign_ca", "auth_ca", "staff_ca"):
            self.admin("crl", "import", self.pki / f"crl/{name}.crl")
        self.admin("facility", "add", "--code", CLINIC, "--name", "水前寺クリニック", "--type", "clinic")
        self.admin("facility", "add", "--code", HOSPITAL, "--name", "熊本城東病院", "--type", "hospital")
        people = [("doctor1", "佐藤　花子", CLINIC), ("doctor2", "鈴木　一郎", HOSPITAL), ("pharmacist", "", CLINIC), ("nurse", "", CLINIC),
                  ("revoked", "", CLINIC), ("expired", "", CLINIC), ("testcard", "", CLINIC), ("admin", "", HOSPITAL)]
        for name, shown, facility in people:
            role = ("--role", "administrator") if name == "admin" else ()
            self.admin("person", "add", "--id", name, "--name", shown or name, "--facility", facility, *role)
            self.admin("person", "link", name, self.holder(name) / "authentication.cer")

    def flat_trust(self) -> Path:
        """All anchors and CA certificates in one folder, for --trust and --tls-ca."""
        folder = self.folder / "trust"
        folder.mkdir(exist_ok=True)
        for file in (self.pki / "trust").rglob("*.cer"):
            (folder / file.name).write_bytes(file.read_bytes())
        return folder

    def pem(self, certificate: Path) -> Path:
        """The DER certificate as a PEM file in the folder of documents."""
        out = self.folder / "documents" / f"{certificate.stem}.pem"
        subprocess.run(["openssl", "x509", "-inform", "DER", "-in", certificate, "-out", out], check=True)
        return out

    def get(self, path: str, token: str = "") -> Any:
        """GET from the server over TLS, as any HTTP client would; the JSON of the answer."""
        context = ssl.create_default_context(cadata=(self.pki / "trust/tls/tls_ca.cer").read_bytes())
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {token}"} if token else {})
        with urllib.request.urlopen(request, context=context, timeout=10) as answer:
            return json.load(answer)

    def fetch(self, path: str, file: Path) -> None:
        file.write_text(json.dumps(self.get(path)), encoding="utf-8")

    def session(self, login: dict[str, Any]) -> dict[str, Any]:
        """The session's state at the server; `login` is the answer of `shomei login --json`."""
        return self.get(f"/v1/session/{login['session_id']}", login["access_token"])

    def direct_login(self, pin: str, *more: str, status: int = 0) -> Answer:
        """`shomei login --direct` with the PIN through a file descriptor."""
        reading, writing = os.pipe()
        os.write(writing, pin.encode() + b"\n")
        os.close(writing)
        command = [process.bin_dir() / "shomei", "login", "--direct", "--server", self.url, "--tls-ca", self.pki / "trust/tls", "--facility", CLINIC,
                   "--pin-fd", str(reading), "--json", *more]
        done = subprocess.run(command, env={**os.environ, **self.environment}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False, timeout=120, pass_fds=(reading,))
        os.close(reading)
        self._said += [done.stdout, done.stderr]
        assert done.returncode == status, f"login --direct: exit {done.returncode}, wanted {status}\n{done.stdout}{done.stderr}"
        return Answer(done)

    def written(self) -> Iterator[tuple[str, bytes]]:
        """Everything that a program of ours has written: logs, databases, documents, the text of its answers."""
        for file in sorted(path for top in (self.folder, self.pcscd.folder) for path in top.rglob("*") if path.is_file()):
            if file != self.script:
                yield str(file), file.read_bytes()
        yield "answers of shomei", "".join(self._said).encode()

    def assert_no_pin_written(self) -> int:
        """No PIN in anything written at the most talkative log level: as text, in hexadecimal, in base64. Gives the bytes searched."""
        pins = [pin.encode() for pin in (SIGNATURE_PIN, AUTHENTICATION_PIN, WRONG_PIN)]
        forms = [form for pin in pins for form in (pin, pin.hex().encode(), pin.hex().upper().encode(), base64.b64encode(pin))]
        total = 0
        for place, content in self.written():
            total += len(content)
            assert not any(form in content for form in forms), f"a PIN stands in {place}"
        return total

    def stop(self) -> None:
        for part in reversed(self._started):
            part.stop()
        self._started.clear()

    def __enter__(self) -> World:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


if __name__ == "__main__":
    sys.exit("world.py is a module of the harness")

"""The virtual card from the outside: profile, process, control socket (tests/vcard/README.md)."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path
from typing import Any

import process

SHAPES = ("jma", "guideline", "opensc")
SIGNATURE_PIN = "2468"
AUTHENTICATION_PIN = "1357"
_ANSWER_LIMIT = 10.0  # seconds; `insert` answers within 6


class VcardError(Exception):
    pass


def ca_files(trust: Path) -> list[Path]:
    """All certificates below a trust folder of the test PKI; the card picks what belongs to its own."""
    return sorted(trust.rglob("*.cer"))


def make_profile(shape: str, holder: Path, ca: list[Path] | None = None, **more: Any) -> dict[str, Any]:
    """`more` are keys of the profile, e.g. tries={"signature": 3}. Without `ca`: the PKI that the holder's folder belongs to."""
    if ca is None:
        ca = ca_files(holder.resolve().parents[1] / "trust")
    pins = {"signature": SIGNATURE_PIN, "authentication": AUTHENTICATION_PIN}
    return {"shape": shape, "holder": str(holder.resolve()), "ca": [str(file.resolve()) for file in ca], "pins": pins, **more}


class Control:
    """The control socket: send("eject") -> the answer as an object; VcardError if it says no."""

    def __init__(self, path: Path | str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(_ANSWER_LIMIT)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("r", encoding="utf-8")

    def send(self, line: str) -> dict[str, Any]:
        self._socket.sendall(line.encode() + b"\n")
        text = self._lines.readline()
        answer = json.loads(text) if text else {"ok": False, "error": "the card program has gone"}
        if not answer["ok"]:
            raise VcardError(f"{line}: {answer['error']}")
        return answer

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


class Vcard:
    """A running shomei-vcard with its control connection. A context manager. The profile's file is gone after the start."""

    def __init__(self, port: int, profile: dict[str, Any], folder: Path) -> None:
        program = process.bin_dir() / "shomei-vcard"
        if not program.exists():
            raise VcardError(f"{program} is not built")
        self.control_path = folder / f"card-{port}.sock"
        file = folder / f"card-{port}.json"
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as out:
            json.dump(profile, out)
        self._process = subprocess.Popen(
            [program, "--port", str(port), "--profile", file, "--control", self.control_path, "--foreground"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            preexec_fn=process.die_with_parent)
        assert self._process.stdout is not None and self._process.stderr is not None
        ready = self._process.stdout.readline()
        file.unlink()
        if ready != "ready\n":
            raise VcardError(self._process.communicate()[1].strip())
        self.control = Control(self.control_path)

    def send(self, line: str) -> dict[str, Any]:
        return self.control.send(line)

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        """VcardError if the program did not end well, with what it said (a sanitizer's report)."""
        self.control.close()
        process.end(self._process)
        said = self._process.communicate()[1]
        if self._process.returncode != 0:
            raise VcardError(f"shomei-vcard ended with {self._process.returncode}: {said}")

    def __enter__(self) -> Vcard:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

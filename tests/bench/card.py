#!/usr/bin/env python3
"""APDUs and bytes from a card just inserted to a login proof and to signatures.

What is counted: everything between the card and us, until the certificate and the signature(s) are in hand, as the virtual card
counts it (command and answer APDUs, status words included). Rows without a shape in their name are measured on the `opensc` shape,
beside OpenSC, which cannot use the others; rows that end in .jma and .guideline are ours alone.

The floor is the smallest number that the card's layout allows a program that knows nothing of the card beforehand, never risks
somebody's last PIN try unasked, and takes no card for another:

  cold  SELECT of the application                                                                          1
        each file that has to be read: EF.OD, EF.PrKD, EF.CD, the certificate, EF.AOD, and EF.CIAInfo where
        the key names an algorithm (opensc): READ BINARY by short identifier (guideline; jma for EF.OD)    1
        or SELECT and READ BINARY (the others)                                                             2
        MSE SET, VERIFY without data (tries left), VERIFY, PSO                                             4
        jma 1 + 1 + 4 x 2 + 4 = 14, guideline 1 + 5 + 4 = 10, opensc 1 + 6 x 2 + 4 = 17
  warm  SELECT of the application, the start of the certificate (serial number and issuer tell that it is the card that was
        read before; nothing else on an HPKI card does), and the same 4
        jma 1 + 2 + 4 = 7, guideline 1 + 1 + 4 = 6, opensc 1 + 2 + 4 = 7
  more  each further signature: VERIFY and PSO (userConsent)                                               2

Its bytes: those commands in their shortest form (no FCI asked for, short Le wherever the answer fits) and the files without the
filler behind their content, taken from the recorded conversation."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import rows

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "harness"))

import opensc  # noqa: E402
import process  # noqa: E402
import vcard  # noqa: E402
from pcscd import Pcscd  # noqa: E402

HOLDER = ROOT / "testcerts" / "hpki" / "fixed" / "holders" / "doctor1"
FLOOR = {"jma": (14, 7), "guideline": (10, 6), "opensc": (17, 7)}  # one signature: cold, warm
FURTHER = 2
PINS = {"authentication": vcard.AUTHENTICATION_PIN, "signature": vcard.SIGNATURE_PIN}
# (name, application, signatures)
JOBS = (("login", "authentication", 1), ("sign.one", "signature", 1), ("sign.ten", "signature", 10))
LIBP11 = "opensc-pkcs11 through libp11, one process"
TOOLS = "pkcs15-tool --read-certificate and pkcs11-tool --sign"
SLOTS = {"signature": 0, "authentication": 1}  # OpenSC: one slot for each application, in the card's order
KEY_ID = "45"


def counts(stats: dict) -> dict[str, int]:
    return {"apdus": stats["apdus"], "bytes": stats["bytes_to_card"] + stats["bytes_from_card"]}


def run(command: list[object], pin: str = "", environment: dict[str, str] | None = None) -> str:
    done = subprocess.run([str(part) for part in command], input=pin + "\n", env={**os.environ, **(environment or {})},
                          capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{command[0]}: {done.returncode}: {done.stderr.strip()}")
    return done.stdout


class Bench:
    """One shape's card in a reader of its own."""

    def __init__(self, shape: str, pcscd: Pcscd, card: vcard.Vcard) -> None:
        self.shape, self.card, self.folder = shape, card, pcscd.folder
        self.environment = {**pcscd.environment, "SHOMEI_VCARD_CONTROL": str(card.control_path)}

    def ours(self, use: str, count: int, state: str) -> dict[str, int]:
        """With the conversation recorded, for `least_bytes`."""
        self.trace = self.folder / f"{self.shape}-{use}-{count}-{state}.trace"
        self.card.send(f"trace {self.trace}")
        out = run([process.bin_dir() / "card_bench", use, count, state], PINS[use], self.environment)
        self.card.send("trace off")
        return counts(json.loads(out))

    def libp11(self, use: str, count: int, environment: dict[str, str]) -> dict[str, int]:
        uri = f"pkcs11:slot-id={SLOTS[use]};id=%{KEY_ID}?module-path={opensc.MODULE}"
        out = run([process.bin_dir() / "card_bench_pkcs11", uri, count], PINS[use], {**self.environment, **environment})
        return counts(json.loads(out))

    def tools(self, use: str, environment: dict[str, str]) -> dict[str, int]:
        data = self.folder / "digest-info"
        data.write_bytes(bytes.fromhex("3031300d060960864801650304020105000420") + bytes(32))
        aid = "E828BD080FA00000039100000000000" + {"signature": "1", "authentication": "2"}[use]
        both = {**self.environment, **environment}
        self.card.send("reset-stats")
        run(["pkcs15-tool", "--aid", aid, "--read-certificate", KEY_ID], "", both)
        run(["pkcs11-tool", "--module", opensc.MODULE, "--slot", SLOTS[use], "--login", "--pin", PINS[use], "--sign", "--id", KEY_ID,
             "-m", "RSA-PKCS", "-i", data, "-o", self.folder / "signature"], "", both)
        return counts(self.card.send("stats"))

    def opensc_environment(self, name: str, caching: bool) -> dict[str, str]:
        config, cache = self.folder / f"{name}.conf", self.folder / f"cache-{name}"
        opensc.write_config(config)
        text = config.read_text()
        assert "use_file_caching = no;" in text
        config.write_text(text.replace("use_file_caching = no;", f"use_file_caching = {'yes' if caching else 'no'};").replace(
            "app default {", f"app default {{\n  file_cache_dir = \"{cache}\";", 1))
        return {"OPENSC_CONF": str(config), "HOME": str(self.folder)}


def content_size(file: bytes) -> int:
    """Of the DER elements before the filler."""
    at = 0
    while at + 1 < len(file) and file[at] not in (0x00, 0xFF):
        octets = file[at + 1] & 0x7F if file[at + 1] > 0x80 else 0
        length = int.from_bytes(file[at + 2:at + 2 + octets]) if octets else file[at + 1]
        at += 2 + octets + length
    return min(at, len(file))


def least_bytes(trace: Path, warm: bool) -> int:
    """The conversation's bytes without what was not needed. `warm`: the trace holds the cold round first."""
    exchanges = []
    for line in trace.read_text().splitlines():
        if line.startswith(">"):
            command = line[2:]
            if command.startswith("00A40400") and exchanges and warm:
                exchanges.clear()  # the second round begins
            exchanges.append([command, ""])
        elif line.startswith("<"):
            exchanges[-1][1] = line[2:]
    total = 0
    for command, answer in exchanges:
        size = len(bytes.fromhex(answer))
        if command[2:4] == "A4" and command[4:6] == "04":
            total += 5 + 16 + 2
        elif command[2:4] == "B0" and answer.endswith("9000"):
            data = bytes.fromhex(answer)[:-2]
            size = len(data) if len(data) <= 256 and warm else content_size(data)
            total += (5 if size <= 256 else 7) + size + 2
        elif command.endswith("**"):
            total += 5 + 4 + size  # PINs of four digits
        elif answer.endswith("9000") or command[2:4] == "20":
            total += len(bytes.fromhex(command)) + size
    return total


def measure(shape: str) -> list[dict]:
    """All rows of one shape."""
    found: list[dict] = []
    profile = vcard.make_profile(shape, HOLDER, inserted=False)
    with Pcscd() as pcscd, vcard.Vcard(pcscd.port, profile, pcscd.folder) as card:
        card.send("insert")
        bench = Bench(shape, pcscd, card)
        for name, use, count in JOBS:
            for state in ("cold", "warm"):
                found += rows_of(bench, name, use, count, state)
    return found


def rows_of(bench: Bench, name: str, use: str, count: int, state: str) -> list[dict]:
    peers: dict[str, dict[str, int] | None] = {}
    if bench.shape == "opensc":
        environment = bench.opensc_environment(f"{name}-{state}", caching=state == "warm")
        if state == "warm":
            bench.libp11(use, count, environment)
        peers[LIBP11] = bench.libp11(use, count, environment)
        if count == 1:
            peers[TOOLS] = bench.tools(use, environment)
    else:
        peers["none"] = None
    ours = bench.ours(use, count, state)
    floor = {"apdus": FLOOR[bench.shape][state == "warm"] + FURTHER * (count - 1),
             "bytes": least_bytes(bench.trace, state == "warm")}
    suffix = "" if bench.shape == "opensc" else f".{bench.shape}"
    return [rows.row(f"{unit}.{name}.{state}{suffix}", "count", ours[unit], peer, value and value[unit], floor[unit])
            for unit in ("apdus", "bytes") for peer, value in peers.items()]


def main() -> None:
    out = rows.out_file()
    tempfile.tempdir = None
    found = [row for shape in ("opensc", "jma", "guideline") for row in measure(shape)]
    # design.md's names: a signature without a state is the cold one
    for row in list(found):
        if ".sign." in row["name"] and ".cold" in row["name"]:
            found.append({**row, "name": row["name"].replace(".cold", "")})
    rows.write(out, sorted(found, key=lambda row: row["name"]))


if __name__ == "__main__":
    main()

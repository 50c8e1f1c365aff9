#!/usr/bin/env python3
"""Loading a CRL: from the file to the first answer, its signature checked, its entries indexed; what is kept; a lookup.

Each measurement is a process of its own, contenders take turns, the median counts. Entries are 41 bytes (serial number of eight bytes,
UTCTime, reasonCode). crl.load, crl.memory and crl.lookup: beside OpenSSL (X509_CRL, sorted by its first lookup), Botan (X509_CRL), and the
plain SHA-256 of the same bytes. The floor does the same work for this one form of entry only, without looking at anything twice, and keeps
a set of words. A lookup asks for a number that is not on the list, as nearly every login does; .listed for one that is. crl.open is what a
restart pays: index and DER are mapped, nothing is parsed, the signature is checked. crl.load.10m beside ten times crl.load.1m shows that the
cost is linear."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path

import rows

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "build" / "bin"
WORK = ROOT / "build" / "bench" / "crl"
SIZES = {"100k": 100_000, "1m": 1_000_000, "10m": 10_000_000}
ROUNDS = {"ours": 7, "floor": 7, "openssl": 3, "botan": 2}
PEERS = {"openssl": "OpenSSL X509_CRL", "botan": "Botan X509_CRL"}


def crl_of(entries: int) -> Path:
    file = WORK / f"{entries}.crl"
    if not file.exists():
        WORK.mkdir(parents=True, exist_ok=True)
        subprocess.run([PROGRAMS / "bench_make_crl", str(entries), file], check=True)
    return file


def measured(program: str, size: str) -> dict[str, float]:
    entries = SIZES[size]
    command = [PROGRAMS / f"bench_crl_{program}", crl_of(entries), str(entries), WORK / f"{entries}.index"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def medians(programs: list[str], size: str, most: int = 9) -> dict[str, dict[str, float]]:
    """Of each program and figure; the programs take turns."""
    runs: dict[str, list[dict[str, float]]] = {program: [] for program in programs}
    for turn in range(max(ROUNDS[program] for program in programs)):
        for program in programs:
            if turn < min(ROUNDS[program], most):
                runs[program].append(measured(program, size))
    return {program: {key: statistics.median(run[key] for run in all_runs) for key in all_runs[0]} for program, all_runs in runs.items()}


def main() -> None:
    out = rows.out_file()
    million = medians(["ours", "floor", "openssl", "botan"], "1m")
    ours, floor = million["ours"], million["floor"]
    table = [rows.row("crl.load.1m", "s", ours["load_s"], "SHA-256 of the same bytes", floor["sha256_s"], floor["load_s"])]
    for peer, name in PEERS.items():
        other = million[peer]
        table.append(rows.row("crl.load.1m", "s", ours["load_s"], name, other["load_s"], floor["load_s"]))
        table.append(rows.row("crl.memory.1m", "MB", ours["kept_mb"], name, other["kept_mb"], floor["kept_mb"]))
        table.append(rows.row("crl.lookup.1m", "ns", ours["lookup_ns"], name, other["lookup_ns"], floor["lookup_ns"]))
    listed = million["openssl"]["lookup_listed_ns"]
    table.append(rows.row("crl.lookup.1m.listed", "ns", ours["lookup_listed_ns"], PEERS["openssl"], listed, floor["lookup_listed_ns"]))
    table.append(rows.row("crl.open.1m", "s", ours["open_s"], "SHA-256 of the same bytes", floor["sha256_s"], None))
    hundred = medians(["ours", "floor"], "100k")["ours"]
    ten = medians(["ours", "floor"], "10m", 3)["ours"]
    table.append(rows.row("crl.load.100k", "s", hundred["load_s"], "a tenth of crl.load.1m", ours["load_s"] / 10, None))
    table.append(rows.row("crl.load.10m", "s", ten["load_s"], "ten times crl.load.1m", ours["load_s"] * 10, None))
    table.append(rows.row("crl.memory.10m", "MB", ten["kept_mb"], "ten times crl.memory.1m", ours["kept_mb"] * 10, None))
    rows.write(out, sorted(table, key=lambda row: row["name"]))


if __name__ == "__main__":
    sys.exit(main())

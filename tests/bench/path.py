#!/usr/bin/env python3
"""Validations a second of a doctor's certificate: leaf, CA, root, with the root's two authority lists and the CA's list of 10, 100 k and
1 M entries. Contenders take turns in one process; medians.

path.first: a certificate never seen, from its DER: our search, OpenSSL's and Botan's judgement, policy, roles, revocation. Its peer does
OpenSSL's path check and Botan's, no more: seconds are added. path.seen: the verdict on the path is known by the certificate's hash,
revocation is looked up. Its floor walks the DER, verifies one signature with a key at hand and asks two lists; the peers are
X509_verify_cert with CRLs (certificate parsed beforehand) and Botan's path_validate with CRLs, which after its work refuses the
distribution points of the HPKI. path.flat: the 1 M figure beside the one for 10. path.threads2: how two threads scale, beside how the
floor scales; path.threads2.first for certificates never seen, beside OpenSSL, whose decoder takes locks."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys

import rows
from crl import PROGRAMS, WORK, crl_of

SIZES = {"crl10": 10, "crl100k": 100_000, "crl1m": 1_000_000}
ROUNDS = 5


def figures() -> dict[str, float]:
    command = [PROGRAMS / "bench_path", str(ROUNDS)]
    for name, entries in SIZES.items():
        command += [name, crl_of(entries)]
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    runs = [json.loads(line) for line in lines]
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def main() -> None:
    WORK.mkdir(parents=True, exist_ok=True)
    out = rows.out_file()
    found = figures()
    both = 1 / (1 / found["first.openssl"] + 1 / found["first.botan"])
    table = [rows.row("path.first", "ops/s", found["first"], "OpenSSL's path check, then Botan's", both, None, True)]
    for size in SIZES:
        ours = found[f"seen.{size}"]
        table.append(rows.row(f"path.seen.{size}", "ops/s", ours, "X509_verify_cert with CRLs", found[f"seen.{size}.openssl"], found["floor"], True))
        table.append(rows.row(f"path.seen.{size}", "ops/s", ours, "Botan path_validate with CRLs", found[f"seen.{size}.botan"], found["floor"], True))
    table.append(rows.row("path.flat", "ops/s", found["seen.crl1m"], "path.seen.crl10", found["seen.crl10"], None, True))
    table.append(rows.row("path.threads2", "count", found["threads2"], "", None, found["floor.threads2"], True))
    table.append(rows.row("path.threads2.first", "count", found["first.threads2"], "X509_verify_cert and d2i_X509",
                          found["first.threads2.openssl"], found["floor.threads2"], True))
    rows.write(out, table)


if __name__ == "__main__":
    sys.exit(main())

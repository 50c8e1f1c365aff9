#!/usr/bin/env python3
"""Making and checking signatures: XAdES in referrals of 20 kB, 500 kB and 20 MB (ten images), detached CMS over 20 MB and 1 GB.

xades.sign and xades.verify: enveloped XAdES-B from the document's bytes to the signed bytes; reading, references and signature value of
such a file, nothing asked of certificates' paths. The key is RSA-2048 in memory. The floor parses with libxml2, makes the exclusive canonical
form, digests it and does one RSA operation, with contexts made once. xmlsec1's library has its key at hand and makes and checks plain
XML-DSig with one reference; "the same file" is it over our XAdES with two. .2t: operations a second of two threads; .scaling: beside
one thread. xades.judge: the whole `verify`, path and revocation included. xades.elements.1m_vs_1k, .depth, .attributes, .namespaces: cost of a byte in the
large document over that in the small one, verifying; .beyond: time to refuse what is above the limit, beside xmlsec1's time to do it. xades.xpath: a
signature with an XPath 1.0 filter over 10,000 elements. cms: the file is read from the page cache; the floor is its SHA-256 and one RSA operation.
cms.memory: highest memory above the program's start. Contenders take turns in one process (node's in one of their own); medians, and
ratios of one round. Seconds are processor time, but for node's, which has threads; operations a second are by the clock."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import rows

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent / "signatures"
PROGRAMS = ROOT / "build" / "bin"
WORK = ROOT / "build" / "bench" / "signatures"
HOLDER = ROOT / "testcerts" / "hpki" / "fixed" / "holders" / "doctor1"
KEY = HOLDER / "signature.key.pem"
SIZES = ("20k", "500k", "20m")
FILES = {"20m": 20_000_000, "1g": 1 << 30}
ROUNDS = int(os.environ.get("SHOMEI_BENCH_ROUNDS", "7"))
XMLSEC, XMLSEC_SAME = "xmlsec1's library", "xmlsec1's library, the same file"
OPENSSL = "openssl cms"
SHAPES = {"elements.1m_vs_1k": ("elements.1k", "elements.1m"), "depth": ("depth.10", "depth.200"),
          "attributes": ("attributes.10", "attributes.120"), "namespaces": ("namespaces.10", "namespaces.120")}

Rounds = list[dict]


def lines_of(command: list[object]) -> Rounds:
    done = subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def xades(part: str, rounds: int = ROUNDS) -> Rounds:
    return lines_of([PROGRAMS / "bench_signatures_xades", part, rounds])


def middle(rounds: Rounds, key: str) -> float | None:
    values = [one[key] for one in rounds if key in one]
    return statistics.median(values) if values else None


def compared(name: str, unit: str, rounds: Rounds, key: str, peers: dict[str, str], more_is_better: bool = False) -> list[dict]:
    """One row for each peer (its words, its suffix in the figures' names). Ratios are medians of the rounds' ratios: what slows a
    round slows all that take turns in it."""
    found = []
    for peer, suffix in peers.items():
        row = rows.row(name, unit, middle(rounds, f"{key}.ours"), peer, middle(rounds, f"{key}.{suffix}"), middle(rounds, f"{key}.floor"), more_is_better)
        for ratio, other in (("ratio_to_peer", f"{key}.{suffix}"), ("ratio_to_floor", f"{key}.floor")):
            ratios = [one[f"{key}.ours"] / one[other] if more_is_better else one[other] / one[f"{key}.ours"] for one in rounds if other in one]
            row[ratio] = round(statistics.median(ratios), 4) if ratios else None
        found.append(row)
    return found


def certificate() -> Path:
    file = WORK / "signature.pem"
    subprocess.run(["openssl", "x509", "-inform", "DER", "-in", HOLDER / "signature.cer", "-out", file], check=True)
    return file


def node_rounds() -> Rounds:
    """xml-crypto and xadesjs, installed by the lock file."""
    node = HERE / "node"
    if not (node / "node_modules" / ".package-lock.json").exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=node, check=True)
    subprocess.run([PROGRAMS / "bench_signatures_xades", "write", WORK], check=True)
    documents = [word for size in SIZES for word in (size, WORK / f"{size}.xml")]
    return lines_of(["node", "--max-old-space-size=4096", node / "bench.mjs", min(ROUNDS, 3), KEY, certificate(), *documents])


def size_rows() -> list[dict]:
    sizes, node = xades("sizes"), node_rounds()
    found = []
    for size in SIZES:
        for what in ("sign", "verify"):
            key = f"{what}.{size}"
            peers = {XMLSEC: "xmlsec"} | ({XMLSEC_SAME: "xmlsec_same"} if what == "verify" else {})
            found += compared(f"xades.{key}", "s", sizes, key, peers)
            found += [rows.row(f"xades.{key}", "s", middle(sizes, f"{key}.ours"), f"{peer} (npm)", middle(node, f"{key}.{peer}"),
                               middle(sizes, f"{key}.floor")) for peer in ("xml-crypto", "xadesjs")]
    return found


def thread_rows() -> list[dict]:
    threads = xades("threads")
    found = []
    for key in [f"{what}.{size}" for size in SIZES for what in ("sign", "verify")] + ["judge.20k"]:
        peers = {XMLSEC: "xmlsec"} if not key.startswith("judge") else {"": "none"}
        for number in ("1t", "2t"):
            renamed = [{name.removesuffix(f".{number}"): value for name, value in one.items() if name.endswith(f".{number}")} for one in threads]
            if number == "2t" or key.startswith("judge"):
                found += compared(f"xades.{key}" + (".2t" if number == "2t" else ""), "ops/s", renamed, key, peers, True)
        scaling = [{name.removesuffix(".2t"): value / one[name.removesuffix("2t") + "1t"] for name, value in one.items() if name.endswith(".2t")}
                   for one in threads]
        found += compared(f"xades.{key}.scaling", "count", scaling, key, peers, True)
    return found


def shape_rows() -> list[dict]:
    shapes = xades("shapes")
    found = []
    for name, (small, large) in SHAPES.items():
        ratios = [{f"{name}.{who}": one[f"{large}.{who}"] / one[f"{small}.{who}"] for who in ("ours", "floor", "xmlsec")} for one in shapes]
        found += compared(f"xades.{name}", "count", ratios, name, {XMLSEC: "xmlsec"})
    refusals = xades("refusals", 1)
    for name in ("depth.beyond", "attributes.beyond", "namespaces.beyond", "xpath"):
        answer = refusals[0][f"{name}.answer"] or "judged"
        found += [{**row, "peer": f"{row['peer']}; ours: {answer}"} for row in compared(f"xades.{name}", "s", refusals, name, {XMLSEC: "xmlsec"})]
    return found


def content(name: str) -> Path:
    """A file of random bytes, the same million again and again."""
    file = WORK / f"{name}.bin"
    size = FILES[name]
    if not file.exists() or file.stat().st_size != size:
        block = os.urandom(1 << 20)
        with file.open("wb") as out:
            for _ in range(size // len(block)):
                out.write(block)
            out.write(block[:size % len(block)])
    return file


def openssl_commands(file: Path) -> dict[str, list[object]]:
    pem, signature = WORK / "signature.pem", f"{file}.openssl.p7s"
    return {"sign": ["openssl", "cms", "-sign", "-binary", "-cades", "-md", "sha256", "-signer", pem, "-inkey", KEY, "-in", file, "-outform", "DER", "-out", signature],
            "verify": ["openssl", "cms", "-verify", "-binary", "-noverify", "-inform", "DER", "-in", signature, "-content", file, "-out", "/dev/null"]}


def processor_time(command: list[object]) -> float:
    def spent() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    begin = spent()
    subprocess.run([str(part) for part in command], check=True, stderr=subprocess.DEVNULL)
    return spent() - begin


def highest_memory(command: list[object]) -> float:
    """VmHWM of another program in megabytes, looked at until it ends."""
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    highest = 0
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
        except OSError:
            continue
        highest = max([highest] + [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")])
        time.sleep(0.001)
    return highest / 1024


def cms_rows() -> list[dict]:
    files = {name: content(name) for name in FILES}
    words = [word for name, file in files.items() for word in (name, file)]
    rounds: Rounds = []
    for _ in range(min(ROUNDS, 5)):
        one = lines_of([PROGRAMS / "bench_signatures_cms", "race", 1, *words])[0]
        for name, file in files.items():
            for what, command in openssl_commands(file).items():
                one[f"{what}.{name}.openssl"] = processor_time(command)
        rounds.append(one)
    found = [row for name in files for what in ("sign", "verify")
             for row in compared(f"cms.{what}.{name}", "s", rounds, f"{what}.{name}", {OPENSSL: "openssl"})]
    return found + memory_rows(files)


def memory_rows(files: dict[str, Path]) -> list[dict]:
    program, found = PROGRAMS / "bench_signatures_cms", []
    start = highest_memory(["openssl", "version"])
    for name, file in files.items():
        signature = f"{file}.p7s"
        subprocess.run([program, "sign", file, signature], check=True)
        ours = max(lines_of([program, "memory", what, file, signature])[0] for what in ("sign", "verify"))
        peer = max(highest_memory(command) for command in openssl_commands(file).values()) - start
        found.append(rows.row(f"cms.memory.{name}", "MB", ours, f"{OPENSSL}, above openssl version", peer, None))
    return found


def main() -> None:
    out = rows.out_file()
    WORK.mkdir(parents=True, exist_ok=True)
    found = size_rows() + thread_rows() + shape_rows() + cms_rows()
    rows.write(out, sorted(found, key=lambda row: row["name"]))


if __name__ == "__main__":
    sys.exit(main())

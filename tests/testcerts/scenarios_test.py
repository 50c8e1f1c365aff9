#!/usr/bin/python3
"""Every scenario of testcerts/scenarios through the real command line: verdict, exit status, findings.

    scenarios_test.py [FOLDER-PATTERN...]     SHOMEI_BIN_DIR says where the program lies (otherwise: build/bin)
"""

import fnmatch
import json
import os
import subprocess
import sys
import unittest
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = ROOT / "testcerts/scenarios"
SHOMEI = Path(os.environ.get("SHOMEI_BIN_DIR", ROOT / "build/bin")) / "shomei"
EXIT = {"valid": 0, "invalid": 1, "indeterminate": 2, "good": 0, "revoked": 1, "unknown": 2, "unreadable": 65}
FLAGS = ("require_explicit_policy", "inhibit_policy_mapping", "inhibit_any_policy", "partial_chain")
KEYS = {"purpose", "at", "verdict", "why", "checks", "kind", "policy", "serial", "policies", *FLAGS}


def validate(folder: Path, expected: dict) -> list:
    command = ["certificate", "validate", folder / "leaf.cer", "--purpose", expected["purpose"], "--at", expected["at"]]
    for part in ("trust", "chain", "crl", "ocsp"):
        if (folder / part).is_dir():
            command += [f"--{part}", folder / part]
    for policy in expected.get("policy", []):
        command += ["--policy", policy]
    return command + ["--" + flag.replace("_", "-") for flag in FLAGS if expected.get(flag)]


def crl_lookup(folder: Path, expected: dict) -> list:
    return ["crl", "lookup", folder / "list.crl", "--serial", expected.get("serial", "1001"), "--issuer", folder / "issuer.cer",
            "--at", expected["at"]]


def ocsp_check(folder: Path, expected: dict) -> list:
    return ["ocsp", "check", folder / "response.ocsp", "--cert", folder / "leaf.cer", "--issuer", folder / "issuer.cer", "--at",
            expected["at"]]


def command_of(folder: Path, expected: dict) -> list:
    if (folder / "list.crl").exists():
        return crl_lookup(folder, expected)
    return ocsp_check(folder, expected) if (folder / "response.ocsp").exists() else validate(folder, expected)


def differences(expected: dict, status: int, text: str, errors: str) -> list[str]:
    """What the answer has otherwise than expected.test says."""
    wanted = "unreadable" if expected.get("kind") == "unreadable" else expected["verdict"]
    if status != EXIT[wanted]:
        return [f"exit status {status}, not {EXIT[wanted]} ({wanted}): {answer_in_short(text) or errors.strip()[:200]}"]
    if wanted == "unreadable":
        return [] if errors.startswith("error[input.") and not text else [f"{errors!r} {text!r}"]
    answer = json.loads(text)
    found = [] if answer.get("verdict", answer.get("status")) == wanted else [f"verdict {answer}"]
    checks = {finding["check"] for finding in answer["findings"]}
    found += [f"no finding {check}, only {sorted(checks)}" for check in expected.get("checks", []) if check not in checks]
    if "policies" in expected and expected["policies"] != answer["policies"]:
        found.append(f"policies {answer['policies']}, not {expected['policies']}")
    return found


def answer_in_short(text: str) -> str:
    if not text:
        return ""
    answer = json.loads(text)
    return f"{answer.get('verdict', answer.get('status'))} " + "; ".join(
        f"{finding['check']} {finding['text']}" for finding in answer["findings"] if finding["severity"] != "info")


def run(folder: Path) -> list[str]:
    expected = json.loads((folder / "expected.test").read_text())
    unknown = set(expected) - KEYS
    if unknown:
        return [f"expected.test: unknown {unknown}"]
    done = subprocess.run([SHOMEI, *command_of(folder, expected), "--json", "--lang", "en"], capture_output=True, text=True,
        timeout=60)
    return differences(expected, done.returncode, done.stdout, done.stderr)


def folders(patterns=("*",)) -> list[Path]:
    found = [file.parent for file in sorted(SCENARIOS.glob("*/expected.test"))]
    return [folder for folder in found if any(fnmatch.fnmatch(folder.name, pattern) for pattern in patterns)]


def table(cases: list[Path]) -> str:
    """Cases that were answered otherwise than expected, one line each."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = dict(zip(cases, pool.map(run, cases)))
    rows = [f"{folder.name:58} {'; '.join(differs)}" for folder, differs in answers.items() if differs]
    return "\n".join([*rows, f"{len(rows)} of {len(cases)} differ"] if rows else [])


class Scenarios(unittest.TestCase):
    def test_are_judged_as_expected(self):
        found = table(folders())
        self.assertEqual("", found, "\n" + found)

    def test_there_are_enough_of_every_kind(self):
        expected = [json.loads((folder / "expected.test").read_text()) for folder in folders()]
        kinds = Counter(one.get("kind", "validate") for one in expected)
        self.assertGreaterEqual(len(expected), 250)
        for kind, least in (("validate", 150), ("crl lookup", 20), ("ocsp check", 20), ("unreadable", 20)):
            self.assertGreaterEqual(kinds[kind], least, kind)
        for verdict in ("valid", "invalid", "indeterminate", "good", "revoked", "unknown"):
            self.assertGreaterEqual(Counter(one["verdict"] for one in expected)[verdict], 8, verdict)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(table(folders(sys.argv[1:])) or "as expected")
        sys.exit()
    unittest.main()

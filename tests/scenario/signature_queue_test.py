"""A signature that has to wait is left with the server, on real programs: authority away, server restarted, authority back, fetched and
verified by somebody who has the anchors and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tests/harness"))

import process  # noqa: E402
import world  # noqa: E402

CONFIG = """[session]
lease = 3600
[signatures]
freshness = "lenient"
[timestamp]
urls = ["{url}"]
"""


class SignatureQueue(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.world = self.enterContext(world.World(self.folder / "world"))
        self.world.start_card("doctor1")
        self.tsa = world.Daemon(["/usr/bin/python3", REPOSITORY / "testcerts/tsa/serve.py", "--pki", self.world.pki], {}, self.folder / "tsa.log")
        self.addCleanup(self.tsa.stop)
        self.url = self.tsa.ready.split()[1]
        self.world.start_server(CONFIG.format(url=self.url))
        self.world.set_up_server()
        ca = self.world.pki / "trust/timestamp/tsa_ca.cer"
        done = subprocess.run(["sha256sum", ca], check=True, capture_output=True, text=True)
        self.world.admin("ca", "add", ca, "--use", "timestamp", "--fingerprint", done.stdout.split()[0])
        self.world.admin("crl", "import", self.world.pki / "crl/tsa_ca.crl")
        login = self.world.direct_login(world.AUTHENTICATION_PIN).value
        self.token = self.folder / "token"
        self.token.write_text(login["access_token"])

    def fault(self, word: str) -> None:
        urllib.request.urlopen(urllib.request.Request(self.url + "fault", data=word.encode(), method="PUT"), timeout=10).close()

    def restart(self) -> None:
        self.world.server.stop()
        self.world.server = world.Daemon([process.bin_dir() / "shomei-server", "--config", self.world.folder / "server/server.toml"], {},
                                         self.world.folder / "server/server.log")
        self.addCleanup(self.world.server.stop)

    def signature(self, command: str, *more: str | Path, status: int | None = 0) -> world.Answer:
        return self.world.shomei("signature", command, *more, "--server", self.world.url, "--tls-ca", self.world.pki / "trust/tls",
                                 "--token-file", self.token, status=status)

    def signed(self, name: str) -> tuple[Path, Path]:
        document = self.folder / name
        document.write_text(f"紹介状 {name}", encoding="utf-8")
        reading, writing = os.pipe()
        os.write(writing, world.SIGNATURE_PIN.encode() + b"\n")
        os.close(writing)
        out = self.folder / f"{name}.p7s"
        subprocess.run([process.bin_dir() / "shomei", "sign", document, "--out", out, "--format", "cades", "--direct", "--pin-fd", str(reading)],
                       env={**os.environ, **self.world.environment}, check=True, capture_output=True, timeout=120, pass_fds=(reading,))
        os.close(reading)
        return document, out

    def submit(self, document: Path, signature: Path, level: str) -> dict:
        return self.signature("submit", signature, "--detached", document, "--level", level, "--json").value

    def status_when(self, item: str, fits) -> dict:
        limit = time.monotonic() + 60
        while True:
            answer = self.signature("status", item, "--json", status=None).value
            if fits(answer) or time.monotonic() > limit:
                return answer
            time.sleep(0.2)

    def test_what_waits_gets_there(self) -> None:
        self.fault("hang-up")
        first = self.submit(*self.signed("first.json"), "LT")
        self.assertEqual((first["state"], first["level"], first["pending"]), ("pending", "B", ["T", "LT"]))
        waiting = self.status_when(first["id"], lambda answer: answer["reasons"])
        self.assertEqual((waiting["state"], waiting["level"]), ("pending", "B"))
        self.assertIn("B、T、LT は保留中", self.signature("status", first["id"], "--lang", "ja", status=2).out)
        self.assertIn("B, T, LT pending", self.signature("list", "--state", "pending").out)
        self.fault("none")
        self.restart()
        # With a stamp for the second the first is tried as well.
        second = self.submit(*self.signed("second.json"), "LTA")
        for item, level in ((first, "LT"), (second, "LTA")):
            done = self.status_when(item["id"], lambda answer: answer["state"] != "pending")
            self.assertEqual((done["state"], done["level"], done["pending"]), ("finished", level, []), done)
        out = self.folder / "first.lt.p7s"
        self.assertTrue(self.signature("fetch", first["id"], "--out", out, "--json").value["removed"])
        self.signature("status", first["id"], status=1)
        judged = self.world.shomei("verify", out, "--detached", self.folder / "first.json", "--trust", self.world.flat_trust(), "--json",
                                   status=None).value
        self.assertEqual(judged["signatures"][0]["level"], "LT")
        events = [one["event"] for one in self.world.admin("audit", "list", "--limit", "1000", "--json").value["records"]]
        self.assertEqual(sorted(event for event in events if event.startswith("signature.")),
                         ["signature.extended"] * 3 + ["signature.finished"] * 2 + ["signature.removed"] + ["signature.submitted"] * 2)

    def test_what_was_changed_is_refused(self) -> None:
        document, signature = self.signed("changed.json")
        document.write_text("something else")
        item = self.submit(document, signature, "T")
        refused = self.status_when(item["id"], lambda answer: answer["state"] != "pending")
        self.assertEqual(refused["state"], "refused")
        self.assertEqual(refused["reasons"][0]["id"], "sign.not_valid")
        self.signature("status", item["id"], status=1)
        out = self.folder / "back.p7s"
        self.assertFalse(self.signature("fetch", item["id"], "--out", out, "--json").value["removed"])
        self.assertEqual(out.read_bytes(), signature.read_bytes())
        self.signature("remove", item["id"])
        self.assertEqual(self.signature("list", "--json").value, {"signatures": []})


if __name__ == "__main__":
    unittest.main()

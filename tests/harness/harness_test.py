#!/usr/bin/env python3
"""The harness's own tools: the scripted pinentry, with_card, processes that leave nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import throwaway
from pcscd import Pcscd

HERE = Path(__file__).parent


class Pinentry(unittest.TestCase):
    def setUp(self) -> None:
        self.script = Path(self.enterContext(tempfile.TemporaryDirectory())) / "script"

    def talk(self, *lines: str) -> tuple[int, list[str]]:
        done = subprocess.run([HERE / "pinentry_script.py", "--display", ":0"], input="".join(line + "\n" for line in lines), text=True,
                              env={**os.environ, "PINENTRY_SCRIPT": str(self.script)}, capture_output=True, check=False)
        return done.returncode, done.stdout.splitlines()

    def log(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self.script.with_name("script.log").read_text().splitlines()]

    def test_answers_come_from_the_script_across_processes(self) -> None:
        self.script.write_text("# two logins\npin 12%34\nconfirm no\ncancel\ntimeout\n")
        status, said = self.talk("OPTION lc-ctype=ja_JP.UTF-8", "SETDESC 医師%0A資格証", "SETPROMPT PIN:", "GETPIN", "CONFIRM", "BYE")
        self.assertEqual(status, 0)
        self.assertEqual(said[4:], ["D 12%2534", "OK", "ERR 83886194 Not confirmed <Pinentry>", "OK closing connection"])
        status, said = self.talk("GETPIN", "GETPIN")
        self.assertEqual((status, said[1:]), (0, ["ERR 83886179 Operation cancelled <Pinentry>", "ERR 83886142 Timeout <Pinentry>"]))
        self.assertEqual([entry["answer"] for entry in self.log()], ["pin", "confirm", "cancel", "timeout"])
        self.assertEqual(self.log()[0]["desc"], "医師\n資格証")
        self.assertNotIn("12%34", self.script.with_name("script.log").read_text())

    def test_an_unforeseen_dialog_is_an_error(self) -> None:
        self.script.write_text("confirm yes\n")
        status, said = self.talk("GETPIN", "CONFIRM")
        self.assertEqual((status, [line[:3] for line in said[1:]]), (1, ["ERR", "ERR"]))
        self.assertEqual([entry["answer"] for entry in self.log()], ["unexpected confirm", "unexpected exhausted"])


class WithCard(unittest.TestCase):
    def run_with_card(self, *command: str) -> subprocess.CompletedProcess[str]:
        with tempfile.TemporaryDirectory() as folder:
            holder = throwaway.make_pki(Path(folder))
            return subprocess.run([sys.executable, HERE / "with_card.py", "--shape", "guideline", "--holder", holder, "--", *command],
                                  capture_output=True, text=True, check=False)

    def test_command_sees_the_card_and_its_exit_status_is_passed_on(self) -> None:
        code = ("import os, sys, pcsc_client, vcard; p = pcsc_client.Pcsc(); r = p.readers()[0]; p.wait(r, True, 5); c = p.connect(r); "
                "print(c.send('00A4040005E828BD080F00')[1], vcard.Control(os.environ['SHOMEI_VCARD_CONTROL']).send('state')['shape']); sys.exit(33)")
        done = self.run_with_card("env", f"PYTHONPATH={HERE}", sys.executable, "-c", code)
        self.assertEqual((done.returncode, done.stdout), (33, "9000 guideline\n"), done.stderr)

    def test_a_command_that_does_not_exist_fails(self) -> None:
        self.assertEqual(self.run_with_card("/nowhere").returncode, 70)


class PrivatePcscd(unittest.TestCase):
    def test_nothing_is_left(self) -> None:
        with Pcscd() as first, Pcscd() as second:
            self.assertNotEqual(first.port, second.port)
            self.assertEqual(len(first.readers), 2)
            self.assertEqual(first.socket.stat().st_mode & 0o777, 0o600)
            pids, folders = [first.pid, second.pid], [first.folder, second.folder]
        for pid, folder in zip(pids, folders, strict=True):
            self.assertFalse(folder.exists())
            with self.assertRaises(ProcessLookupError):
                os.kill(pid, 0)

    def test_pcscd_ends_with_a_harness_that_is_killed(self) -> None:
        code = ("import os, signal, pcscd; p = pcscd.Pcscd(); print(p.pid, p.folder, flush=True); os.kill(os.getpid(), signal.SIGKILL)")
        done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(HERE)}, capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, -signal.SIGKILL, done.stderr)
        pid, folder = done.stdout.split()
        subprocess.run(["tail", f"--pid={pid}", "-s", "0.05", "-f", "/dev/null"], timeout=10, check=True)
        subprocess.run(["rm", "-r", folder], check=True)


if __name__ == "__main__":
    unittest.main()

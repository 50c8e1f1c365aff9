"""Card commands without an agent, on the virtual card in a real pcscd."""

import os
import pty
import select
import subprocess
import unittest
from pathlib import Path

from command import FIXED, CommandTest, Outcome, process, shomei, with_pin

import vcard  # isort: skip  (found through command's path to the harness)
from pcscd import Pcscd  # isort: skip

HOLDER = FIXED / "holders/doctor1"
REFERRAL = process.REPOSITORY / "tests/samples/referral_cda.xml"


class CardCommandTest(CommandTest):
    def start(self, shape: str = "jma", inserted: bool = True, **more: object) -> vcard.Vcard:
        self.pcscd = Pcscd()
        self.addCleanup(self.pcscd.stop)
        card = vcard.Vcard(self.pcscd.port, vcard.make_profile(shape, HOLDER, inserted=False, **more), self.pcscd.folder)
        self.addCleanup(card.stop)
        if inserted:
            card.send("insert")
            self.pcscd.wait_for_card()
        return card

    def shomei(self, *arguments: object) -> Outcome:
        return shomei(*arguments, environment=self.pcscd.environment)

    def sign(self, *more: object, pin: str = vcard.SIGNATURE_PIN) -> Outcome:
        return with_pin(pin, "sign", REFERRAL, "--out", self.folder / "signed.xml", "--format", "xades", "--force", "--json", *more,
                        environment=self.pcscd.environment)


class LookTest(CardCommandTest):
    def test_each_shape_is_listed_shown_and_signs(self) -> None:
        for shape in vcard.SHAPES:
            with self.subTest(shape=shape):
                card = self.start(shape)
                rows = self.shomei("card", "list", "--json").value
                self.assertEqual([list(row) for row in rows], [["reader", "state", "family", "uses"]] * 2)
                self.assertEqual((rows[0]["state"], rows[0]["family"], sorted(rows[0]["uses"])),
                                 ("present", "hpki", ["authentication", "signature"]))
                self.assertIn("佐藤", self.shomei("card", "show").out)
                for use in ("authentication", "signature"):
                    out = self.folder / f"{shape}-{use}.cer"
                    self.assertEqual(self.shomei("card", "certificate", "--use", use, "--out", out).status, 0)
                    self.assertEqual(out.read_bytes(), (HOLDER / f"{use}.cer").read_bytes())
                self.assertEqual(self.sign().status, 0)
                verified = shomei("verify", self.folder / "signed.xml", "--trust", FIXED / "trust/signature", "--crl", FIXED / "crl",
                                  "--at", "2026-04-01T12:00:00Z")
                self.assertEqual(verified.status, 0, verified.out)
                self.assertEqual(card.send("stats")["wrong_pins"], 0)

    def test_pin_status_spends_no_try(self) -> None:
        card = self.start(tries={"signature": 3, "authentication": 5})
        rows = self.shomei("card", "pin", "status", "--json").value
        self.assertEqual({(row["use"], row["state"], row["tries_left"]) for row in rows},
                         {("signature", "ok", 3), ("authentication", "ok", 5)})
        self.assertEqual((card.send("tries signature")["left"], card.send("tries authentication")["left"]), (3, 5))

    def test_nothing_there_has_its_own_errors(self) -> None:
        self.start(inserted=False)
        self.assertEqual({row["check"]: row["id"] for row in self.shomei("diagnose", "--json").value}["card"], "card.not_present")
        self.assert_fails(self.shomei("card", "show"), "card.not_present", 69)
        self.assert_fails(self.shomei("card", "certificate", "--use", "signature"), "card.not_present", 69)
        self.assert_fails(self.shomei("card", "show", "--reader", "Nobody"), "card.no_reader", 69, "Nobody")
        self.pcscd.stop()
        self.assert_fails(self.shomei("card", "list"), "card.no_service", 69)
        checks = {row["check"]: row for row in self.shomei("diagnose", "--json").value}
        self.assertEqual((checks["pcscd"]["ok"], checks["pcscd"]["id"]), (False, "card.no_service"))
        self.assertTrue(checks["pcscd"]["hint"])

    def test_card_that_was_just_pulled(self) -> None:
        """The reader notices up to half a second later; until then other words are true as well."""
        card = self.start()
        card.send("eject")
        for command in (("card", "show"), ("card", "certificate", "--use", "signature"), ("card", "pin", "status")):
            outcome = self.shomei(*command)
            self.assertIn(outcome.error, ("card.not_present", "card.removed", "card.no_progress"))
            self.assertEqual(outcome.status, 69)

    def test_diagnose_names_what_is_wrong_with_the_card(self) -> None:
        card = self.start(tries={"signature": 3, "authentication": 3})
        card.send("tries signature 1")
        card.send("tries authentication 0")
        outcome = self.shomei("diagnose", "--json")
        checks = {row["check"]: row["id"] for row in outcome.value}
        self.assertEqual(outcome.status, 1)
        self.assertEqual((checks["card"], checks["pin.signature"], checks["pin.authentication"]), (None, "pin.last_try", "pin.locked"))
        self.assertEqual(checks["agent"], "agent.not_running")


class PinTest(CardCommandTest):
    def test_wrong_pin_tells_the_tries_and_is_shown_once(self) -> None:
        card = self.start(tries={"signature": 3, "authentication": 3})
        second = self.folder / "second.xml"
        second.write_bytes(REFERRAL.read_bytes())
        outcome = with_pin("9999", "sign", REFERRAL, second, "--out", self.folder / "out/", "--format", "xades", "--json",
                           environment=self.pcscd.environment)
        self.assertEqual((outcome.error, outcome.status), ("pin.wrong", 77), outcome.err)
        self.assertIn("2", outcome.err.partition("hint")[0])
        self.assertEqual(card.send("tries signature")["left"], 2, "a wrong PIN was tried again")
        self.assertEqual(list((self.folder / "out").iterdir()), [])

    def test_last_try_is_kept_unless_told_otherwise(self) -> None:
        card = self.start(tries={"signature": 3, "authentication": 3})
        card.send("tries signature 1")
        outcome = self.sign()
        self.assertEqual((outcome.error, outcome.status), ("pin.last_try", 77), outcome.err)
        self.assertEqual(card.send("tries signature")["left"], 1)
        self.assertEqual(self.sign("--spend-last-try").status, 0)
        self.assertEqual(card.send("tries signature")["left"], 3)

    def test_locked_pin_is_told_without_asking(self) -> None:
        self.start().send("tries signature 0")
        outcome = self.sign()
        self.assertEqual((outcome.error, outcome.status), ("pin.locked", 77), outcome.err)

    def test_nobody_to_ask(self) -> None:
        self.start()
        outcome = self.shomei("sign", REFERRAL, "--out", self.folder / "x", "--format", "xades")
        self.assertEqual((outcome.error, outcome.status), ("pin.no_dialog", 69), outcome.err)


class TerminalTest(CardCommandTest):
    """A person at a terminal: asked with the tries left, and nothing of the PIN appears."""

    def type(self, *lines: str) -> tuple[int, str]:
        """Runs `sign` on a terminal of its own; types each line when something is asked. Gives status and screen."""
        command = [process.bin_dir() / "shomei", "sign", REFERRAL, "--out", self.folder / "x", "--format", "xades", "--lang", "en"]
        child, terminal = pty.fork()
        if child == 0:
            os.execve(command[0], [str(word) for word in command],
                      {**os.environ, **self.pcscd.environment, "SHOMEI_AGENT_SOCKET": "/nonexistent"})
        waiting, screen, fresh = list(lines), "", ""
        while True:
            ready, _, _ = select.select([terminal], [], [], 30)
            self.assertTrue(ready, screen)
            try:
                data = os.read(terminal, 4096).decode(errors="replace")
            except OSError:
                break
            if not data:
                break
            screen, fresh = screen + data, fresh + data
            if waiting and fresh.endswith(": "):
                os.write(terminal, waiting.pop(0).encode())
                fresh = ""
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), screen

    def test_right_pin(self) -> None:
        self.start(tries={"signature": 5, "authentication": 5})
        status, screen = self.type(vcard.SIGNATURE_PIN + "\r")
        self.assertEqual(status, 0, screen)
        self.assertIn("signature PIN (5 tries left)", screen)
        self.assertIn("佐藤", screen)
        self.assertNotIn(vcard.SIGNATURE_PIN, screen)

    def test_erasing_and_cancelling(self) -> None:
        card = self.start()
        self.assertEqual(self.type("99\x7f\x7f" + vcard.SIGNATURE_PIN + "\r")[0], 0)
        (self.folder / "x").unlink()
        status, screen = self.type("12\x03")
        self.assertEqual(status, 77, screen)
        self.assertIn("error[pin.cancelled]", screen)
        self.assertEqual(card.send("stats")["wrong_pins"], 0)

    def test_last_try_is_confirmed_by_a_whole_word(self) -> None:
        card = self.start(tries={"signature": 3, "authentication": 3})
        card.send("tries signature 1")
        status, screen = self.type("no\n")
        self.assertEqual(status, 77, screen)
        self.assertIn("error[pin.last_try]", screen)
        self.assertEqual(card.send("tries signature")["left"], 1)
        status, screen = self.type("yes\n", vcard.SIGNATURE_PIN + "\r")
        self.assertEqual(status, 0, screen)


class BatchTest(CardCommandTest):
    """A folder on one PIN, and what comes between."""

    def setUp(self) -> None:
        super().setUp()
        self.inbox, self.out = self.folder / "in", self.folder / "out"
        self.inbox.mkdir()
        for number in range(6):
            (self.inbox / f"{number}.json").write_text(f"{number}")

    def command(self) -> tuple[object, ...]:
        return "sign", self.inbox, "--out", self.out, "--format", "cades", "--json"

    def run_batch(self, pin: str = vcard.SIGNATURE_PIN) -> Outcome:
        return with_pin(pin, *self.command(), environment=self.pcscd.environment)

    def interrupted(self, card: vcard.Vcard, after: int, line: str) -> Outcome:
        """The card does what the line says from that many signatures on."""
        card.send("delay 20")
        reading, writing = os.pipe()
        os.write(writing, vcard.SIGNATURE_PIN.encode() + b"\n")
        os.close(writing)
        child = subprocess.Popen([process.bin_dir() / "shomei", *map(str, self.command()), "--pin-fd", str(reading)],
                                 env={**os.environ, **self.pcscd.environment, "SHOMEI_AGENT_SOCKET": "/nonexistent", "LC_ALL": "C.UTF-8"},
                                 pass_fds=(reading,), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        os.close(reading)
        while child.poll() is None:
            card.send(line if card.send("stats")["signatures"] >= after else "state")
        out, err = child.communicate(timeout=60)
        card.send("die off")
        card.send("delay 0")
        return Outcome(subprocess.CompletedProcess([], child.returncode, out, err))

    def signed(self) -> list[str]:
        return sorted(path.name for path in self.out.iterdir())

    def assert_stopped(self, outcome: Outcome, error: str) -> int:
        """Some are signed and whole, the others have the error, nothing else is in the folder. Gives how many."""
        errors = [row["error"] and row["error"]["id"] for row in outcome.value]
        self.assertEqual((outcome.status, set(errors)), (1, {None, error}), outcome.err)
        self.assertEqual(errors, sorted(errors, key=lambda one: one is not None), "something was signed after the error")
        self.assertEqual(self.signed(), [f"{number}.json.p7s" for number in range(errors.count(None))])
        for name in self.signed():
            verified = shomei("verify", self.out / name, "--detached", self.inbox / name.removesuffix(".p7s"), "--trust",
                              FIXED / "trust/signature", "--crl", FIXED / "crl", "--at", "2026-04-01T12:00:00Z")
            self.assertEqual(verified.status, 0, verified.out)
        return errors.count(None)

    def test_one_pin_signs_all_and_the_list(self) -> None:
        card = self.start()
        outcome = self.run_batch()
        self.assertEqual(outcome.status, 0, outcome.err)
        self.assertEqual(card.send("stats")["signatures"], 7)
        self.assertIn("shomei-manifest.xml", self.signed())

    def test_wrong_pin_costs_one_try(self) -> None:
        card = self.start(tries={"signature": 3, "authentication": 3})
        outcome = self.run_batch("9999")
        self.assertEqual((outcome.error, outcome.status), ("pin.wrong", 77), outcome.err)
        self.assertEqual((card.send("tries signature")["left"], self.signed()), (2, []))

    def test_pulled_card_keeps_what_is_signed_and_goes_on_later(self) -> None:
        card = self.start(tries={"signature": 3, "authentication": 3})
        done = self.assert_stopped(self.interrupted(card, 2, "die 2A"), "card.removed")
        self.assertGreaterEqual(done, 2)
        card.send("insert")
        self.pcscd.wait_for_card()
        card.send("reset-stats")
        outcome = self.run_batch()
        self.assertEqual(outcome.status, 0, outcome.err)
        self.assertEqual([row.get("skipped") for row in outcome.value], ["signed"] * done + [None] * (7 - done))
        self.assertEqual(card.send("stats")["signatures"], 7 - done)
        self.assertEqual(card.send("tries signature")["left"], 3)

    def test_a_pin_that_is_locked_in_the_middle_is_asked_once(self) -> None:
        card = self.start(tries={"signature": 3, "authentication": 3})
        done = self.assert_stopped(self.interrupted(card, 2, "tries signature 0"), "pin.locked")
        stats = card.send("stats")
        self.assertEqual((stats["signatures"], stats["wrong_pins"]), (done, 0))
        # Two questions for the status before, one PIN for each signature, and the one that was refused.
        self.assertLessEqual(stats["by_ins"]["20"], 2 + done + 1, "the PIN was presented again")


class SecretTest(CardCommandTest):
    def test_pin_is_in_no_argument_and_no_environment(self) -> None:
        """While the card is slow, the process is looked at from outside."""
        card = self.start()
        card.send("delay 50")
        reading, writing = os.pipe()
        os.write(writing, vcard.SIGNATURE_PIN.encode() + b"\n")
        os.close(writing)
        child = subprocess.Popen([process.bin_dir() / "shomei", "sign", REFERRAL, "--out", self.folder / "x", "--format", "xades",
                                  "--pin-fd", str(reading)], env={**os.environ, **self.pcscd.environment, "SHOMEI_AGENT_SOCKET": "/nonexistent"},
                                 pass_fds=(reading,), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        os.close(reading)
        seen = b""
        while b"sign" not in seen and child.poll() is None:  # the first looks may come before exec
            seen = b"".join((Path("/proc") / str(child.pid) / name).read_bytes() for name in ("environ", "cmdline"))
        out, err = child.communicate(timeout=60)
        self.assertEqual(child.returncode, 0, err)
        self.assertIn(b"sign", seen)
        for text in (seen, out, err):
            self.assertNotIn(vcard.SIGNATURE_PIN.encode(), text)
        self.assertEqual(card.send("stats")["wrong_pins"], 0)


if __name__ == "__main__":
    unittest.main()

"""The agent with a card: listing, signing, PINs, tries, a card that is pulled."""

from __future__ import annotations

import base64
import os
import subprocess
import unittest
from pathlib import Path
from typing import Any

import agent_case
import vcard
from agent_case import SAMPLES, AgentCase, document
from openapi import Checker

setUpModule = agent_case.set_up_module
API = Checker(agent_case.REPOSITORY / "agent/openapi.json")
FHIR = SAMPLES / "referral_fhir.json"
CDA = SAMPLES / "referral_cda.xml"
PIN = "pin " + vcard.SIGNATURE_PIN
WRONG = "pin 9753"


class Listing(AgentCase):
    def list_card(self, shape: str) -> None:
        card = self.start_card(shape, tries={"signature": 7, "authentication": 15})
        agent = self.start_agent()
        _, cards = agent.call("GET", "/v1/cards")
        API.check(cards, "GET", "/v1/cards", 200)
        self.assertEqual((cards[0]["family"], cards[0]["uses"]), ("hpki", ["authentication", "signature"]))
        details = cards[0]["details"]["signature"]
        self.assertEqual((details["hc_roles"], details["pin"]), (["Medical Doctor"], {"state": "ok", "tries_left": 7}))
        self.assertEqual(card.send("stats")["wrong_pins"], 0)

    def test_jma_card_is_listed_with_holder_and_tries(self) -> None:
        self.list_card("jma")

    def test_guideline_card_is_listed_with_holder_and_tries(self) -> None:
        self.list_card("guideline")

    def test_opensc_card_is_listed_with_holder_and_tries(self) -> None:
        self.list_card("opensc")

    def test_certificate_is_the_one_on_the_card(self) -> None:
        self.start_card()
        agent = self.start_agent()
        for use in ("authentication", "signature"):
            _, answer = agent.call("GET", f"/v1/cards/certificate?use={use}")
            API.check(answer, "GET", "/v1/cards/certificate", 200)
            self.assertEqual(base64.b64decode(answer["certificate"]), (self.pki / f"holders/doctor1/{use}.cer").read_bytes())

    def test_empty_reader_is_empty(self) -> None:
        agent = self.start_agent(wait_for="empty")
        job = agent.finished(agent.sign(document(FHIR)))
        self.assertEqual((job["state"], job["error"]["id"]), ("failed", "card.not_present"))


class Signing(AgentCase):
    def openssl_accepts(self, signature: bytes, content: Path, root: Path) -> bool:
        (self.folder / "signature").write_bytes(signature)
        pem = subprocess.run(["openssl", "x509", "-inform", "DER", "-in", root], check=True, capture_output=True).stdout
        (self.folder / "root.pem").write_bytes(pem)
        done = subprocess.run(["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", self.folder / "signature", "-content",
                               content, "-CAfile", self.folder / "root.pem", "-purpose", "any", "-out", "/dev/null"],
                              capture_output=True, check=False)
        return done.returncode == 0

    def sign_three(self, shape: str) -> None:
        card = self.start_card(shape)
        agent = self.start_agent(self.trust())
        agent.script(PIN)
        made = agent.sign(document(FHIR, format="cades"), document(FHIR, format="xades"),
                          document(CDA, format="xades", packaging="enveloped"))
        job = agent.finished(made)
        API.check(job, "GET", "/v1/jobs/{id}", 200)
        self.assertEqual((job["state"], [entry["level"] for entry in job["documents"]]), ("done", ["B"] * 3), job)
        self.assertEqual(len(agent.dialogs), 1)
        self.assertEqual(card.send("stats")["signatures"], 3)
        cades, xades, cda = (base64.b64decode(entry["content"]) for entry in job["documents"])
        self.assertTrue(self.openssl_accepts(cades, FHIR, self.pki / "trust/signature/root.cer"))
        self.assert_judged(agent, "TOTAL-PASSED", cades, FHIR.read_bytes())
        self.assert_judged(agent, "TOTAL-PASSED", xades, FHIR.read_bytes())
        self.assert_judged(agent, "TOTAL-PASSED", cda)
        self.assert_judged(agent, "TOTAL-FAILED", cades, FHIR.read_bytes().replace(b"Bundle", b"bundle", 1))

    def test_jma_card_signs_three_documents_with_one_pin(self) -> None:
        self.sign_three("jma")

    def test_guideline_card_signs_three_documents_with_one_pin(self) -> None:
        self.sign_three("guideline")

    def test_opensc_card_signs_three_documents_with_one_pin(self) -> None:
        self.sign_three("opensc")

    def trust(self) -> str:
        return f'[trust]\nanchors = ["{self.pki}/trust/signature"]\ncrl = ["{self.pki}/crl"]\n'

    def assert_judged(self, agent: agent_case.Agent, indication: str, signature: bytes, content: bytes | None = None) -> None:
        body: dict[str, Any] = {"content": base64.b64encode(signature).decode(), "signed_content": True}
        if content is not None:
            body["detached"] = [{"name": FHIR.name, "content": base64.b64encode(content).decode()}]
        status, report = agent.call("POST", "/v1/verify", body)
        API.check(report, "POST", "/v1/verify", status)
        self.assertEqual(report.get("indication"), indication, report)
        signed = [base64.b64decode(part["content"]) for part in report["signatures"][0]["signed_content"]]
        if content is not None:
            self.assertEqual(signed, [content] if indication == "TOTAL-PASSED" else [])

    def test_dialog_names_who_asks_what_for_and_which_pin(self) -> None:
        self.start_card(tries={"signature": 9, "authentication": 15})
        agent = self.start_agent()
        agent.script(PIN)
        agent.finished(agent.sign(document(FHIR), document(CDA)))
        dialog = agent.dialogs[0]
        for part in (FHIR.name, CDA.name, f"PID {os.getpid()}", "python3", "署名用 PIN", "残り回数: 9"):
            self.assertIn(part, dialog["desc"])
        self.assertNotIn("認証用", dialog["desc"])

    def test_sample_client_in_python_signs(self) -> None:
        self.start_card()
        agent = self.start_agent()
        agent.script(PIN)
        copy = self.folder / FHIR.name
        copy.write_bytes(FHIR.read_bytes())
        subprocess.run(["python3", agent_case.REPOSITORY / "examples/sign_referral.py", copy], check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, "SHOMEI_AGENT_SOCKET": str(agent.socket)})
        self.assertTrue(self.openssl_accepts((self.folder / f"{FHIR.name}.p7s").read_bytes(), FHIR,
                                             self.pki / "trust/signature/root.cer"))

    def test_sample_client_in_cpp_signs(self) -> None:
        self.start_card()
        agent = self.start_agent()
        agent.script(PIN)
        copy = self.folder / FHIR.name
        copy.write_bytes(FHIR.read_bytes())
        subprocess.run([agent_case.process.bin_dir() / "sign_referral", copy], check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, "SHOMEI_AGENT_SOCKET": str(agent.socket)})
        self.assertTrue(self.openssl_accepts((self.folder / f"{FHIR.name}.p7s").read_bytes(), FHIR,
                                             self.pki / "trust/signature/root.cer"))


class Pins(AgentCase):
    def test_wrong_pin_shows_the_tries_left_and_ends_when_the_person_gives_up(self) -> None:
        card = self.start_card()
        agent = self.start_agent()
        agent.script(WRONG, "cancel")
        job = agent.finished(agent.sign(document(FHIR), document(CDA)))
        self.assertEqual((job["state"], job["error"]["id"], job["tries_left"]), ("failed", "pin.wrong", 14))
        self.assertEqual((self.tries(card), card.send("stats")["wrong_pins"]), (14, 1))
        self.assertNotIn("error", agent.dialogs[0])
        self.assertIn("残り 14 回", agent.dialogs[1]["error"])

    def test_second_entry_may_be_right(self) -> None:
        card = self.start_card()
        agent = self.start_agent()
        agent.script(WRONG, PIN)
        self.assertEqual(agent.finished(agent.sign(document(FHIR)))["state"], "done")
        self.assertEqual((self.tries(card), card.send("stats")["wrong_pins"]), (15, 1))

    def test_cancel_spends_nothing(self) -> None:
        card = self.start_card()
        agent = self.start_agent()
        agent.script("cancel")
        self.assertEqual(agent.finished(agent.sign(document(FHIR)))["error"]["id"], "pin.cancelled")
        self.assertEqual(card.send("stats")["wrong_pins"], 0)

    def test_last_try_is_kept_unless_confirmed(self) -> None:
        card = self.start_card()
        card.send("tries signature 1")
        agent = self.start_agent()
        agent.script("confirm no")
        self.assertEqual(agent.finished(agent.sign(document(FHIR)))["error"]["id"], "pin.last_try")
        self.assertEqual(self.tries(card), 1)
        self.assertIn("残り回数は 1 回", agent.dialogs[0]["desc"])
        agent.script("confirm yes", PIN)
        self.assertEqual(agent.finished(agent.sign(document(FHIR)))["state"], "done")
        self.assertEqual([dialog["command"] for dialog in agent.dialogs], ["CONFIRM", "CONFIRM", "GETPIN"])

    def test_last_try_may_be_spent_by_the_request_and_locks(self) -> None:
        card = self.start_card()
        card.send("tries signature 1")
        agent = self.start_agent()
        agent.script(WRONG)
        self.assertEqual(agent.finished(agent.sign(document(FHIR), spend_last_try=True))["error"]["id"], "pin.locked")
        self.assertEqual(self.tries(card), 0)
        self.assertEqual(agent.finished(agent.sign(document(FHIR)))["error"]["id"], "pin.locked")
        self.assertEqual(len(agent.dialogs), 1)

    def test_wrong_pins_are_asked_for_three_times_at_most(self) -> None:
        card = self.start_card()
        agent = self.start_agent()
        agent.script(WRONG, WRONG, WRONG, PIN)
        self.assertEqual(agent.finished(agent.sign(document(FHIR)))["error"]["id"], "pin.wrong")
        self.assertEqual(self.tries(card), 12)

    def test_without_pinentry_there_is_no_dialog_and_nothing_is_spent(self) -> None:
        card = self.start_card()
        agent = self.start_agent('pinentry = "/nonexistent/pinentry"\n')
        self.assertEqual(agent.finished(agent.sign(document(FHIR)))["error"]["id"], "pin.no_dialog")
        self.assertEqual(card.send("stats")["wrong_pins"], 0)

    def test_card_is_not_left_open(self) -> None:
        card = self.start_card()
        agent = self.start_agent()
        agent.script(PIN)
        agent.finished(agent.sign(document(FHIR)))
        _, cards = agent.call("GET", "/v1/cards")
        self.assertEqual(cards[0]["details"]["signature"]["pin"]["tries_left"], 15)  # verified would not tell a number
        self.assertEqual(card.send("stats")["signatures"], 1)


class Pulled(AgentCase):
    def test_during_the_dialog(self) -> None:
        card = self.start_card()
        agent = self.start_agent('pinentry = "/bin/cat"\n')
        events = agent_case.Events(agent.socket)
        self.addCleanup(events.close)
        job = agent.sign(document(FHIR))
        while events.next("job-changed") != {"id": job, "state": "running"}:
            pass
        card.send("eject")
        self.assertEqual(agent.finished(job)["error"]["id"], "card.removed")
        self.assertEqual(events.next("job-changed"), {"id": job, "state": "failed"})

    def test_between_dialog_and_signature(self) -> None:
        card = self.start_card()
        agent = self.start_agent()
        agent.script("control eject", PIN)
        self.assertEqual(agent.finished(agent.sign(document(FHIR)))["error"]["id"], "card.removed")
        self.assertEqual(card.send("stats")["wrong_pins"], 0)

    def test_in_the_middle_of_a_batch(self) -> None:
        card = self.start_card()
        agent = self.start_agent()
        for instruction in ("20", "2A"):
            with self.subTest(instruction):
                card.send(f"die {instruction}")
                agent.script(PIN, PIN)
                job = agent.finished(agent.sign(document(FHIR), document(CDA)))
                self.assertEqual({entry["error"]["id"] for entry in job["documents"]}, {"card.removed"}, job)
                card.send("insert")
                self.wait_until(lambda: agent.call("GET", "/v1/cards")[1][0]["family"] == "hpki", "the card did not come back")
        agent.script(PIN)
        self.assertEqual(agent.finished(agent.sign(document(FHIR)))["state"], "done")

    def test_events_tell(self) -> None:
        card = self.start_card()
        agent = self.start_agent()
        events = agent_case.Events(agent.socket)
        self.addCleanup(events.close)
        card.send("eject")
        gone = events.next("card-removed")
        API.check_schema(gone, "CardEvent")
        card.send("insert")
        self.assertEqual(events.next("card-inserted"), gone)


if __name__ == "__main__":
    unittest.main()

"""The command line with an agent and a server, and the same with keys on PKCS#11 tokens."""

from __future__ import annotations

import os
import tempfile
import unittest
from pathlib import Path

import command
from command import CommandTest, process
from soft_token import SoftToken

from world import AUTHENTICATION_PIN, Answer, CLINIC, HOSPITAL, SIGNATURE_PIN, World  # isort: skip

SAMPLES = process.REPOSITORY / "tests/samples"
OPENSC = {"authentication": "pkcs11:token=HPKI%20Authentication%20%28Auth%29;id=%45?module-name=opensc-pkcs11",
          "signature": "pkcs11:token=HPKI%20Signature%20%28Sign%29;id=%45?module-name=opensc-pkcs11"}


class AgentTest(CommandTest):
    """Card layout `opensc`, so that OpenSC can read it too."""

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.world = World(Path(folder.name), "opensc")
        cls.addClassCleanup(cls.world.stop)
        cls.world.start_card("doctor1")
        cls.world.start_server()
        cls.world.start_agent()
        cls.world.set_up_server()
        opensc = {"OPENSC_CONF": str(cls.world.pcscd.folder / "opensc.conf")}
        os.environ.update(opensc)
        cls.addClassCleanup(os.environ.pop, "OPENSC_CONF")

    def log_in(self) -> Answer:
        self.world.answers(f"pin {AUTHENTICATION_PIN}")
        return self.world.shomei("login", "--server", self.world.url, "--facility", CLINIC, "--json")

    def verify(self, *arguments: object) -> dict:
        trust = self.world.pki / "trust/signature"
        return self.world.shomei("verify", *arguments, "--trust", trust, "--crl", self.world.pki / "crl", "--json").value

    def test_session_from_login_to_logout(self) -> None:
        answer = self.log_in().value
        self.assertEqual(list(answer), ["access_token", "id_token", "expires_in", "session_id", "claims"])
        who = self.world.shomei("whoami", "--json")
        self.assertEqual(who.value["session_id"], answer["session_id"])
        self.assertNotIn(answer["access_token"], who.out)
        self.assertIn("佐藤", self.world.shomei("whoami").out)
        self.assertEqual(self.world.shomei("token", "verify", answer["access_token"], "--issuer", self.world.url, "--tls-ca",
                                           self.world.pki / "trust/tls", "--json").value["verdict"], "valid")
        self.assertEqual(self.world.shomei("diagnose").status, 0)
        self.world.shomei("logout")
        self.assertIn("session.unknown", self.world.shomei("whoami", status=1).err)
        self.assertEqual(self.world.session(answer)["end_reason"], "logout")

    def test_signing_asks_the_agent_once_for_all_documents(self) -> None:
        before = len(self.world.dialogs())
        self.world.answers(f"pin {SIGNATURE_PIN}")
        signed = self.world.shomei("sign", SAMPLES / "referral_cda.xml", SAMPLES / "referral_fhir.json", "--out", self.folder, "--format",
                                   "xades", "--json").value
        self.assertEqual([(item["level"], item["error"]) for item in signed], [("B", None)] * 2)
        self.assertEqual(len(self.world.dialogs()) - before, 1)
        self.assertEqual(self.verify(self.folder / "referral_cda.xml.signed.xml")["indication"], "TOTAL-PASSED")
        self.assertEqual(self.verify(self.folder / "referral_fhir.json.xades.xml", "--detached", SAMPLES / "referral_fhir.json")["indication"],
                         "TOTAL-PASSED")

    def test_cancelled_dialog_and_unknown_server(self) -> None:
        self.world.answers("cancel")
        outcome = self.world.shomei("sign", SAMPLES / "referral_cda.xml", "--out", self.folder, "--format", "xades", status=77)
        self.assertIn("error[pin.cancelled]", outcome.err)
        self.assertEqual(list(self.folder.iterdir()), [])
        outcome = self.world.shomei("login", "--server", "https://elsewhere.example", status=77)
        self.assertIn("error[not_permitted]", outcome.err)

    def test_administration_is_for_administrators(self) -> None:
        self.log_in()
        self.assertIn("error[not_permitted]", self.world.shomei("admin", "person", "list", status=77).err)
        self.world.hold("admin")
        self.addCleanup(self.world.hold, "doctor1")
        self.world.answers(f"pin {AUTHENTICATION_PIN}")
        self.world.shomei("login", "--server", self.world.url, "--facility", HOSPITAL)
        people = self.world.shomei("admin", "person", "list", "--json").value["persons"]
        self.assertIn("doctor1", [person["id"] for person in people])
        self.assertEqual(self.world.shomei("admin", "person", "show", "doctor1", "--json").value["id"], "doctor1")
        self.world.shomei("admin", "person", "hold", "nurse", "--reason", "card lost")
        self.assertTrue(self.world.shomei("admin", "person", "show", "nurse", "--json").value["held"])
        self.world.shomei("admin", "person", "release", "nurse")
        self.assertFalse(self.world.shomei("admin", "person", "show", "nurse", "--json").value["held"])
        self.assertTrue(self.world.shomei("admin", "session", "list", "--json").value["sessions"])
        self.assertIn("error[store.not_found]", self.world.shomei("admin", "person", "show", "nobody", status=1).err)
        self.assertTrue(self.world.shomei("admin", "audit", "list", "--limit", "5", "--json").value["records"])

    def test_login_and_signature_through_opensc(self) -> None:
        answer = self.world.direct_login(AUTHENTICATION_PIN, "--key", OPENSC["authentication"]).value
        self.assertEqual(answer["claims"]["hc_roles"], ["Medical Doctor"])
        self.with_pin(SIGNATURE_PIN, "sign", SAMPLES / "referral_fhir.json", "--out", self.folder / "opensc.p7s", "--format", "cades", "--key",
                      OPENSC["signature"])
        report = self.verify(self.folder / "opensc.p7s", "--detached", SAMPLES / "referral_fhir.json")
        self.assertEqual(report["indication"], "TOTAL-PASSED")

    def test_login_and_signature_through_softhsm(self) -> None:
        for use in ("authentication", "signature"):
            token = SoftToken(self.world.holder("doctor1"), use)
            self.addCleanup(token.close)
            os.environ.update(token.environment)
            self.addCleanup(os.environ.pop, "SOFTHSM2_CONF", None)
            if use == "authentication":
                answer = self.world.direct_login(SoftToken.PIN, "--key", token.uri("17")).value
                self.assertEqual(answer["claims"]["name"], "Hanako Sato")
                wrong = self.world.direct_login("11111111", "--key", token.uri("17"), status=77)
                self.assertIn("error[pin.wrong]", wrong.err)
            else:
                self.with_pin(SoftToken.PIN, "sign", SAMPLES / "referral_cda.xml", "--out", self.folder / "soft.xml", "--format", "xades", "--key",
                              token.uri("17"))
                self.assertEqual(self.verify(self.folder / "soft.xml")["indication"], "TOTAL-PASSED")

    def test_direct_login_says_that_nobody_renews_it(self) -> None:
        self.assertIn("warning: nobody renews", self.world.direct_login(AUTHENTICATION_PIN).err)

    def test_untrusted_server_is_not_talked_to(self) -> None:
        done = self.world.shomei("login", "--direct", "--server", self.world.url, "--tls-ca", self.world.pki / "trust/staff", status=69)
        self.assertIn("error[net.tls]", done.err)
        done = self.world.shomei("login", "--direct", "--server", "https://localhost:1", "--tls-ca", self.world.pki / "trust/tls", status=69)
        self.assertIn("error[net.unreachable]", done.err)

    def with_pin(self, pin: str, *arguments: object) -> None:
        outcome = command.with_pin(pin, *arguments, environment=self.world.pcscd.environment)
        self.assertEqual(outcome.status, 0, outcome.err)


if __name__ == "__main__":
    unittest.main()

"""The agent with a key on a PKCS#11 token (SoftHSM) instead of the card."""

from __future__ import annotations

import os
import subprocess
import unittest
from pathlib import Path

import agent_case
from agent_case import AgentCase, document
from openapi import Checker

setUpModule = agent_case.set_up_module
API = Checker(agent_case.REPOSITORY / "agent/openapi.json")
FHIR = agent_case.SAMPLES / "referral_fhir.json"
MODULE = next((file for file in map(Path, ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"))
               if file.exists()), None)
PIN = "864213"  # of the throw-away token


class Tokens(AgentCase):
    def setUp(self) -> None:
        super().setUp()
        assert MODULE is not None, "SoftHSM is not installed (package softhsm2)"
        (self.folder / "tokens").mkdir()
        conf = self.folder / "softhsm2.conf"
        conf.write_text(f"directories.tokendir = {self.folder}/tokens\nlog.level = ERROR\n")
        self._environment["SOFTHSM2_CONF"] = str(conf)
        holder = self.pki / "holders/doctor1"
        login = ("--login", "--pin", PIN, "--token-label", "doctor")
        self.run_tool("softhsm2-util", "--init-token", "--free", "--label", "doctor", "--pin", PIN, "--so-pin", PIN)
        self.run_tool("softhsm2-util", "--import", holder / "signature.key.pem", "--token", "doctor", "--label", "signature", "--id", "01",
                      "--pin", PIN)
        self.run_tool("pkcs11-tool", "--module", MODULE, *login, "--write-object", holder / "signature.cer", "--type", "cert", "--id", "01")
        self.agent = self.start_agent(f'[pkcs11]\nsignature = "pkcs11:token=doctor;id=%01?module-path={MODULE}"\n', wait_for=None)

    def run_tool(self, *command: object) -> None:
        subprocess.run([*map(str, command)], env={**os.environ, **self._environment}, check=True, capture_output=True)

    def test_token_is_listed_and_signs(self) -> None:
        _, cards = self.agent.call("GET", "/v1/cards")
        API.check(cards, "GET", "/v1/cards", 200)
        token = cards[-1]
        self.assertEqual((token["family"], token["uses"]), ("pkcs11", ["signature"]))
        self.assertEqual(token["details"]["signature"]["hc_roles"], ["Medical Doctor"])
        self.agent.script(f"pin {PIN}")
        job = self.agent.finished(self.agent.sign(document(FHIR, format="cades"), document(FHIR)))
        self.assertEqual(job["state"], "done", job)
        self.assertIn("署名用 PIN", self.agent.dialogs[0]["desc"])
        self.assertNotIn(PIN, self.agent.log)

    def test_wrong_pin_is_refused_and_asked_again(self) -> None:
        self.agent.script("pin 111111", "cancel")
        job = self.agent.finished(self.agent.sign(document(FHIR)))
        self.assertEqual(job["error"]["id"], "pin.wrong", job)
        self.assertEqual(len(self.agent.dialogs), 2)


if __name__ == "__main__":
    unittest.main()

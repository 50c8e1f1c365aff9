"""Step 6: a document system asks the agent for signatures on referrals."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import process
from screen import Screen
from steps_login import show_dialog
from world import SIGNATURE_PIN, World

SAMPLES = process.REPOSITORY / "tests/samples"
CLIENT = process.REPOSITORY / "examples/sign_referral.py"


def ask_agent(world: World, screen: Screen, document: str, form: str, packaging: str) -> None:
    """The document system is the sample client in Python: it knows the agent's socket and nothing else."""
    folder = world.folder / "documents"
    shutil.copy(SAMPLES / document, folder / document)
    world.answers(f"pin {SIGNATURE_PIN}")
    screen.ask("document system", f"POST /v1/sign {document} as {form}, {packaging}")
    done = subprocess.run([sys.executable, CLIENT, folder / document, "--format", form, "--packaging", packaging, "--out", folder],
                          env={**os.environ, **world.environment}, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    show_dialog(world, screen)
    screen.good(done.stdout.strip().splitlines()[-1].replace(str(world.folder) + "/", ""))


def sign(world: World, screen: Screen) -> None:
    screen.step("A document system asks for signatures on referrals; the card's signature key signs", "紹介状への電子署名")
    before = world.card.send("stats")["signatures"]
    ask_agent(world, screen, "referral_fhir.json", "cades", "detached")
    ask_agent(world, screen, "referral_fhir.json", "xades", "detached")
    ask_agent(world, screen, "referral_cda.xml", "xades", "enveloped")
    made = world.card.send("stats")["signatures"] - before
    assert made == 3, f"the card signed {made} times for three documents"
    for dialog in world.dialogs()[-3:]:
        assert SIGNATURE_PIN not in str(dialog), "a PIN was shown"
    screen.good("three signatures, three PIN entries, as HPKI asks for its signature key")

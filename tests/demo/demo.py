#!/usr/bin/env python3
"""The main job of Shomei, end to end, on an emulated card in a real pcscd. Run it through ./run demo.

    demo.py [--keep] [--shape jma|guideline|opensc] [--folder DIR]"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "harness"))

import process
import steps_judge
import steps_login
import steps_sign
import steps_stamp
import steps_start
import vcard
from screen import Screen
from world import AUTHENTICATION_PIN, CLINIC, SIGNATURE_PIN, World

STEPS = [
    steps_start.programs, steps_start.pki, steps_start.card, steps_start.services,
    steps_login.login, steps_sign.sign, steps_judge.verify, steps_stamp.extend, steps_judge.revoke, steps_login.pull, steps_login.wrong_pin,
]


def keep_running(world: World, screen: Screen) -> None:
    """Leaves everything running until Ctrl-C or SIGTERM, with the addresses on the screen and in endpoints.json."""
    trust = world.flat_trust()
    endpoints = {"server": world.url, "agent_socket": str(world.agent_socket), "pcscd_socket": str(world.pcscd.socket),
                 "trust": str(trust), "card_control": str(world.card.control_path)}
    file = world.folder / "endpoints.json"
    file.write_text(json.dumps(endpoints, indent=1) + "\n", encoding="utf-8")
    world.admin("person", "facility", "doctor2", CLINIC)
    world.hold("doctor2")
    world.script.write_text(f"person {SIGNATURE_PIN} {AUTHENTICATION_PIN}\n")
    screen.table([(name, value) for name, value in endpoints.items()])
    print(f"""
Still running, with Dr Suzuki's card (doctor2) in the reader and a pinentry that types the right PIN. In another terminal:
  export SHOMEI_AGENT_SOCKET={world.agent_socket} PCSCLITE_CSOCK_NAME={world.pcscd.socket} PATH={process.bin_dir()}:$PATH
  shomei login --server {world.url} --facility {CLINIC}
  shomei sign tests/samples/referral_cda.xml --out /tmp --format xades
  shomei verify /tmp/referral_cda.xml.signed.xml --trust {trust} --crl {world.pki}/crl
  shomei admin crl list --local {world.admin_socket}
Type it yourself: PINs {AUTHENTICATION_PIN} (login) and {SIGNATURE_PIN} (signature), with --pin-fd 3 3<<<PIN. Ctrl-C or SIGTERM ends it.""", flush=True)
    screen.finish()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        signal.pause()
    except KeyboardInterrupt:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # one is enough; the programs are being stopped


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", action="store_true", help="leave everything running")
    parser.add_argument("--shape", choices=vcard.SHAPES, default="jma", help="layout of the doctor's card")
    parser.add_argument("--folder", type=Path, default=process.REPOSITORY / "build" / "demo")
    arguments = parser.parse_args()
    shutil.rmtree(arguments.folder, ignore_errors=True)
    screen = Screen()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with World(arguments.folder.resolve(), arguments.shape) as world:
        try:
            for step in STEPS:
                step(world, screen)
        except Exception as error:  # whatever went wrong, the person sees what and where the logs are
            screen.failed(f"{type(error).__name__}: {error}")
            print(f"logs: {world.folder}/server/server.log, {world.folder}/agent/agent.log", flush=True)
            return 1
        if arguments.keep:
            keep_running(world, screen)
            return 0
    screen.finish()
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Runs a command with a private pcscd and a card in its reader; passes its exit status on.

    with_card.py --shape jma --holder DIR [--ca FILE]... -- COMMAND...

COMMAND finds PCSCLITE_CSOCK_NAME (the pcscd), SHOMEI_VCARD_CONTROL (the card's control socket) and, with the opensc shape,
OPENSC_CONF. Exit status 70: pcscd or the card did not start."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

import opensc
import vcard
from pcscd import Pcscd, PcscdError


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=vcard.SHAPES, default="jma")
    parser.add_argument("--holder", type=Path, required=True)
    parser.add_argument("--ca", type=Path, action="append", help="CA certificate; default: trust/ beside the holder's holders/")
    parser.add_argument("--tries", type=int, default=15)
    parser.add_argument("--out", action="store_true", help="start with the card not inserted")
    parser.add_argument("command", nargs="+")
    return parser.parse_args()


def _run(command: list[str], environment: dict[str, str]) -> int:
    child = subprocess.Popen(command, env={**os.environ, **environment})
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda got, _frame: child.send_signal(got))
    status = child.wait()
    return status if status >= 0 else 128 - status


def main() -> int:
    arguments = _arguments()
    tries = {"signature": arguments.tries, "authentication": arguments.tries}
    profile = vcard.make_profile(arguments.shape, arguments.holder, arguments.ca, tries=tries, inserted=False)
    try:
        with Pcscd() as pcscd, vcard.Vcard(pcscd.port, profile, pcscd.folder) as card:
            environment = {**pcscd.environment, "SHOMEI_VCARD_CONTROL": str(card.control_path)}
            if arguments.shape == "opensc":
                opensc.write_config(pcscd.folder / "opensc.conf")
                environment["OPENSC_CONF"] = str(pcscd.folder / "opensc.conf")
            if not arguments.out:
                card.send("insert")
                pcscd.wait_for_card()
            return _run(arguments.command, environment)
    except (PcscdError, vcard.VcardError, OSError) as error:
        print(f"with_card: {error}", file=sys.stderr)
        return 70


if __name__ == "__main__":
    sys.exit(main())

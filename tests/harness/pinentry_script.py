#!/usr/bin/env python3
"""A pinentry that answers from a script, speaking the Assuan protocol as GnuPG's pinentries do.

The script is the file named by --script FILE or the environment variable PINENTRY_SCRIPT. Each line is one answer and is taken out of
the file when given, so that several pinentries started one after the other share one script:

    pin 1234       answers GETPIN               cancel         the user closes the dialog (GETPIN, CONFIRM, MESSAGE)
    confirm yes    answers CONFIRM, MESSAGE     timeout        the dialog waited too long
    confirm no                                  die            the program ends without an answer
    person S A     stays in the script for good: a person who types S where the dialog asks for the signature PIN (署名用), else A,
                   and confirms nothing
    control LINE   sends LINE to the card's control socket (SHOMEI_VCARD_CONTROL), then goes on with the next line

What was shown goes to SCRIPT.log, one JSON object a dialog: command, title, desc, prompt, error, ok, notok, cancel, and answer (its kind
only: a PIN is never written). A dialog for which the script has no fitting line is answered with an error; the exit status is then 1."""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import sys
from pathlib import Path
from urllib.parse import unquote

import vcard

# GnuPG error codes with the source "Pinentry" (5 << 24)
CANCELED = "83886179 Operation cancelled <Pinentry>"
NOT_CONFIRMED = "83886194 Not confirmed <Pinentry>"
TIMEOUT = "83886142 Timeout <Pinentry>"
UNKNOWN_COMMAND = "83886355 Unknown IPC command <User defined source 1>"
NO_SCRIPT = "83886081 General error <Pinentry>"

_TEXTS = {"SETTITLE": "title", "SETDESC": "desc", "SETPROMPT": "prompt", "SETERROR": "error", "SETOK": "ok", "SETNOTOK": "notok",
          "SETCANCEL": "cancel"}
_IGNORED = {"OPTION", "SETTIMEOUT", "SETKEYINFO", "SETREPEAT", "SETREPEATERROR", "SETREPEATOK", "SETQUALITYBAR", "SETQUALITYBAR_TT",
            "SETGENPIN", "SETGENPIN_TT", "CLEARPASSPHRASE", "NOP"}
_FITTING = {"GETPIN": {"pin", "cancel", "timeout", "die"}, "CONFIRM": {"confirm", "cancel", "timeout", "die"},
            "MESSAGE": {"confirm", "cancel", "timeout", "die"}}


class Script:
    """The file of answers that are still to be given."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._log = path.with_name(path.name + ".log")

    def _take_line(self) -> str | None:
        with self._path.open("r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            lines = [line.strip() for line in file if line.strip() and not line.startswith("#")]
            if lines and lines[0].startswith("person "):
                return lines[0]
            file.seek(0)
            file.truncate()
            file.write("".join(line + "\n" for line in lines[1:]))
        return lines[0] if lines else None

    def next(self) -> tuple[str, str] | None:
        """The next answer: its kind and its argument."""
        while (line := self._take_line()) is not None:
            kind, _, argument = line.partition(" ")
            if kind != "control":
                return kind, argument
            control = vcard.Control(os.environ["SHOMEI_VCARD_CONTROL"])
            control.send(argument)
            control.close()
        return None

    def record(self, command: str, texts: dict[str, str], answer: str) -> None:
        with self._log.open("a", encoding="utf-8") as log:
            fcntl.flock(log, fcntl.LOCK_EX)
            log.write(json.dumps({"command": command, **texts, "answer": answer}, ensure_ascii=False) + "\n")


def _reply(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _answer(kind: str, argument: str) -> None:
    if kind == "pin":
        _reply("D " + _escape(argument))
        _reply("OK")
    elif kind == "confirm":
        _reply("OK" if argument == "yes" else f"ERR {NOT_CONFIRMED}")
    else:
        _reply(f"ERR {TIMEOUT if kind == 'timeout' else CANCELED}")


class Dialog:
    """One connection: texts are collected until the dialog is asked for."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._texts: dict[str, str] = {}
        self.status = 0

    def ask(self, command: str) -> bool:
        """False: end at once."""
        step = self._script.next()
        if step and step[0] == "person":
            signature, authentication = step[1].split()
            shown = " ".join(self._texts.values())
            wanted = signature if "署名用" in shown or "signature" in shown.lower() else authentication
            step = ("pin", wanted) if command == "GETPIN" else ("confirm", "no")
        kind = step[0] if step else "exhausted"
        fits = kind in _FITTING[command]
        self._script.record(command, self._texts, kind if fits else f"unexpected {kind}")
        self._texts.pop("error", None)  # shown once, as GnuPG's pinentries do
        if not fits or step is None:
            self.status = 1
            _reply(f"ERR {NO_SCRIPT}")
        elif kind == "die":
            return False
        else:
            _answer(*step)
        return True

    def handle(self, line: str) -> bool:
        """False: the conversation is over."""
        command, _, argument = line.partition(" ")
        command = command.upper()
        if command in _FITTING:
            return self.ask(command)
        if command == "BYE":
            _reply("OK closing connection")
            return False
        if command == "GETINFO":
            known = {"pid": str(os.getpid()), "version": "1.2.1", "flavor": "script"}
            _reply("D " + known.get(argument, "-"))
        elif command == "RESET":
            self._texts.clear()
        elif command in _TEXTS:
            self._texts[_TEXTS[command]] = unquote(argument)
        elif command not in _IGNORED:
            _reply(f"ERR {UNKNOWN_COMMAND}")
            return True
        _reply("OK")
        return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--script", type=Path, default=os.environ.get("PINENTRY_SCRIPT"))
    arguments, _ = parser.parse_known_args()  # --display and the like
    if arguments.script is None:
        parser.error("no script: --script or PINENTRY_SCRIPT")
    dialog = Dialog(Script(Path(arguments.script)))
    sys.stdin.reconfigure(encoding="utf-8")
    _reply("OK Pleased to meet you")
    for line in sys.stdin:
        if not dialog.handle(line.rstrip("\r\n")):
            break
    return dialog.status


if __name__ == "__main__":
    sys.exit(main())

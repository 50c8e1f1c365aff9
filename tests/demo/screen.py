"""What a person sees of the demonstration: numbered steps, who was asked for what, what came back. Colours on a terminal only."""

from __future__ import annotations

import os
import sys
import textwrap
import unicodedata

WIDTH = 110


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


class Screen:
    def __init__(self) -> None:
        self._colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self.steps = 0

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour else text

    def _print(self, line: str) -> None:
        print(line, flush=True)

    def step(self, english: str, japanese: str) -> None:
        """Begins the next numbered step."""
        self.steps += 1
        head = f"{self.steps:2}. {english}"
        self._print("\n" + self._paint("1;34", head) + self._paint("34", f"  {japanese}"))

    def ask(self, who: str, what: str) -> None:
        """`who` is asked for `what`: a command, a PIN, a request."""
        self._print(self._paint("36", f"    {who:>22} ▸ ") + what)

    def answer(self, text: str) -> None:
        """What came back, each line of it."""
        for line in text.rstrip().splitlines():
            for part in textwrap.wrap(line, WIDTH - 28, subsequent_indent="  ", break_on_hyphens=False) or [""]:
                self._print(" " * 27 + part)

    def good(self, text: str) -> None:
        self._print(self._paint("32", f"{'✔':>26} ") + text)

    def refused(self, text: str) -> None:
        """A refusal that is right."""
        self._print(self._paint("33", f"{'✘':>26} ") + text)

    def table(self, rows: list[tuple[str, str]]) -> None:
        wide = max(_width(left) for left, _ in rows)
        for left, right in rows:
            self._print(" " * 27 + self._paint("2", left + " " * (wide - _width(left))) + "  " + right)

    def failed(self, text: str) -> None:
        self._print(self._paint("1;31", "\ndemo: FAILED: ") + text)

    def finish(self) -> None:
        self._print("\n" + self._paint("1;32", f"demo: {self.steps} steps ok"))

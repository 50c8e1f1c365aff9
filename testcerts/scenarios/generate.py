#!/usr/bin/python3
"""Writes one folder for each scenario: what the program is given, and expected.test with what it has to answer.

    generate.py [--out DIR] [--list]     DIR is this folder unless said otherwise

Cases are functions and rows of tables in themes/, one module for each theme; forge/ is what they are made of.
"""

import argparse
import importlib
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "hpki")]

from forge.case import CASES  # noqa: E402


def themes() -> list[str]:
    return sorted(file.stem for file in (HERE / "themes").glob("*.py") if file.stem != "__init__")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=HERE)
    parser.add_argument("--list", action="store_true", help="print each theme and its cases, write nothing")
    arguments = parser.parse_args()
    for theme in themes():
        known = set(CASES)
        importlib.import_module(f"themes.{theme}")
        if arguments.list:
            print(theme, *sorted(set(CASES) - known), sep="\n    ")
    for folder, build in CASES.items() if not arguments.list else ():
        for file, content in build().items():
            target = arguments.out / folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


if __name__ == "__main__":
    main()

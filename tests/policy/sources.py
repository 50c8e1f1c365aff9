"""The product's sources, as the policy tests read them."""

import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2]
ROOMS = ["base", "http", "cards", "pkcs11", "auth", "signing", "agent", "cli", "server", "gateway"]
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def product_files():
    """(path relative to the root, text) of each C++ file of the product."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*")):
            if path.suffix in (".cpp", ".h"):
                yield path.relative_to(ROOT), path.read_text(encoding="utf-8")


def finish(problems, what):
    """Prints the problems and ends with the status that says whether there were any."""
    for problem in problems:
        print(problem)
    print(f"{what}: {len(problems)} problems")
    sys.exit(1 if problems else 0)

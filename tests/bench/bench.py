#!/usr/bin/env python3
"""Runs benchmarks by name, prints their tables. bench.py [NAME...]; each NAME.py here writes build/bench/NAME.json.

A row is one name and one peer: {"name", "unit", "ours", "peer", "peer_value", "floor_value", "ratio_to_peer", "ratio_to_floor"}; more
is better in every ratio."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE.parents[1] / "build" / "bench"
COLUMNS = ("name", "unit", "ours", "floor_value", "ratio_to_floor", "peer", "peer_value", "ratio_to_peer")


def known() -> list[str]:
    return sorted(file.stem for file in HERE.glob("*.py") if file.stem not in ("bench", "rows"))


def shown(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else "-" if value is None else str(value)


def table(rows: list[dict]) -> str:
    cells = [COLUMNS, *(tuple(shown(row[column]) for column in COLUMNS) for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(COLUMNS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in cells)


def main() -> int:
    names = sys.argv[1:] or known()
    for name in names:
        if name not in known():
            print(f"bench: no benchmark {name}; there are: {', '.join(known())}", file=sys.stderr)
            return 64
    OUT.mkdir(parents=True, exist_ok=True)
    for name in names:
        done = subprocess.run([sys.executable, str(HERE / f"{name}.py"), "--out", str(OUT / f"{name}.json")], check=False)
        if done.returncode != 0:
            print(f"bench: {name} failed", file=sys.stderr)
            return done.returncode
        print(table(json.loads((OUT / f"{name}.json").read_text(encoding="utf-8"))))
    return 0


if __name__ == "__main__":
    sys.exit(main())

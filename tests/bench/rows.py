"""Rows of a benchmark's result, written so that more is better in every ratio."""

from __future__ import annotations

import argparse
import json
from pathlib import Path


def row(name: str, unit: str, ours: float, peer: str, peer_value: float | None, floor_value: float | None,
        more_is_better: bool = False) -> dict:
    """One row; `unit` is one of s, ops/s, MB, ns, count."""

    def ratio(other: float | None) -> float | None:
        if not ours or not other:
            return None
        return round(ours / other if more_is_better else other / ours, 4)

    return {"name": name, "unit": unit, "ours": ours, "peer": peer, "peer_value": peer_value, "floor_value": floor_value,
            "ratio_to_peer": ratio(peer_value), "ratio_to_floor": ratio(floor_value)}


def out_file() -> Path:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args().out


def write(path: Path, rows: list[dict]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

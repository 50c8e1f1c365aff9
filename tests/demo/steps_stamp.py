"""Time stamps: the signature is made to last, an authority that is away stops nobody, and a stamp settles a later revocation."""

from __future__ import annotations

from pathlib import Path

from screen import Screen
import steps_judge
from tsa import Tsa
from world import World

STAMPED = "referral_fhir.json.lta.p7s"


def extend_command(world: World, name: str, detached: str | None, out: str, level: str) -> list[str | Path]:
    folder = world.folder / "documents"
    content = ["--detached", folder / detached] if detached else []
    return ["extend", folder / name, *content, "--out", folder / out, "--level", level, "--tsa", world.tsa.url, *evidence(world, world.pki / "crl")]


def evidence(world: World, crl: Path) -> list[str | Path]:
    trust = world.pki / "trust"
    return ["--trust", trust / "signature", "--trust", trust / "timestamp", "--crl", crl]


def extend(world: World, screen: Screen) -> None:
    screen.step("Time stamps and evidence are added: the signature can be judged for decades", "タイムスタンプと長期保管（ES-T、ES-XL、ES-A）")
    world.tsa = Tsa(world.pki, world.folder / "tsa.log")
    world.started(world.tsa)
    screen.good(f"time-stamping authority: {world.tsa.url}")
    away(world, screen)
    for (name, detached), level, out in zip(steps_judge.SIGNED, ("LTA", "T", "LT"), (STAMPED, "referral_fhir.json.t.xml", "referral_cda.lt.xml")):
        screen.ask("document system", f"shomei extend {name} --level {level} --tsa {world.tsa.url} --out {out}")
        made = world.shomei(*extend_command(world, name, detached, out, level), "--json").value[0]
        assert made["level"] == level and made["pending"] == [], made
        command = steps_judge.verify_command(world, out, detached, world.pki / "crl")
        report = world.shomei(*command, "--trust", world.pki / "trust/timestamp", "--json").value
        signature = report["signatures"][0]
        assert report["indication"] == "TOTAL-PASSED" and signature["level"] == level, report
        assert signature["best_signature_time"], signature
        screen.good(f"{out}: {signature['format']}-{signature['level']}, proved to exist since {signature['best_signature_time']}")
    page = world.folder / "documents/report.html"
    world.shomei(*steps_judge.verify_command(world, STAMPED, "referral_fhir.json", world.pki / "crl"), "--trust", world.pki / "trust/timestamp",
                 "--report", page, "--lang", "ja")
    screen.good(f"the report for people: {page}")


def away(world: World, screen: Screen) -> None:
    world.tsa.fault("hang-up")
    name, detached = steps_judge.SIGNED[1]
    screen.ask("document system", f"shomei extend {name} --level T   (the authority is away)")
    made = world.shomei(*extend_command(world, name, detached, "pending.xml", "T"), "--json").value[0]
    assert made["level"] == "B" and made["pending"] == ["T"], made
    screen.refused("level B, T pending: nothing is lost, and nothing claims to be more than it is")
    world.tsa.fault("none")


def settle(world: World, screen: Screen) -> None:
    """Of the signature by the card that is revoked now, the copy with a stamp still stands."""
    lists = world.folder / "documents/crl_of_today"
    for name in ("rarl", "tsa_ca"):
        (lists / f"{name}.crl").write_bytes((world.pki / f"crl/{name}.crl").read_bytes())
    screen.ask("hospital", f"shomei verify {STAMPED}   (with the CRL of today)")
    command = steps_judge.verify_command(world, STAMPED, "referral_fhir.json", lists)
    report = world.shomei(*command, "--trust", world.pki / "trust/timestamp", "--json").value
    signature = report["signatures"][0]
    assert report["indication"] == "TOTAL-PASSED" and signature["level"] == "LTA", report
    screen.good("TOTAL-PASSED: the time stamp is older than the revocation")

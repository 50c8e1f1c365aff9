"""Steps 1 to 4: programs, test PKI, card and reader, server and agent."""

from __future__ import annotations

import json

import process
from screen import Screen
from world import World


def programs(world: World, screen: Screen) -> None:
    screen.step("The programs are built", "プログラムの準備")
    for name in ("shomei", "shomei-agent", "shomei-server", "shomei-vcard"):
        program = process.bin_dir() / name
        assert program.exists(), f"{program} is missing"
        screen.good(f"{name}  {program.stat().st_size // 1024} kB")


def pki(world: World, screen: Screen) -> None:
    screen.step("A test PKI like the HPKI: root, CAs for signature and authentication, holders, CRLs", "テスト用 PKI の作成")
    manifest = json.loads((world.pki / "manifest.json").read_text(encoding="utf-8"))
    crls = [file for file in manifest["files"] if file.endswith(".crl")]
    holders = sorted(path.name for path in (world.pki / "holders").iterdir())
    screen.answer(f"{len(manifest['files'])} files in {world.pki}")
    screen.table([("holders", ", ".join(holders)), ("CRLs (96 h)", ", ".join(crls))])
    shown = world.shomei("certificate", "show", world.holder("doctor1") / "signature.cer")
    screen.ask("shomei", "certificate show doctor1/signature.cer")
    screen.answer(shown.out)
    judged = world.shomei("certificate", "validate", world.holder("doctor1") / "signature.cer", "--purpose", "signature",
                          "--trust", world.pki / "trust/signature", "--crl", world.pki / "crl", "--json").value
    assert judged["verdict"] == "valid" and judged["hc_roles"] == ["Medical Doctor"], judged
    screen.good("its path, CRLs and hcRole are valid for signatures: " + " ← ".join(judged["path"]))


def card(world: World, screen: Screen) -> None:
    screen.step("A private pcscd, a reader, and the card of Dr Sato in it", "カードリーダーと医師資格証")
    world.start_card("doctor1", tries={"authentication": 15, "signature": 15})
    screen.ask("shomei", "card list")
    cards = world.shomei("card", "list", "--json").value
    inserted = [entry for entry in cards if entry["family"] == "hpki"]
    assert len(inserted) == 1 and sorted(inserted[0]["uses"]) == ["authentication", "signature"], cards
    screen.answer(world.shomei("card", "list").out)
    screen.good(f"found by its AIDs, laid out as \"{world.shape}\"; no PIN was needed to read its certificates")


def name_of(distinguished: str) -> str:
    """The first CN of a name, or its first OU: the root of the HPKI has no CN."""
    parts = distinguished.split(",")
    return next((part[3:] for kind in ("CN=", "OU=") for part in parts if part.startswith(kind)), distinguished)


def services(world: World, screen: Screen) -> None:
    screen.step("shomei-server and shomei-agent start; the server's first hour on its own machine", "サーバーとエージェントの起動")
    world.start_server()
    screen.good(f"server: {world.server.ready.strip()}")
    world.start_agent()
    screen.good(f"agent: {world.agent.ready.strip()}")
    world.set_up_server()
    screen.ask("administrator", "shomei admin ca add, crl import, facility add, person add, person link")
    cas = world.admin("ca", "list", "--json").value
    crls = world.admin("crl", "list", "--json").value
    screen.table([(name_of(crl["issuer"]), f"CRL number {crl['number']}, {crl['entries']} entries, next update {crl['next_update']}")
                  for crl in crls["crls"]])
    assert len(cas["cas"]) >= 5 and len(crls["crls"]) >= 4, (cas, crls)
    screen.good(f"{len(cas['cas'])} CAs pinned by fingerprint, {len(crls['crls'])} CRLs in force, 2 facilities, 8 people")

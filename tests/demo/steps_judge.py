"""Steps 7 and 8: the receiving hospital verifies, the administrator revokes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import steps_stamp
from screen import Screen
from steps_login import log_in, show_dialog
from world import AUTHENTICATION_PIN, HOSPITAL, World, now, rfc3339

SIGNED = [("referral_fhir.json.p7s", "referral_fhir.json"), ("referral_fhir.json.xades.xml", "referral_fhir.json"), ("referral_cda.xml.signed.xml", None)]


def verify_command(world: World, name: str, detached: str | None, crl: Path, folder: Path | None = None) -> list[str | Path]:
    folder = folder or world.folder / "documents"
    content = ["--detached", folder / detached] if detached else []
    return ["verify", folder / name, *content, "--trust", world.pki / "trust/signature", "--crl", crl]


def verify(world: World, screen: Screen) -> None:
    screen.step("A receiving hospital verifies each file, and other implementations do", "受け取った病院での検証")
    for name, detached in SIGNED:
        command = verify_command(world, name, detached, world.pki / "crl")
        screen.ask("hospital", f"shomei verify {name}" + (f" --detached {detached}" if detached else ""))
        report = world.shomei(*command, "--json").value
        signature = report["signatures"][0]
        assert report["indication"] == "TOTAL-PASSED" and signature["level"] == "B", report
        assert signature["signer"]["hc_roles"] == ["Medical Doctor"], signature["signer"]
        screen.answer(world.shomei(*command, "--lang", "ja").out)
    other_judges(world, screen)
    tamper(world, screen)


def other_judges(world: World, screen: Screen) -> None:
    folder, root = world.folder / "documents", world.pem(world.pki / "trust/signature/root.cer")
    screen.ask("openssl", "cms -verify -binary -inform DER -content referral_fhir.json -purpose any")
    run(["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", folder / "referral_fhir.json.p7s", "-content",
         folder / "referral_fhir.json", "-CAfile", root, "-purpose", "any", "-out", "/dev/null"])
    screen.good("CMS Verification successful")
    identity = ["--id-attr:Id", "http://www.w3.org/2000/09/xmldsig#:Signature", "--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties"]
    for name in ("referral_cda.xml.signed.xml", "referral_fhir.json.xades.xml"):
        screen.ask("xmlsec1", f"--verify {name}")
        run(["xmlsec1", "--verify", "--enabled-key-data", "x509", "--trusted-pem", root, *identity, folder / name], cwd=folder)
        screen.good("OK")


def run(command: list[str | Path], cwd: Path | None = None) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"


def tamper(world: World, screen: Screen) -> None:
    folder = world.folder / "documents/changed"
    folder.mkdir(exist_ok=True)
    for name, detached in SIGNED:
        for file in filter(None, (name, detached)):
            content = (world.folder / "documents" / file).read_bytes()
            if file == (detached or name):
                at = content.index("佐藤".encode())
                content = content[:at] + "伊藤".encode() + content[at + 6:]
            (folder / file).write_bytes(content)
        report = world.shomei(*verify_command(world, name, detached, world.pki / "crl", folder), "--json", status=1).value
        signature = report["signatures"][0]
        assert report["indication"] == "TOTAL-FAILED" and signature["sub_indication"] == "HASH_FAILURE", report
        reason = next(finding["text"] for finding in signature["findings"] if finding["severity"] == "fail")
        screen.refused(f"{name}, one name changed: TOTAL-FAILED, {signature['sub_indication']}: {reason}")


def revoke(world: World, screen: Screen) -> None:
    screen.step("The certificate administrator publishes a CRL that revokes the doctor", "失効リスト（CRL）の更新")
    world.hold("admin", "guideline")
    world.answers(f"pin {AUTHENTICATION_PIN}")
    screen.ask("administrator", f"shomei login --server {world.url} --facility {HOSPITAL}   (HPKI card of a clerk, no licence)")
    answer = world.shomei("login", "--server", world.url, "--facility", HOSPITAL, "--json").value
    assert answer["claims"]["hc_roles"] == [], answer["claims"]
    moment = rfc3339(now())
    world.generate("--next-at", moment, "--revoked-at", moment)
    screen.ask("administrator", "shomei admin crl import crl_next/auth_ca.crl")
    for ca in ("auth_ca", "sign_ca"):
        imported = world.shomei("admin", "crl", "import", world.pki / f"crl_next/{ca}.crl")
    screen.answer(imported.out)
    old = world.shomei("admin", "crl", "import", world.pki / "crl/auth_ca.crl", status=1)
    assert "crl.refused" in old.err, old.err
    screen.refused("the older list, offered again: " + old.err.splitlines()[0])
    refused_login(world, screen)
    judged_by_its_time(world, screen)


def refused_login(world: World, screen: Screen) -> None:
    world.hold("doctor1")
    screen.ask("doctor", "shomei login")
    world.answers(f"pin {AUTHENTICATION_PIN}")
    refused = world.shomei("login", "--server", world.url, "--facility", "4310001", status=1)
    show_dialog(world, screen)
    assert "login.refused" in refused.err and "keyCompromise" in refused.err, refused.err
    screen.answer(refused.err)


def judged_by_its_time(world: World, screen: Screen) -> None:
    lists = world.folder / "documents/crl_of_today"
    lists.mkdir(exist_ok=True)
    for source in ("crl/sarl.crl", "crl_next/sign_ca.crl"):
        (lists / Path(source).name).write_bytes((world.pki / source).read_bytes())
    name, detached = SIGNED[0]
    screen.ask("hospital", f"shomei verify {name}   (with the CRL of today)")
    report = world.shomei(*verify_command(world, name, detached, lists), "--json", status=2).value
    signature = report["signatures"][0]
    assert report["indication"] == "INDETERMINATE" and signature["sub_indication"] == "REVOKED_NO_POE", report
    texts = " ".join(finding["text"] for finding in signature["findings"])
    assert "time stamp" in texts.lower() or "time-stamp" in texts.lower(), json.dumps(signature, ensure_ascii=False)
    screen.answer(world.shomei(*verify_command(world, name, detached, lists), "--lang", "ja", status=2).out)
    screen.good("INDETERMINATE, REVOKED_NO_POE: a time stamp would have settled it")
    steps_stamp.settle(world, screen)

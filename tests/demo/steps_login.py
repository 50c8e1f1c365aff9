"""Steps 5, 9 and 10: login, pulling the card, a wrong PIN."""

from __future__ import annotations

import json
import time

from screen import Screen
from world import AUTHENTICATION_PIN, CLINIC, WRONG_PIN, World


def show_dialog(world: World, screen: Screen) -> None:
    """What the person saw last."""
    last = world.dialogs()[-1]
    screen.ask("PIN dialog", last.get("desc", "").replace("\n", " / ") + (f"  [{last['error']}]" if last.get("error") else ""))


def log_in(world: World, who: str = "", **expected: int) -> dict:
    world.answers(f"pin {AUTHENTICATION_PIN}")
    return world.shomei("login", "--server", world.url, "--facility", CLINIC, "--json", **expected).value


def login(world: World, screen: Screen) -> None:
    screen.step("The doctor logs in with the card's authentication key", "カードでログイン")
    screen.ask("doctor", f"shomei login --server {world.url} --facility {CLINIC}")
    answer = log_in(world)
    show_dialog(world, screen)
    claims = answer["claims"]
    assert claims["hc_roles"] == ["Medical Doctor"] and claims["facility"] == CLINIC, claims
    assert claims["amr"] == ["sc", "pin"] and claims["acr"] == "hpki", claims
    screen.table([(name, json.dumps(value, ensure_ascii=False)) for name, value in claims.items()])
    verify_as_gateway(world, screen, answer["access_token"])


def verify_as_gateway(world: World, screen: Screen, token: str) -> None:
    jwks = world.folder / "documents/jwks.json"
    world.fetch("/.well-known/jwks.json", jwks)
    screen.ask("gateway", "shomei token verify TOKEN --jwks jwks.json   (nothing but the public keys)")
    verdict = world.shomei("token", "verify", token, "--jwks", jwks, "--json").value
    assert verdict["verdict"] == "valid", verdict
    head, body, signature = token.split(".")
    forged = f"{head}.{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    assert world.shomei("token", "verify", forged, "--jwks", jwks, "--json", status=1).value["verdict"] == "invalid"
    screen.good("valid; the same token with one changed character is invalid")


def pull(world: World, screen: Screen) -> None:
    screen.step("The card is pulled: the session ends at the server", "カードを抜くとセッション終了")
    world.hold("pharmacist", "guideline")
    answer = log_in(world)
    assert answer["claims"]["hc_roles"] == ["Pharmacist"], answer["claims"]
    screen.good(f"{answer['claims']['name']} is in, session {answer['session_id'][:8]}…, card laid out as \"guideline\"")
    screen.ask("pharmacist", "pulls the card")
    begin = time.monotonic()
    world.card.send("eject")
    state = world.session(answer)
    while state["state"] != "ended" and time.monotonic() - begin < 5:
        state = world.session(answer)
    took = time.monotonic() - begin
    assert state["state"] == "ended" and state["end_reason"] == "card-removed", state
    assert took < 2, f"the session ended after {took:.2f} s"
    screen.good(f"the server ended the session after {took:.2f} s: {state['end_reason']}")
    assert world.shomei("whoami", status=None).status == 1
    screen.refused("shomei whoami: nobody is logged in any more")


def wrong_pin(world: World, screen: Screen) -> None:
    screen.step("A wrong PIN: the tries left are read from the card, the last one is kept", "PIN の残り回数")
    world.hold("nurse")
    world.card.send("tries authentication 3")
    world.answers(f"pin {WRONG_PIN}", "cancel")
    screen.ask("nurse", "types a wrong PIN, then cancels")
    refused = world.shomei("login", "--server", world.url, "--facility", CLINIC, status=77)
    show_dialog(world, screen)
    screen.answer(refused.err)
    left = world.card.send("tries authentication")["left"]
    assert left == 2, left
    assert "2" in world.dialogs()[-1].get("error", "") + world.dialogs()[-1].get("desc", ""), world.dialogs()[-1]
    world.card.send("tries authentication 1")
    world.answers("confirm no")
    screen.ask("nurse", "has one try left, and does not confirm")
    refused = world.shomei("login", "--server", world.url, "--facility", CLINIC, status=77)
    show_dialog(world, screen)
    screen.answer(refused.err)
    assert world.card.send("tries authentication")["left"] == 1, "the last try was spent"
    refused = world.direct_login(AUTHENTICATION_PIN, status=77)
    assert "pin.last_try" in refused.err and world.card.send("tries authentication")["left"] == 1, refused.err
    screen.refused("where nobody can be asked: error[pin.last_try]; the try is still there")
    done = world.direct_login(AUTHENTICATION_PIN, "--spend-last-try")
    assert done.value["claims"]["hc_roles"] == ["General Nurse"], done.value
    screen.good("with --spend-last-try and the right PIN the login is done, and the counter is full again: "
                + str(world.card.send("tries authentication")["left"]))
    searched = world.assert_no_pin_written()
    screen.good(f"no PIN stands in anything that was written: {searched // 1024} kB of logs, answers, databases and documents searched")

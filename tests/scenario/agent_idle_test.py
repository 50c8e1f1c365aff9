"""The agent without a session: memory of its own below 8 MB, and not one wake-up that PC/SC, a request or a signal did not cause.
Prints what it measured."""

from __future__ import annotations

import os
import re
import time
import unittest
from pathlib import Path

import agent_case
import vcard
from agent_case import AgentCase, document

setUpModule = agent_case.set_up_module
MOST_PRIVATE_KB = 8 * 1024
WINDOW = 6.0  # seconds; pcscd looks at its readers fifteen times in it
FHIR = agent_case.SAMPLES / "referral_fhir.json"


def wake_ups(pid: int) -> int:
    """How often any of its threads was put on a CPU after waiting (voluntary switches)."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        found = re.search(r"^voluntary_ctxt_switches:\s+(\d+)", (task / "status").read_text(), re.M)
        assert found is not None
        total += int(found[1])
    return total


class Idle(AgentCase):
    def private_kb(self, agent: agent_case.Agent) -> int:
        """Private_Clean + Private_Dirty. The agent's memory is closed to everybody but root; for others, what it logged at its start."""
        text = Path(f"/proc/{agent.process.pid}/smaps_rollup").read_text() if os.geteuid() == 0 else agent.log
        values = re.findall(r"Private_(?:Clean|Dirty):\s+(\d+) kB", text)
        self.assertEqual(len(values), 2)
        return sum(map(int, values))

    def assert_idle(self, agent: agent_case.Agent, what: str) -> None:
        time.sleep(1.0)  # what goes on when the test comes here may end
        before = wake_ups(agent.process.pid)
        time.sleep(WINDOW)
        woken = wake_ups(agent.process.pid) - before
        private = self.private_kb(agent)
        print(f"{what}: {private} kB private, {woken} wake-ups in {WINDOW:.0f} s")
        self.assertEqual(woken, 0)
        self.assertLess(private, MOST_PRIVATE_KB)

    def test_after_start_and_after_work(self) -> None:
        card = self.start_card()
        agent = self.start_agent()
        self.assert_idle(agent, "card in the reader")
        agent.script("pin " + vcard.SIGNATURE_PIN)
        job = agent.sign(*[document(FHIR, format="cades")] * 10)
        self.assertEqual(agent.finished(job)["state"], "done")
        self.assertEqual(agent.call("DELETE", f"/v1/jobs/{job}")[0], 204)
        self.assert_idle(agent, "after a job of ten")
        card.send("eject")
        self.assert_idle(agent, "empty reader")

    def test_one_event_costs_few_wake_ups(self) -> None:
        """The measure is able to see something."""
        card = self.start_card()
        agent = self.start_agent()
        time.sleep(1.0)
        before = wake_ups(agent.process.pid)
        card.send("eject")
        self.wait_until(lambda: "card removed" in agent.log, "no removal")
        self.assertTrue(0 < wake_ups(agent.process.pid) - before <= 20)


if __name__ == "__main__":
    unittest.main()

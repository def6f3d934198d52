"""Wallets that fill up by rules, late fees that are waived, reminders that are sent, and what runs
leave behind: a real node that bills by its schedule, its HTTP API and its read models.

    top_ups_test.py TOLLBOOK
"""

import sys
import time
import unittest

import ledger_load as load
from finance_provider import Provider

TOLLBOOK = sys.argv[1]
PRICE = 150_000
WITHIN = 60


class TopUps(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.node = load.node_of(cls, TOLLBOOK, "top-ups", ["billing.check_every_ms=100"])

    def setUp(self):
        self.isp = Provider(self.node, f"kisima-{self._testMethodName.replace('_', '-')[5:25]}")
        self.addCleanup(self.isp.connection.close)
        self.isp.post("", {"name": "Kisima", "timezone": "Africa/Nairobi", "currency": "KES",
                           "tills": ["main"], "test_clock": "2026-11-20T06:00:00Z"})
        self.isp.plan("HOME", PRICE, "month")
        for customer in ("A", "B"):
            self.isp.post("/customers", {"customer": customer, "name": customer, "phone": "2547",
                                         "references": [f"{customer}{customer}"]})
            self.isp.post("/services", {"service": f"{customer}-1", "customer": customer,
                                        "plan": "HOME", "renews_on": "2026-12-20"})

    def advance(self, to):
        self.isp.post("/clock/advance", {"to": f"{to}T06:00:00Z"})

    def rule(self, customer, name, expect=(201,), **terms):
        self.isp.post(f"/wallets/{customer}/top-up-rules", {"rule": name, "terms": terms}, expect)

    def awaited(self, look, wanted):
        """The node does it by itself, and says nothing to us."""
        deadline = time.monotonic() + WITHIN
        while (found := look()) != wanted:
            self.assertLess(time.monotonic(), deadline, found)
            time.sleep(0.1)

    def runs(self):
        """Those that have ended, the newest first."""
        return [run for run in self.isp.get("/billing-runs")["data"] if run["state"] == "finished"]

    def run_now(self):
        report = self.isp.post("/renewal-runs", {})
        self.isp.position = f"0:{report['position']}"
        return report

    def test_rules_by_schedule(self):
        self.rule("A", "gift", trigger="interval", every="month", action="grant",
                  amount_minor=PRICE, at_most=1, **{"from": "2026-12-20"})
        self.rule("B", "low", trigger="threshold", below_minor=1_000, action="request",
                  target_minor=PRICE, at_most=4)
        self.rule("B", "bad", (422,), trigger="threshold", below_minor=1_000, action="grant",
                  target_minor=999, at_most=4)
        self.isp.post("/billing-schedule", {"from_hour": 9})

        def asked(status):
            found = self.isp.get(f"/top-ups?customer=B&status={status}")["data"]
            return [top_up["minor"] for top_up in found]

        self.awaited(lambda: asked("open"), [PRICE])
        self.awaited(lambda: len(self.runs()), 1)
        (asking,) = self.runs()  # No service was due.
        self.assertEqual((asking["counts"]["due"], asking["counts"]["top_ups"]), (0, 1))
        self.advance("2026-12-20")
        self.awaited(lambda: len(self.runs()), 2)
        run = self.runs()[0]
        self.assertEqual((run["trigger"], run["by"]), ("schedule", "system:billing"))
        self.assertEqual((run["counts"]["due"], run["counts"]["renewed"], run["counts"]["cut"]),
                         (2, 1, 1))
        self.assertEqual(run["charged_minor"], PRICE)
        self.assertEqual(self.isp.get(f"/billing-runs/{run['run']}")["parked"], [])
        self.assertEqual(self.isp.get("/services/A-1")["renews_on"], "2027-01-20")
        self.isp.pay("B", PRICE)
        self.assertEqual((asked("open"), asked("paid")), ([], [PRICE]))
        self.assertEqual(self.isp.get("/services/B-1")["status"], "active")

    def test_waived_and_reminded(self):
        self.isp.post("/dunning-policies", {"policy": "P", "steps": [
            {"step": "mail", "after_days": 0, "action": "remind"},
            {"step": "fee", "after_days": 3, "action": "late_fee", "fee_minor": 20_000},
            {"step": "cut", "after_days": 5, "action": "suspend"}]})
        self.isp.post("/dunning-assignments", {"policy": "P"})
        self.advance("2026-12-20")
        self.run_now()

        def waiting():
            return [notice["service"] for notice in self.isp.get("/notices")["data"]]

        self.assertEqual(waiting(), ["A-1", "B-1"])
        told = {"step": "mail", "due_since": "2026-12-20", "channel": "sms", "message": "m1"}
        self.isp.post("/services/A-1/notices", told)
        self.isp.post("/services/A-1/notices", told, (409,))
        self.isp.pay("B", PRICE)  # Nobody is reminded of what was paid.
        self.assertEqual(waiting(), [])
        self.isp.post("/services/A-1/waive-late-fee", {"reason": "too soon"}, (409,))
        self.advance("2026-12-25")
        self.run_now()
        (dunned,) = self.isp.get("/dunning?customer=A")["data"]
        self.assertEqual(dunned["fees_minor"], 20_000)
        self.isp.pay("A", PRICE)
        self.assertEqual(self.isp.get("/services/A-1")["status"], "suspended")
        self.isp.post("/services/A-1/waive-late-fee", {"reason": "a power cut"})
        self.assertEqual(self.isp.get("/services/A-1")["status"], "active")
        (wallet,) = self.isp.get("/wallets/A")["balances"]
        self.assertEqual(wallet["balance_minor"], 0)
        report = self.run_now()
        self.assertEqual((report["due"], "run" in report), (0, False))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

"""What an operator does about many services at once, and what a provider does by itself: billing by
schedule, another plan for everybody, what-if, deposits, two customers that are one. A real node,
its HTTP API, its read models and its commands.

    rules_test.py TOLLBOOK
"""

import json
import shutil
import signal
import sys
import time
import unittest

import ledger_load as load
from finance_provider import Provider

TOLLBOOK = sys.argv[1]
TENANT = "kisima"
WITHIN = 60
DIFFERENCES = 3


class Rules(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.node = load.new_node(TOLLBOOK, "rules", ["billing.check_every_ms=100"])
        cls.addClassCleanup(shutil.rmtree, cls.node.directory, ignore_errors=True)
        cls.node.start()
        cls.addClassCleanup(cls.node.end, signal.SIGTERM)
        cls.addClassCleanup(cls.node.log.close)

    def setUp(self):
        self.isp = Provider(self.node, f"{TENANT}-{self._testMethodName.replace('_', '-')[5:25]}")
        self.addCleanup(self.isp.connection.close)
        self.isp.post("", {"name": "Kisima", "timezone": "Africa/Nairobi", "currency": "KES",
                           "tills": ["main"], "test_clock": "2026-11-20T06:00:00Z"})
        self.isp.plan("HOME", 150_000, "month")
        for customer in ("A", "B"):
            self.isp.post("/customers", {"customer": customer, "name": customer, "phone": "2547",
                                         "references": [f"{customer}{customer}"]})
            self.isp.post("/services", {"service": f"{customer}-1", "customer": customer,
                                        "plan": "HOME", "renews_on": "2026-12-20"})

    def advance(self, to):
        self.isp.post("/clock/advance", {"to": f"{to}T06:00:00Z"})

    def renewed(self, service):
        return self.isp.get(f"/services/{service}")["renews_on"]

    def await_renewal(self, service, until):
        """The node does it by itself, and says nothing to us."""
        deadline = time.monotonic() + WITHIN
        while (found := self.renewed(service)) != until:
            self.assertLess(time.monotonic(), deadline, found)
            time.sleep(0.1)

    def command(self, *words, exits=0):
        printed = self.node.run("--json", "--set", f"client.url=http://{self.node.address}", *words,
                                exits=exits)
        return json.loads(printed)

    def test_billing_by_schedule(self):
        self.isp.pay("A", 150_000)
        self.isp.post("/billing-schedule", {"from_hour": 24}, expect=(422,))
        self.isp.post("/billing-schedule", {"from_hour": 9})
        self.advance("2026-12-20")  # Nine o'clock in Nairobi.
        self.await_renewal("A-1", "2027-01-20")
        (cut,) = self.isp.get("/services?status=suspended")["data"]
        self.assertEqual((cut["service"], cut["blocks"]), ("B-1", ["unpaid"]))

    def test_migration_and_what_if(self):
        self.isp.pay("A", 400_000)
        self.isp.pay("B", 150_000)
        self.isp.plan("HOME", 200_000, "month")
        words = ("plans", "migrate", "--tenant", self.isp.tenant, "--plan", "HOME", "--version", 1,
                 "--to-plan", "HOME")
        preview = self.command(*words)
        self.assertEqual((preview["services"], preview["scheduled"]["services"]), (2, 2))
        self.assertEqual((preview["scheduled"]["price_minor"],
                          preview["scheduled"]["new_price_minor"]), (300_000, 400_000))
        self.isp.post("/services/B-1/end", {"when": "period_end", "reason": "moves"})
        self.node.run("--set", f"client.url=http://{self.node.address}", *words, "--preview",
                      preview["preview"], exits=4)
        preview = self.command(*words)
        report = self.command(*words, "--preview", preview["preview"], exits=DIFFERENCES)
        self.assertEqual((report["changed"], report["refused"]), (1, 1))
        self.isp.post("/services/B-1/cancel-schedule", {})
        self.advance("2026-12-20")
        run = self.isp.post("/renewal-runs", {})
        self.isp.position = f"0:{run['position']}"
        self.assertEqual(self.isp.get("/services/A-1")["plan_version"], 2)
        self.assertEqual(self.renewed("B-1"), "2027-01-20")

        catalog = self.node.directory / "catalog.toml"
        catalog.write_text('[[plans]]\nplan = "HOME"\nprice_minor = 300000\n')
        days = ("simulate", "--tenant", self.isp.tenant, "--from", "2026-12-01", "--to",
                "2026-12-31")
        told = self.command(*days, "--catalog", catalog)
        self.assertEqual(told["actual"]["revenue_minor"], 350_000)
        self.assertEqual(told["control"], told["actual"])
        self.assertEqual(told["simulated"]["revenue_minor"], 300_000)
        self.assertEqual([(c["customer"], c["simulated"]["suspensions"]) for c in
                          told["differing"]], [("A", 0), ("B", 1)])
        self.assertIn("nothing was written", self.node.run(*days, "--catalog", catalog))
        catalog.write_text('[[plans]]\nplan = "HOME"\nprice = 1\n')
        self.node.run(*days, "--catalog", catalog, exits=2)
        self.node.run(*days, "--dunning", self.node.directory / "none.toml", exits=2)

    def test_deposit_and_merge(self):
        self.isp.pay("B", 500_000)
        self.isp.post("/deposits", {"deposit": "D1", "customer": "B", "equipment": "ONT 7",
                                    "minor": 300_000})
        self.isp.post("/deposits/D1/keep", {"minor": 50_000, "reason": "scratched"})
        self.isp.post("/deposits", {"deposit": "D2", "customer": "B", "equipment": "Router",
                                    "minor": 10_000})
        self.isp.post("/customers/B/merge", {"into": "A", "reason": "one person"})
        self.isp.post("/deposits/D1/return", {"reason": "back"})
        self.isp.post("/payments", {"channel": "till:main", "receipt": "X", "customer": "B",
                                    "minor": 1, "user": "cashier"}, expect=(409,))
        customer = self.isp.get("/customers/A")
        self.assertEqual(customer["merged"], ["B"])
        self.assertEqual([s["service"] for s in customer["services"]], ["A-1", "B-1"])
        self.assertEqual([w["balance_minor"] for w in customer["wallets"]], [440_000])
        self.assertEqual(self.isp.get("/customers/B")["merged_into"], "A")
        deposits = self.isp.get("/deposits?customer=A")["data"]
        self.assertEqual([(d["deposit"], d["status"]) for d in deposits],
                         [("D1", "returned"), ("D2", "held")])
        checks = self.isp.get("/control-checks")["data"]
        self.assertEqual({check["difference_minor"] for check in checks}, {0})
        self.assertIn("deposits", {check["name"] for check in checks})
        self.node.run("verify")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

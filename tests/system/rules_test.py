"""What an operator does about many services at once, and what a provider does by itself: billing by
schedule, another plan for everybody, what-if, deposits, two customers that are one. A real node,
its HTTP API, its read models and its commands.

    rules_test.py TOLLBOOK
"""

import json
import subprocess
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
        cls.node = load.node_of(cls, TOLLBOOK, "rules", ["billing.check_every_ms=100"])

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
        self.run_renewals()
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

    def test_a_price_from_a_day_on(self):
        self.isp.pay("A", 600_000)
        self.isp.plan("HOME", 200_000, "month")
        words = ("plans", "migrate", "--tenant", self.isp.tenant, "--plan", "HOME", "--version", 1,
                 "--to-plan", "HOME", "--on", "2027-01-01")
        preview = self.command(*words)
        self.assertEqual([item["moves_on"] for item in preview["items"]], ["2027-01-20"] * 2)
        self.assertEqual((preview["first_moves_on"], preview["scheduled"]["services"]),
                         ("2027-01-20", 2))
        sooner = self.command(*words[:-1], "2026-12-20")
        self.assertEqual({item["moves_on"] for item in sooner["items"]}, {"2026-12-20"})
        body = {"plan": "HOME", "to_plan": "HOME", "not_before": "2026-11-01"}
        self.isp.post("/plan-migrations/preview", body, expect=(422,))
        self.node.run("--set", f"client.url=http://{self.node.address}", *words[:-1], "soon",
                      exits=2)
        report = self.command(*words, "--preview", preview["preview"])
        self.assertEqual((report["changed"], report["refused"]), (2, 0))
        self.isp.position = f"0:{report['position']}"
        service = self.isp.get("/services/A-1")
        self.assertEqual([service[key] for key in (
            "plan_version", "scheduled", "next_plan_version", "next_plan_not_before")],
            [1, "plan_change", 2, "2027-01-01"])
        self.assertEqual(self.command(*words)["services"], 0)
        self.advance("2026-12-20")
        self.run_renewals()
        self.assertEqual(self.balance("A"), 450_000)
        self.advance("2027-01-20")
        self.run_renewals()
        self.assertEqual(self.balance("A"), 250_000)
        service = self.isp.get("/services/A-1")
        self.assertEqual((service["plan_version"], service["next_plan_not_before"]), (2, None))

    def test_a_price_that_was_wrong_since_a_day(self):
        self.isp.pay("A", 400_000)
        self.isp.pay("B", 150_000)
        self.advance("2026-12-20")
        self.isp.post("/renewal-runs", {})
        self.isp.plan("HOME", 90_000, "month")
        self.isp.pay("A", 1_000)
        self.advance("2026-12-30")
        words = ("tariffs", "correct", "--tenant", self.isp.tenant, "--plan", "HOME", "--version",
                 1, "--from", "2026-12-25", "--reason", "a wrong price list")
        preview = self.looked_at(*words)
        # 26 of 31 days of 1,500.00 come back, and cost 900.00 a month.
        credited, charged = 125_806, 75_484
        self.assertEqual([(item["service"], item["minor"]) for item in preview["items"]],
                         [("A-1", charged - credited), ("B-1", charged - credited)])
        self.assertEqual((preview["corrected"]["credited_minor"], preview["customers"]),
                         (2 * credited, 2))
        self.assertEqual(self.balance("B"), 0)
        self.isp.pay("B", 1_000)
        moved = (*words, "--preview", preview["preview"])
        report = self.command(*moved)
        self.assertEqual((report["changed"], report["refused"]), (2, 0))
        self.isp.position = f"0:{report['position']}"
        self.assertEqual(self.balance("B"),
                         1_000 + credited - charged)
        self.assertEqual(self.isp.get("/services/B-1")["plan_version"], 2)
        kinds = [line["kind"] for line in self.isp.get("/wallets/B/statement")["data"]]
        self.assertEqual(kinds.count("credit"), 1)
        self.node.run("--set", f"client.url=http://{self.node.address}", *moved, exits=4)
        self.assertEqual(self.looked_at(*words)["services"], 0)
        # What was charged at the first version is what 5 days of it cost.
        revenue = self.isp.get("/reports/revenue-by-plan?from=2026-12-01&to=2026-12-31")
        self.assertEqual(sum(line["net_minor"] for line in revenue["data"]),
                         2 * (150_000 - credited + charged))
        checks = self.isp.get("/control-checks")["data"]
        self.assertEqual({check["difference_minor"] for check in checks}, {0})
        self.node.run("--set", f"client.url=http://{self.node.address}", *words[:-4], "--from",
                      "soon", "--reason", "x", exits=2)

    def run_renewals(self):
        run = self.isp.post("/renewal-runs", {})
        self.isp.position = f"0:{run['position']}"

    def balance(self, customer):
        (wallet,) = self.isp.get(f"/customers/{customer}")["wallets"]
        return wallet["balance_minor"]

    def page(self, invoice):
        self.isp.connection.request(
            "GET", f"/v1/tenants/{self.isp.tenant}/invoices/{invoice}/document.pdf",
            headers={"Authorization": f"Bearer {self.node.key}"})
        answer = self.isp.connection.getresponse()
        pdf = answer.read()
        self.assertEqual(answer.status, 200, pdf)
        return subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True,
                              check=True).stdout.decode()

    def test_a_wrong_price_on_an_invoice(self):
        self.isp.post("/customers/A/billing-mode", {"mode": "invoiced"})
        self.advance("2026-12-20")
        self.run_renewals()  # B is cut: nothing was paid.
        first = "bill~A~2026-12-20"
        self.isp.pay("A", 150_000)
        self.isp.plan("HOME", 90_000, "month")
        self.advance("2026-12-30")
        words = ("tariffs", "correct", "--tenant", self.isp.tenant, "--plan", "HOME", "--version",
                 1, "--from", "2026-12-25", "--reason", "a wrong price list")
        preview = self.looked_at(*words)
        credited, charged = 125_806, 75_484  # 26 of 31 days.
        self.assertEqual((preview["credit_notes"], preview["moved"]["services"]), (1, 1))
        told, = preview["items"][0]["invoices"]
        self.assertEqual(told, {
            "invoice": first, "credit_note": f"{first}~tariff~1", "from": "2026-12-25",
            "to": "2027-01-20", "credited_minor": credited, "charged_minor": charged,
            "by": "A-1:period:2026-12-25:0", "on": "bill~A~2026-12-30"})
        self.assertIn(f"credit note {first}~tariff~1: 2026-12-25 to 2027-01-20, anew on",
                      self.node.run("--set", f"client.url=http://{self.node.address}", *words))
        report = self.command(*words, "--preview", preview["preview"])
        self.assertEqual((report["changed"], report["refused"]), (2, 0))
        self.isp.position = f"0:{report['position']}"
        self.assertEqual(self.balance("A"), credited)
        self.assertEqual(self.isp.get(f"/invoices/{first}")["credited_minor"], credited)
        self.assertEqual(self.isp.get("/invoices/bill~A~2026-12-30")["minor"], charged)
        self.assertEqual(self.looked_at(*words)["services"], 0)  # Once.
        self.advance("2027-01-20")
        self.run_renewals()
        second = self.isp.get("/invoices/bill~A~2026-12-30")
        self.assertEqual((second["minor"], second["open_minor"]),
                         (charged + 90_000, charged + 90_000 - credited))
        page = self.page("bill~A~2026-12-30")
        for text in ("2026-12-25 to 2027-01-19", "754.84", "2027-01-20 to 2027-02-19", "900.00"):
            self.assertIn(text, page)
        self.assertTrue(self.isp.get("/control-checks")["balanced"])

    def looked_at(self, *words):
        """The preview, once the read models know all that the book does."""
        self.isp.get("/control-checks")
        return self.command(*words)

    def extra(self, name, price, kind, **more):
        self.isp.post("/plans", {"plan": name, "name": name, "price_minor": price,
                                 "currency": "KES", "down_mbps": 0, "up_mbps": 0,
                                 "kind": kind} | more)

    def test_a_wrong_price_of_an_add_on(self):
        self.extra("IP", 30_000, "addon")
        self.isp.pay("A", 210_000)
        self.isp.post("/services/A-1/addons", {"addon": "IP", "quantity": 2})
        self.advance("2026-12-20")
        self.run_renewals()
        self.assertEqual(self.balance("A"), 0)
        self.extra("IP", 20_000, "addon")
        words = ("tariffs", "correct", "--tenant", self.isp.tenant, "--plan", "IP", "--version", 1,
                 "--from", "2026-12-01", "--reason", "a wrong price list")
        preview = self.looked_at(*words)
        (item,) = preview["items"]
        self.assertEqual((item["service"], item["credited_minor"], item["charged_minor"]),
                         ("A-1", 60_000, 40_000))
        report = self.command(*words, "--preview", preview["preview"])
        self.isp.position = f"0:{report['position']}"
        self.assertEqual(self.balance("A"), 20_000)
        (addon,) = self.isp.get("/services/A-1")["addons"]
        self.assertEqual((addon["plan_version"], addon["price_minor"]), (2, 20_000))
        mrr = {row["plan"]: row["mrr_minor"] for row in self.isp.rows("mrr")}
        self.assertEqual(mrr, {"HOME": 150_000, "IP": 40_000})
        self.assertEqual(self.looked_at(*words)["services"], 0)  # Once.
        back = words[:7] + (2, *words[8:], "--to-version", 1)
        preview = self.looked_at(*back)
        report = self.command(*back, "--preview", preview["preview"])
        self.isp.position = f"0:{report['position']}"
        self.assertEqual(self.balance("A"), 0)

    def test_add_ons_and_products(self):
        self.extra("TV", 60_000, "addon", setup_minor=10_000)
        self.extra("IP", 30_000, "addon", tax_percent=16)
        self.extra("CABLE", 25_000, "one_time")
        self.isp.post("/services/A-1/change-plan", {"plan": "TV"}, expect=(422,))
        self.isp.pay("A", 500_000)
        self.isp.pay("B", 160_000)
        self.isp.post("/services/B-1/addons", {"addon": "IP"})  # Nothing was paid here yet.
        self.advance("2026-12-20")
        self.run_renewals()
        self.assertEqual(self.isp.get("/services/B-1")["blocks"], ["unpaid"])
        self.isp.pay("B", 20_000)
        self.assertEqual(self.renewed("B-1"), "2027-01-20")

        self.advance("2027-01-05")  # 15 of 31 days are ahead.
        add = {"addon": "TV", "quantity": 2}
        told = self.isp.post("/services/A-1/addons?dry_run=true", add)
        minor = 58_065 + 10_000
        self.assertEqual([w["minor"] for w in told["wallets"]], [-minor])
        self.isp.post("/services/A-1/addons", add | {"expected_minor": 1}, expect=(409,))
        self.isp.post("/services/A-1/addons", add | {"expected_minor": minor})
        (addon,) = self.isp.get("/services/A-1")["addons"]
        self.assertEqual((addon["addon"], addon["quantity"], addon["from"], addon["price_minor"]),
                         ("TV", 2, "2027-01-05", 60_000))
        change = "/services/A-1/addons/TV/change"
        self.isp.post(change, {"quantity": 1, "not_before": "2027-03-01"})
        (addon,) = self.isp.get("/services/A-1")["addons"]
        self.assertEqual((addon["next_version"], addon["next_quantity"], addon["next_not_before"]),
                         (1, 1, "2027-03-01"))
        self.isp.post("/services/A-1/cancel-schedule", {"addon": "TV"})
        told = self.isp.post(change + "?dry_run=true", {"quantity": 3})
        self.assertEqual([w["minor"] for w in told["wallets"]], [58_065 - 87_097])
        self.isp.post(change, {"quantity": 3, "expected_minor": 1}, expect=(409,))
        self.isp.post(change, {"quantity": 3, "expected_minor": 87_097 - 58_065})
        self.isp.post(change, {"quantity": 2, "when": "now"})
        mrr = {row["plan"]: row["mrr_minor"] for row in self.isp.rows("mrr")}
        self.assertEqual(mrr, {"HOME": 300_000, "TV": 120_000, "IP": 25_862})
        self.isp.post("/services/B-1/addons/IP/remove", {})
        self.assertEqual(self.isp.get("/services/B-1")["addons"][0]["ending_on"], "2027-01-20")

        sale = {"sale": "S1", "customer": "A", "product": "CABLE", "quantity": 2}
        self.isp.post("/sales", sale)
        self.isp.post("/sales", sale, expect=(409,))
        self.isp.post("/services/A-1/addons/TV/remove", {"when": "now"})
        self.assertEqual(self.isp.get("/services/A-1")["addons"], [])
        left = 500_000 - 150_000 - 10_000 - 50_000
        self.assertEqual(self.balance("A"), left)

        self.isp.pay("B", 150_000)
        self.advance("2027-01-20")
        self.run_renewals()
        self.assertEqual(self.balance("B"), 0)
        self.assertEqual(self.isp.get("/services/B-1")["addons"], [])
        checks = self.isp.get("/control-checks")["data"]
        self.assertEqual({check["difference_minor"] for check in checks}, {0})
        self.node.run("verify")

    def test_days_that_cost_another_price_come_back_at_the_taxes_of_their_days(self):
        for since, rate in (("2026-01-01", 160_000), ("2026-12-05", 180_000)):
            self.isp.post("/taxes", {"tax": "vat", "valid_from": since, "rates": [
                {"code": "vat", "rate_ppm": rate, "compound": False}]})
        self.isp.plan("NET", 150_000, "month", tax_percent=16, tax_code="vat")
        self.isp.post("/services", {"service": "C-1", "customer": "A", "plan": "NET",
                                    "renews_on": "2026-11-20"})
        self.isp.pay("A", 150_000)
        self.isp.post("/services/C-1/renew", {}, expect=(200, 201, 409))
        self.isp.post("/charges/C-1%3Aperiod%3A2026-11-20%3A0/credit", {
            "reason": "an outage", "lines": [
                {"component": "period", "plan": "NET", "plan_version": 1, "net": 4_237,
                 "tax_code": "vat", "tax": 763, "service_from": "2026-12-19",
                 "service_to": "2026-12-20",
                 "taxes": [{"code": "vat", "rate_ppm": 180_000, "minor": 763}]}]})
        self.isp.plan("NET", 75_000, "month", tax_percent=16, tax_code="vat")
        self.isp.get("/plans")  # Waits until the read models are there.
        asked = {"plan": "NET", "from_version": 1, "from": "2026-11-20", "reason": "too much"}
        preview = self.isp.post("/tariff-corrections/preview", asked)
        (item,) = preview["items"]
        # 15 days of the first part, and 14 of the second; then the same at half the price.
        self.assertEqual((item["credited_minor"], item["charged_minor"]),
                         (64_655 + 10_345 + 59_322 + 10_678, 72_500))
        report = self.isp.post("/tariff-corrections", asked | {"preview": preview["preview"]})
        self.assertEqual(report["refused"], 0)
        self.isp.pay("B", 1)
        told = {(row["tax_code"], row["rate_ppm"]): (row["base_minor"], row["tax_minor"])
                for row in self.isp.rows("tax")}
        self.assertEqual(told, {("vat", 160_000): (32_328, 5_172),
                                ("vat", 180_000): (29_661, 5_339)})

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

"""Invoices as a finance team lives with them: a real node, its HTTP API, its runs, its documents
and its journals.

    invoices_test.py TOLLBOOK
"""

import csv
import io
import subprocess
import sys
import unittest

import ledger_load as load
from finance_provider import Provider

TOLLBOOK = sys.argv[1]
TENANT = "acacia"


def text_of(pdf):
    return subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True,
                          check=True).stdout.decode()


class Invoices(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.node = load.node_of(cls, TOLLBOOK, "invoices")

    def setUp(self):
        self.isp = Provider(self.node, f"{TENANT}-{self.id().rpartition('.')[2][5:15].strip('_')}"
                            .replace("_", "-"))
        self.addCleanup(self.isp.connection.close)
        self.isp.post("", {"name": "Acacia Networks", "timezone": "Africa/Nairobi",
                           "currency": "KES", "tills": ["main"],
                           "policies": {"recognition": "on_charge", "renewal_anchor": "fixed"},
                           "test_clock": "2026-11-20T06:00:00Z"})
        self.isp.post("/taxes", {"tax": "vat", "valid_from": "2026-01-01",
                                 "rates": [{"code": "vat", "rate_ppm": 160000,
                                            "compound": False}]})
        self.isp.plan("HOME", 150_000, "month", tax_percent=16, tax_code="vat")
        for customer in ("A", "B"):
            self.isp.post("/customers", {"customer": customer, "name": f"Name of {customer}",
                                         "phone": "2547", "references": [customer]})

    def tearDown(self):
        checks = self.isp.get("/control-checks")["data"]
        self.assertTrue(any(check["name"] == "invoices" for check in checks))
        self.assertTrue(all(check["difference_minor"] == 0 for check in checks), checks)

    def raw(self, path):
        self.isp.get("/taxes")  # Waits until the read models are there.
        self.isp.connection.request(
            "GET", f"/v1/tenants/{self.isp.tenant}{path}",
            headers={"Authorization": f"Bearer {self.node.key}"})
        answer = self.isp.connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read()

    def draft(self, invoice, minor, customer="B", **line):
        self.isp.post("/invoices", {"invoice": invoice, "customer": customer, "note": "Asante",
                                    "lines": [{"component": "router", "minor": minor} | line]})

    def issue(self, invoice, **more):
        return self.isp.post(f"/invoices/{invoice}/issue", more)

    def run_on(self, moment, path="/renewal-runs", body=None):
        """A run at that time; reads wait for what it did."""
        if moment:
            self.isp.post("/clock/advance", {"to": moment})
        before = self.isp.position
        report = self.isp.post(path, body or {})
        self.isp.position = f"0:{report['position']}" if report["position"] else before
        return report

    def open_of(self, invoice):
        return self.isp.get(f"/invoices/{invoice}")["open_minor"]

    def test_an_invoice_from_its_draft_to_its_document(self):
        self.draft("I-1", 1_000_000, tax="vat", tax_included=False, description="Router, dual band")
        self.assertEqual(self.isp.get("/invoices/I-1")["status"], "draft")
        self.assertEqual(self.raw("/invoices/I-1/document.pdf")[0], 409)
        self.assertEqual(self.raw("/invoices/none/document.pdf")[0], 404)
        tried = self.isp.post("/invoices/I-1/issue?dry_run=true", {})
        self.assertIn("invoice_issued", str(tried))
        self.issue("I-1", expected_minor=1_160_000)
        told = self.isp.get("/invoices/I-1")
        self.assertEqual((told["number"], told["minor"], told["tax_minor"], told["due_on"]),
                         ("INV-000001", 1_160_000, 160_000, "2026-12-04"))
        self.isp.pay("B", 500_000)
        self.isp.post("/invoices/I-1/withholdings",
                      {"certificate": "KRA/1".replace("/", "-"), "tax": "vat", "minor": 20_000})
        self.isp.post("/invoices/I-1/credit-notes",
                      {"credit_note": "N-1", "lines": [{"line": 1, "minor": 116_000}],
                       "reason": "scratched"})
        self.assertEqual(self.open_of("I-1"), 524_000)
        status, kind, pdf = self.raw("/invoices/I-1/document.pdf")
        self.assertEqual((status, kind), (200, "application/pdf"))
        self.assertEqual(pdf, self.raw("/invoices/I-1/document.pdf")[2])
        text = text_of(pdf)
        for words in ("Acacia Networks", "Name of B", "INV-000001", "Router, dual band", "vat 16%",
                      "10,000.00", "1,600.00", "11,600.00", "-5,000.00", "-200.00", "5,240.00",
                      "CN-000001", "scratched", "Asante"):
            self.assertIn(words, text)
        status, kind, lines = self.raw("/invoices/I-1/lines.csv")
        self.assertEqual((status, kind), (200, "text/csv"))
        rows = list(csv.DictReader(io.StringIO(lines.decode())))
        self.assertEqual([(row["net"], row["tax"], row["tax_code"]) for row in rows],
                         [("10000.00", "1600.00", "vat")])

    def test_a_long_invoice_has_several_pages(self):
        lines = [{"component": "cable", "minor": 100 + i, "tax": "vat",
                  "description": f"Cable number {i}"} for i in range(100)]
        self.isp.post("/invoices", {"invoice": "LONG", "customer": "B", "lines": lines})
        self.issue("LONG")
        text = text_of(self.raw("/invoices/LONG/document.pdf")[2])
        self.assertGreater(text.count("\f"), 2)
        for i in range(100):
            self.assertIn(f"Cable number {i}", text)

    def test_what_cannot_be_is_refused_by_name(self):
        def refused(path, body, slug):
            answer = self.isp.post(path, body, expect=(404, 409, 422))
            self.assertTrue(answer["type"].endswith(slug), answer)
        refused("/invoices/none/issue", {}, "invoice-unknown")
        refused("/invoices", {"invoice": "X", "customer": "B", "lines": []}, "value-out-of-range")
        refused("/invoices", {"invoice": "X", "customer": "B", "lines": [
            {"component": "c", "minor": 1, "tax": "none"}]}, "tax-unknown")
        self.draft("X", 100)
        refused("/invoices/X/issue", {"expected_minor": 99}, "figures-moved")
        refused("/invoices/X/void", {"reason": ""}, "invoice-not-open")
        self.issue("X")
        refused("/invoices/X/issue", {}, "invoice-issued")
        refused("/invoices/X/credit-notes", {"credit_note": "N", "reason": "", "lines": [
            {"line": 1, "minor": 101}]}, "exceeds-invoice")
        self.assertEqual(len(self.isp.get("/invoices?status=draft")["data"]), 0)
        self.assertEqual(self.open_of("X"), 100)

    def test_runs_invoice_whole_customers_and_cut_who_is_overdue(self):
        self.isp.post("/customers/A/billing-mode", {"mode": "invoiced"})
        for service in ("A-1", "A-2"):
            self.isp.post("/services", {"service": service, "customer": "A", "plan": "HOME",
                                        "renews_on": "2026-11-20"})
        modes = [self.isp.get(f"/customers/{c}")["billing_mode"] for c in ("A", "B")]
        self.assertEqual(modes, ["invoiced", "prepaid"])
        preview = self.isp.get("/billing-preview", fresh=False)
        self.assertEqual(preview["invoiced"], {"services": 2, "minor": 300_000})
        report = self.run_on(None, "/billing-runs", {"preview": preview["preview"]})
        self.assertEqual((report["renewed"], report["invoices"]), (2, 1))
        again = self.run_on(None)
        self.assertEqual((again["due"], again["invoices"]), (0, 0))
        (bill,) = self.isp.get("/invoices?customer=A")["data"]
        self.assertEqual((bill["minor"], bill["tax_minor"]), (300_000, 41_380))
        self.assertEqual(self.run_on("2026-12-04T06:00:00Z")["overdue"], 0)
        status = {s["service"]: s["status"] for s in self.isp.get("/services?customer=A")["data"]}
        self.assertEqual(set(status.values()), {"active"})
        report = self.run_on("2026-12-05T06:00:00Z")
        self.assertEqual((report["overdue"], report["due"]), (1, 0))
        self.isp.pay("A", 299_999)
        self.assertEqual(self.open_of(bill["invoice"]), 1)
        self.isp.pay("A", 10_001)
        services = self.isp.get("/services?customer=A")["data"]
        self.assertEqual({s["status"] for s in services}, {"active"})
        self.assertEqual(self.isp.get("/wallets/A")["balances"][0]["balance_minor"], 10_000)

    def test_who_pays_ahead_and_who_pays_by_invoice_come_to_the_same_taxes(self):
        self.isp.post("/taxes", {"tax": "vat", "valid_from": "2026-12-05", "rates": [
            {"code": "excise", "rate_ppm": 150_000, "compound": False},
            {"code": "vat", "rate_ppm": 180_000, "compound": True}]})
        self.isp.post("/customers/B/billing-mode", {"mode": "invoiced"})
        self.isp.pay("A", 150_000)
        for customer in ("A", "B"):
            self.isp.post("/services", {"service": f"{customer}-1", "customer": customer,
                                        "plan": "HOME", "renews_on": "2026-11-20"})
        self.run_on(None)
        (charge,) = self.isp.get("/charges?customer=A")["data"]
        self.assertEqual((charge["minor"], charge["net_minor"], charge["tax_minor"]),
                         (150_000, 64_655 + 55_269, 10_345 + 8_290 + 11_441))
        taxes = [(line["net"], line["service_from"], line["taxes"]) for line in charge["lines"]]
        self.assertEqual(taxes, [
            (64_655, "2026-11-20", [{"code": "vat", "rate_ppm": 160_000, "minor": 10_345}]),
            (55_269, "2026-12-05", [{"code": "excise", "rate_ppm": 150_000, "minor": 8_290},
                                    {"code": "vat", "rate_ppm": 180_000, "minor": 11_441}])])
        (bill,) = self.isp.get("/invoices?customer=B")["data"]
        lines = self.isp.get(f"/invoices/{bill['invoice']}")["lines"]
        self.assertEqual(
            [(line["net"], line["service_from"], line["taxes"]) for line in lines], taxes)
        told = {(row["tax_code"], row["rate_ppm"]): (
            row["net_minor"], row["base_minor"], row["tax_minor"]) for row in self.isp.rows("tax")}
        self.assertEqual(told, {("excise", 150_000): (110_538, 110_538, 16_580),
                                ("vat", 160_000): (129_310, 129_310, 20_690),
                                ("vat", 180_000): (0, 110_538, 22_882)})
        self.isp.post("/clock/advance", {"to": "2026-12-10T06:00:00Z"})
        self.isp.post("/services/A-1/end",
                      {"when": "now", "credit_unused": True, "reason": "moves"})
        told = {(row["tax_code"], row["rate_ppm"]): row["tax_minor"]
                for row in self.isp.rows("tax?from=2026-12-10")}
        self.assertEqual(told, {("excise", 150_000): -5_527, ("vat", 180_000): -7_627})

    def test_reports_and_journals_tell_invoices(self):
        self.draft("I-1", 116_000, tax="vat", plan="HOME", plan_version=1,
                   service_from="2026-11-20", service_to="2026-12-20")
        self.issue("I-1")
        self.draft("I-2", 50_000)
        self.issue("I-2", due_on="2026-11-20")
        self.isp.post("/invoices/I-1/credit-notes",
                      {"credit_note": "N-1", "lines": [{"line": 1, "minor": 11_600}], "reason": ""})
        self.isp.pay("B", 60_000)
        pending = [row for row in self.isp.get("/invoices?limit=1000")["data"] if row["open_minor"]]
        told = self.isp.get("/summary")["invoices"]
        self.assertEqual((told["pending"], told["pending_minor"]),
                         (len(pending), sum(row["open_minor"] for row in pending)))
        self.assertEqual([(row["invoice"], row["open_minor"]) for row in told["recent"]],
                         [("I-2", 0), ("I-1", 94_400)])
        (aging,) = self.isp.rows("aging")
        self.assertEqual(aging["owed_minor"], 116_000 - 11_600 + 50_000 - 60_000)
        (tax,) = [row for row in self.isp.rows("tax") if row["tax_code"] == "vat"]
        self.assertEqual((tax["tax_minor"], tax["other_tax_minor"]), (14_400, 0))
        revenue = {row["plan"]: row for row in self.isp.rows("revenue-by-plan")}
        self.assertEqual(revenue["HOME"]["net_minor"], 90_000)
        (deferred,) = self.isp.rows("deferred-revenue")
        self.assertEqual(deferred["net_minor"], 90_000)
        self.assertEqual(deferred["recognised_minor"] + deferred["deferred_minor"], 90_000)
        path = self.node.directory / "book.journal"
        self.node.run("--url", "http://" + self.node.address, "report", "journal", "--tenant",
                      self.isp.tenant, "--format", "hledger", "--output", path)
        subprocess.run(["hledger", "-f", path, "check", "--strict"], check=True)
        balance = subprocess.run(["hledger", "-f", path, "bal", "Assets:Receivable", "-N",
                                  "--flat"], capture_output=True, text=True, check=True).stdout
        self.assertIn("944.00", balance)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

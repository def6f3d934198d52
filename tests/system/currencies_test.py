"""A provider of shillings with customers of dollars and of euros: each has one currency, prices are
told in each, and no sum is of two. A real node, its HTTP API, its command line, its documents, and
what hledger, beancount and the independent verifier make of its books.

    currencies_test.py TOLLBOOK VERIFIER
"""

import collections
import csv
import io
import json
import re
import subprocess
import sys
import unittest

import ledger_load as load
from finance_provider import Provider
from finance_tools import minor_of, ran

TOLLBOOK, VERIFIER = sys.argv[1:3]
TENANT = "uchumi"
DIFFERENCES = 3
PLANS = """code,name,price_minor,currency,tax_percent_included,period,down_mbps,up_mbps,kind,prices
HOME,Home,150000,KES,16,month,10,10,,USD:1500/200+EUR:1400
LOCAL,Local,90000,KES,16,month,5,5,,
IP,Address,30000,KES,16,month,,,addon,USD:300
TV,Television,60000,KES,16,month,,,addon,
CABLE,Cable,25000,KES,16,,,,one_time,EUR:190
OWN,Own,90000,KES,16,month,5,5,,KES:90000
BAD,Bad,90000,KES,16,month,5,5,,USD=1500
"""
CUSTOMERS = """account_no,name,phone,currency,opening_balance_minor
K1,Wanjiku,254711,,30000
K2,Otieno,254712,KES,
U1,Smith,254713,USD,2500
U2,Jones,254714,USD,
E1,Weber,254715,EUR,
X1,Nobody,254716,ABC,
"""
SERVICES = """service_no,account_no,plan,renews_on
K1-1,K1,HOME,2026-11-20
U1-1,U1,HOME,2026-11-20
U2-1,U2,HOME,2026-11-20
E1-1,E1,HOME,2026-11-20
U2-2,U2,LOCAL,2026-11-20
"""
# What the story below comes to, by currency. Wallets: K1 4,300.00 - 1,500.00 - 200.00; U1 125.00 -
# 15.00 - 3.00 - 20.00 + 5.00; E1 10.00. Of HOME and IP 16 parts of 116 are tax.
BALANCES = {
    "KES": {"cash:till:main": 400_000, "cash:mpesa:600901": 340_025, "wallets": -260_000,
            "opening": 30_000, "suspense:mpesa": -250_025, "revenue:HOME": -129_310,
            "tax:vat16": -20_690, "fee": -120_000, "receivable:K2": 10_000},
    "USD": {"cash:till:main": 10_000, "wallets": -9_200, "opening": 2_500, "revenue:HOME": -1_293,
            "revenue:IP": -259, "tax:vat16": -248, "fee": -2_200, "receivable:U2": 700},
    "EUR": {"cash:till:main": 1_000, "wallets": -1_000},
}


def by_currency(accounts):
    """Of (currency, account, minor): what the ledger has in each, wallets together."""
    sums = {currency: collections.Counter() for currency in BALANCES}
    for currency, account, minor in accounts:
        sums[currency]["wallets" if account.startswith("wallet:") else account] += minor
    return {currency: {name: minor for name, minor in of.items() if minor}
            for currency, of in sums.items()}


class Currencies(unittest.TestCase):
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        cls.node = load.node_of(cls, TOLLBOOK, "currencies")
        cls.isp = Provider(cls.node, TENANT)
        cls.addClassCleanup(cls.isp.connection.close)
        cls.url = ("--url", "http://" + cls.node.address)
        cls.live()

    @classmethod
    def live(cls):
        """A day of a provider whose customers have three currencies."""
        isp = cls.isp
        isp.post("", {"name": "Uchumi", "timezone": "Africa/Nairobi", "currency": "KES",
                      "mpesa_shortcodes": ["600901"], "tills": ["main"],
                      "test_clock": "2026-11-20T06:00:00Z"})
        cls.imported = {
            "plans": cls.imports("plans", PLANS),
            "customers": cls.imports("customers", CUSTOMERS, "--opening-booked-on", "2026-11-19"),
            "services": cls.imports("services", SERVICES)}
        isp.pay("K1", 400_000)
        cls.paid = isp.pay("U1", 10_000, currency="USD")
        isp.pay("E1", 1_000)
        cls.hook = cls.node.run("hook", "create", "--tenant", TENANT).strip()
        cls.callback("UKJHW75G8L", "U2", "2500.25")
        cls.callback("UKJHW75G8M", "K2", "900.00")
        cls.preview = isp.get("/billing-preview", fresh=False)
        cls.preview_text = cls.node.run(*cls.url, "billing", "preview", "--tenant", TENANT)
        cls.report = isp.post("/billing-runs", {"preview": cls.preview["preview"]})
        isp.post("/services/U1-1/addons", {"addon": "IP"})
        for invoice, customer, minor in (("I1", "U1", 2_000), ("I2", "K1", 20_000),
                                         ("I3", "U2", 700), ("I4", "K2", 100_000)):
            isp.post("/invoices", {"invoice": invoice, "customer": customer, "lines": [
                {"component": "router", "minor": minor}]})
            isp.post(f"/invoices/{invoice}/issue", {"expected_minor": minor})
        isp.post("/invoices/I1/credit-notes", {"credit_note": "N1", "reason": "scratched",
                                               "lines": [{"line": 1, "minor": 500}]})

    @classmethod
    def imports(cls, kind, text, *words):
        file = cls.node.directory / f"{kind}.csv"
        file.write_text(text)
        return json.loads(cls.node.run("--json", *cls.url, "import", kind, file, "--tenant", TENANT,
                                       "--on-error", "skip", *words, exits=DIFFERENCES))

    @classmethod
    def callback(cls, receipt, reference, amount):
        cls.isp.post(cls.hook[cls.hook.index("/hooks"):], {
            "TransactionType": "Pay Bill", "TransID": receipt, "TransTime": "20261120085900",
            "TransAmount": amount, "BusinessShortCode": "600901", "BillRefNumber": reference,
            "MSISDN": "254 7"})

    def refused(self, path, body, code, status=422):
        """With that code; and the log is as long as it was."""
        before = self.last_seq()
        answer = self.isp.post(path, body, expect=(status,))
        self.assertEqual((answer["code"], self.last_seq()), (code, before), (path, body, answer))

    def last_seq(self):
        self.isp.connection.request("GET", "/metrics",
                                    headers={"Authorization": f"Bearer {self.node.key}"})
        lines = self.isp.connection.getresponse().read().decode().splitlines()
        return next(line for line in lines if line.startswith("tollbook_log_position")).split()[-1]

    def get(self, path):
        """What it says once it has all that was recorded here."""
        self.isp.position = f"0:{self.last_seq()}"
        return self.isp.get(path)

    def rows(self, report):
        self.get("/taxes")
        return self.isp.rows(report, limit=99)

    def raw(self, path):
        self.get("/taxes")
        self.isp.connection.request("GET", f"/v1/tenants/{TENANT}{path}",
                                    headers={"Authorization": f"Bearer {self.node.key}"})
        answer = self.isp.connection.getresponse()
        self.assertEqual(answer.status, 200)
        return answer.read()

    def page_of(self, invoice):
        return subprocess.run(["pdftotext", "-layout", "-", "-"], capture_output=True, check=True,
                              input=self.raw(f"/invoices/{invoice}/document.pdf")).stdout.decode()

    # --- what came in

    def test_files_say_currencies_and_prices(self):
        problems = {kind: [(p["line"], p["code"]) for p in told["problems"]]
                    for kind, told in self.imported.items()}
        self.assertEqual(problems, {
            "plans": [(8, "malformed-csv"), (7, "value-out-of-range")],
            "customers": [(7, "malformed-csv")], "services": [(6, "plan-not-priced")]})
        self.assertEqual({c["customer"]: (c["currency"], c["balance_minor"])
                          for c in self.get("/customers")["data"]},
                         {"K1": ("KES", 260_000), "K2": ("KES", 0), "U1": ("USD", 9_200),
                          "U2": ("USD", 0), "E1": ("EUR", 1_000)})
        self.assertEqual(self.get("/customers/U1")["currency"], "USD")
        plans = {plan["plan"]: plan for plan in self.get("/plans")["data"]}
        self.assertEqual((plans["HOME"]["currency"], plans["HOME"]["prices"]), ("KES", [
            {"currency": "USD", "price_minor": 1500, "setup_minor": 200},
            {"currency": "EUR", "price_minor": 1400}]))
        self.assertNotIn("OWN", plans)

    def test_mpesa_money_is_in_the_tenant_s_currency(self):
        (item,) = self.get("/suspense")["data"]
        self.assertEqual((item["payment"], item["reason"], item["currency"]),
                         ("mpesa:UKJHW75G8L", "other_currency", "KES"))
        assign = "/payments/mpesa%3AUKJHW75G8L/assign"
        self.refused(assign, {"reason": "asked", "parts": [{"customer": "U2", "minor": 250_025}]},
                     "currency-mismatch")
        self.refused("/payments", {"channel": "mpesa:600901", "receipt": "UKJHW75G8N", "minor": 1,
                                   "customer": "U1", "user": "ann"}, "currency-mismatch")

    # --- billing

    def test_a_preview_and_its_run_sum_up_each_currency(self):
        told = self.preview
        self.assertEqual((told["currency"], told["due"], told["charged"], told["cut"]), (
            "KES", 4, {"services": 1, "minor": 150_000}, {"services": 0, "minor": 0}))
        self.assertEqual([(o["currency"], o["charged"], o["cut"]) for o in told["others"]], [
            ("EUR", {"services": 0, "minor": 0}, {"services": 1, "minor": 1_400}),
            ("USD", {"services": 1, "minor": 1_500}, {"services": 1, "minor": 1_500})])
        self.assertEqual({i["service"]: (i.get("currency"), i["minor"], i["outcome"])
                          for i in told["items"]},
                         {"K1-1": (None, 150_000, "charged"), "U1-1": ("USD", 1_500, "charged"),
                          "U2-1": ("USD", 1_500, "cut"), "E1-1": ("EUR", 1_400, "cut")})
        for words in ("KES", "USD", "EUR", "1,500.00", "15.00", "14.00"):
            self.assertIn(words, self.preview_text)
        self.assertNotIn("1,515.00", self.preview_text)
        usd = {"currency": "USD", "charged_minor": 1_500, "invoiced_minor": 0}
        report = self.report
        self.assertEqual((report["renewed"], report["cut"], report["charged_minor"],
                          report["currency"]), (2, 2, 150_000, "KES"))
        self.assertEqual([o for o in report["others"] if o["currency"] == "USD"], [usd])
        run = self.get(f"/billing-runs/{report['run']}")
        self.assertEqual((run["charged_minor"], run["currency"]), (150_000, "KES"))
        self.assertEqual([o for o in run["others"] if o["currency"] == "USD"], [usd])

    def test_a_plan_without_a_price_is_for_others(self):
        for path, body in (
                ("/services", {"service": "E1-2", "customer": "E1", "plan": "LOCAL"}),
                ("/services/U1-1/change-plan", {"plan": "LOCAL"}),
                ("/services/U1-1/addons", {"addon": "TV"}),
                ("/sales", {"sale": "S1", "customer": "U1", "product": "CABLE"})):
            self.refused(path, body, "plan-not-priced")
        looked = self.isp.post("/sales?dry_run=true", {"sale": "S1", "customer": "E1",
                                                       "product": "CABLE"})
        self.assertIn("190", json.dumps(looked))

    def test_who_does_not_pay_is_dunned_by_amounts_of_its_currency(self):
        isp = Provider(self.node, "dunned")
        self.addCleanup(isp.connection.close)
        isp.post("", {"name": "Duka", "timezone": "Africa/Nairobi", "currency": "KES",
                      "tills": ["main"], "test_clock": "2026-11-20T06:00:00Z"})
        isp.plan("HOME", 150_000, "month", prices=[
            {"currency": currency, "price_minor": 1_500} for currency in ("EUR", "USD")])
        for currency in ("KES", "USD", "EUR"):
            isp.post("/customers", {"customer": currency, "name": "N", "phone": "",
                                    "references": [], "currency": currency})
            isp.post("/services", {"service": f"{currency}-1", "customer": currency,
                                   "plan": "HOME", "renews_on": "2026-11-20"})
        isp.post("/dunning-policies", {"policy": "homes", "steps": [
            {"step": "fee", "after_days": 1, "action": "late_fee", "fee_minor": 20_000,
             "others": [{"currency": "USD", "fee_minor": 200}]},
            {"step": "cut", "after_days": 5, "action": "suspend"}]})
        isp.post("/dunning-assignments", {"policy": "homes"})
        isp.day("2026-11-21")
        told = isp.get("/billing-preview", fresh=False)
        self.assertEqual({item["service"]: (item["minor"], item["outcome"])
                          for item in told["items"]},
                         {"KES-1": (170_000, "waiting"), "USD-1": (1_700, "waiting"),
                          "EUR-1": (1_500, "waiting")})
        isp.day("2026-11-25")
        for customer, short, price in (("USD", 1_699, 1_700), ("EUR", 1_499, 1_500)):
            isp.pay(customer, short)
            self.assertEqual(isp.get(f"/services/{customer}-1")["blocks"], ["unpaid"])
            isp.pay(customer, price - short)
            self.assertEqual(isp.get(f"/services/{customer}-1")["blocks"], [])
            self.assertEqual([(wallet["currency"], wallet["balance_minor"]) for wallet in
                              isp.get(f"/wallets/{customer}")["balances"]], [(customer, 0)])

    def test_another_plan_for_everybody_is_priced_in_each_currency(self):
        self.isp.post("/plans", {"plan": "NEXT", "name": "Next", "price_minor": 200_000,
                                 "currency": "KES", "period": "month", "down_mbps": 20,
                                 "up_mbps": 20,
                                 "prices": [{"currency": "USD", "price_minor": 2_000}]})
        told = self.isp.post("/plan-migrations/preview", {"plan": "HOME", "to_plan": "NEXT"})
        moved = {item["service"]: (item.get("currency"), item["price_minor"],
                                   item["new_price_minor"], item.get("reason"))
                 for item in told["items"]}
        self.assertEqual(moved["K1-1"], (None, 150_000, 200_000, None))
        self.assertEqual(moved["U1-1"], ("USD", 1_500, 2_000, None))
        self.assertEqual(moved["E1-1"][3], "plan-not-priced")
        usd = next(sums for sums in told["others"] if sums["currency"] == "USD")
        self.assertEqual((told["scheduled"]["new_price_minor"],
                          usd["scheduled"]["new_price_minor"]), (200_000, 4_000))

    # --- money of one never becomes another's

    def test_nothing_crosses_currencies_and_nothing_is_left_of_trying(self):
        paid = f"/payments/{self.paid.replace(':', '%3A')}/move"
        for path, body in (
                ("/transfers", {"from": "K1", "to": "U1", "transfer": "T1", "minor": 100,
                                "reason": "brothers"}),
                ("/transfers", {"from": "U1", "to": "E1", "transfer": "T2", "minor": 100,
                                "reason": "brothers"}),
                ("/customers/U2/merge", {"into": "K2", "reason": "one"}),
                ("/customers/K2/merge", {"into": "E1", "reason": "one"}),
                (paid, {"from": "U1", "to": "K1", "reason": "typed wrong"}),
                ("/payments", {"channel": "till:main", "receipt": "R99", "customer": "U1",
                               "minor": 100, "user": "ann", "currency": "KES"})):
            self.refused(path, body, "currency-mismatch")

    # --- documents

    def test_documents_are_in_their_customer_s_currency(self):
        told = {i["invoice"]: (i["currency"], i["minor"]) for i in self.get("/invoices")["data"]}
        self.assertEqual(told, {"I1": ("USD", 2_000), "I2": ("KES", 20_000), "I3": ("USD", 700),
                                "I4": ("KES", 100_000)})
        page = self.page_of("I1")
        for words in ("Total USD", "Due USD", "20.00", "5.00 USD scratched"):
            self.assertIn(words, page)
        self.assertNotIn("KES", page)
        page = self.page_of("I2")
        self.assertIn("Total KES", page)
        self.assertNotIn("USD", page)
        (row,) = csv.DictReader(io.StringIO(self.raw("/invoices/I1/lines.csv").decode()))
        self.assertEqual((row["net"], row["currency"]), ("20.00", "USD"))
        lines = self.get("/wallets/U1/statement")["data"]
        self.assertEqual({line["currency"] for line in lines}, {"USD"})
        self.assertEqual(lines[-1]["balance_minor"], 9_200)

    # --- finance

    def test_the_trial_balance_holds_in_each_currency(self):
        accounts = self.get("/accounts")["accounts"]
        self.assertEqual(by_currency((a["currency"], a["account"], a["balance_minor"])
                                     for a in accounts), BALANCES)
        for currency, of in BALANCES.items():
            self.assertEqual(sum(of.values()), 0, currency)
        checks = self.get("/control-checks")
        self.assertTrue(checks["balanced"], checks)

    def test_the_ledger_runs_on_in_each_currency(self):
        lines = self.rows("general-ledger?account=cash:till:main")
        self.assertEqual({line["currency"]: line["balance_minor"] for line in lines},
                         {"KES": 400_000, "USD": 10_000, "EUR": 1_000})

    def test_debts_age_in_each_currency(self):
        told = self.get("/reports/aging")
        self.assertEqual([(r["customer"], r["currency"], r["owed_minor"]) for r in told["data"]],
                         [("K2", "KES", 10_000), ("U2", "USD", 700)])
        totals = {t["currency"]: (t["customers"], t["owed_minor"]) for t in told["totals"]
                  if t["customers"]}
        self.assertEqual(totals, {"KES": (1, 10_000), "USD": (1, 700)})

    def test_revenue_and_tax_are_told_in_each_currency(self):
        told = self.get("/reports/revenue-by-plan?by=plan")
        self.assertEqual({(r["plan"], r["currency"]): r["net_minor"] for r in told["data"]},
                         {("", "KES"): 120_000, ("HOME", "KES"): 129_310, ("", "USD"): 2_200,
                          ("HOME", "USD"): 1_293, ("IP", "USD"): 259})
        self.assertEqual({t["currency"]: (t["net_minor"], t["tax_minor"]) for t in told["totals"]
                          if t["net_minor"]}, {"KES": (249_310, 20_690), "USD": (3_752, 248)})
        taxes = {t["currency"]: t["tax_minor"] for t in self.get("/reports/tax")["totals"]}
        self.assertEqual((taxes["KES"], taxes["USD"]), (20_690, 248))
        lines = self.node.run(*self.url, "report", "revenue-by-plan", "--tenant", TENANT)
        self.assertRegex(lines, r"total +KES .*2,?493\.10 ")
        self.assertRegex(lines, r"total +USD .*37\.52 ")

    def test_what_recurs_is_told_in_each_currency(self):
        told = self.get("/reports/mrr")
        self.assertEqual({(r["plan"], r["currency"]): r["mrr_minor"] for r in told["data"]},
                         {("HOME", "KES"): 129_310, ("HOME", "USD"): 1_293, ("IP", "USD"): 259})
        self.assertEqual({t["currency"]: t["mrr_minor"] for t in told["totals"] if t["mrr_minor"]},
                         {"KES": 129_310, "USD": 1_552})
        moved = collections.Counter()
        for row in self.rows("mrr-movement"):
            moved[row["currency"], row["movement"]] += row["mrr_minor"]
        self.assertEqual((moved["KES", "closing"], moved["USD", "closing"],
                          moved["EUR", "closing"]), (129_310, 1_552, 0))
        rows = self.rows("deferred-revenue")
        self.assertEqual({(r["plan"], r["currency"]): r["net_minor"] for r in rows},
                         {("HOME", "KES"): 129_310, ("HOME", "USD"): 1_293, ("IP", "USD"): 259})

    def test_the_summary_tells_each_currency_by_itself(self):
        told = self.get("/summary")
        self.assertEqual((told["currency"], told["revenue"]["all_time_minor"],
                          told["invoices"]["pending"], told["invoices"]["pending_minor"]),
                         ("KES", 249_310, 2, 10_000))
        usd = {other["currency"]: other for other in told["others"]}["USD"]
        self.assertEqual((usd["all_time_minor"], usd["pending_minor"]), (3_752, 700))
        self.assertEqual({i["invoice"]: i["currency"] for i in told["invoices"]["recent"]},
                         {"I1": "USD", "I2": "KES", "I3": "USD", "I4": "KES"})

    # --- others read the books

    def test_a_replay_and_the_verifier_keep_currencies_apart(self):
        replayed = json.loads(self.node.run("replay", "--json"))["trial_balance"]
        self.assertEqual(by_currency((line["currency"], line["account"], line["minor"])
                                     for line in replayed if line["tenant"] == TENANT), BALANCES)
        self.assertRegex(self.node.run("replay"), rf"{TENANT} +cash:till:main +10000 USD\n")
        export = self.node.directory / "book.tbx"
        export.unlink(missing_ok=True)
        self.node.run("export", "-o", export)
        books = json.loads(ran("python3", VERIFIER, export))["trial_balance"][TENANT]["main"]
        self.assertEqual(by_currency((currency, account, minor) for currency, of in books.items()
                                     for account, minor in of.items()), BALANCES)

    def test_journals_have_a_commodity_for_each_currency(self):
        self.get("/taxes")
        files = {}
        for kind, check in (("hledger", ["hledger", "check", "--strict", "-f"]),
                            ("beancount", ["bean-check"])):
            files[kind] = self.node.directory / f"book.{kind}"
            self.node.run(*self.url, "report", "journal", "--tenant", TENANT, "--format", kind,
                          "--output", files[kind])
            ran(*check, files[kind])
        text = files["hledger"].read_text()
        self.assertEqual(sorted(re.findall(r"^commodity 1000\.00 (\w+)$", text, re.M)),
                         ["EUR", "KES", "USD"])
        codes = dict(re.findall(r"^account (\S+)  ; code:(\S+)$", text, re.M))
        table = csv.DictReader(io.StringIO(ran(
            "hledger", "-f", files["hledger"], "balance", "--flat", "--no-total", "--layout=bare",
            "-O", "csv")))
        self.assertEqual(by_currency((row["commodity"], codes[row["account"]],
                                      minor_of(row["balance"])) for row in table
                                     if row["commodity"]), BALANCES)
        table = csv.DictReader(io.StringIO(ran(
            "bean-query", "-f", "csv", files["beancount"], "SELECT account, currency, sum(number) "
            "AS moved GROUP BY account, currency")))
        self.assertEqual(by_currency((row["currency"].strip(), codes[row["account"].strip()],
                                      minor_of(row["moved"].strip())) for row in table), BALANCES)

    def test_the_read_models_are_what_a_replay_makes(self):
        self.get("/taxes")
        self.node.run("project", "diff")
        self.node.run("verify")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

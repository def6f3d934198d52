"""Two companies of one provider: who invoices, whose cash it is, what one owes the other, and what
the finance people of each read. A real node, its HTTP API, its command line, its documents, and
what hledger and beancount make of its journals.

    entities_test.py TOLLBOOK
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

TOLLBOOK = sys.argv[1]
TENANT = "baobab"
COAST = {"entity": "coast", "name": "Baobab Coast Ltd", "tax_registration": "P051234567X",
         "address": "Moi Avenue 7\nMombasa", "channels": ["mpesa:600902"]}
SETTLED = {"reference": "FT1", "from": "main", "to": "coast", "from_channel": "till:main",
           "to_channel": "mpesa:600902"}
# Receipt, customer, channel: of one company, of the other, and of both; told after a close.
LATE = (("L1", "M1", "till:main"), ("L2", "C2", "mpesa:600902"), ("L3", "C1", "till:main"))
CUSTOMERS = """account_no,name,phone,entity,opening_balance_minor
M1,Wanjiku,254711,,30000
M2,Otieno,254712,main,
C1,Achieng,254713,coast,7000
C2,Hassan,254714,coast,
N1,Nobody,254715,hills,
"""


class Entities(unittest.TestCase):
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        cls.node = load.node_of(cls, TOLLBOOK, "entities")
        cls.isp = Provider(cls.node, TENANT)
        cls.addClassCleanup(cls.isp.connection.close)
        cls.live()

    @classmethod
    def live(cls):
        """Some days of a provider with two companies."""
        isp = cls.isp
        isp.post("", {"name": "Baobab", "timezone": "Africa/Nairobi", "currency": "KES",
                      "mpesa_shortcodes": ["600901", "600902"], "tills": ["main"],
                      "test_clock": "2026-11-20T06:00:00Z"})
        isp.plan("HOME", 150_000, "month", tax_percent=16)
        isp.post("/legal-entities", COAST)
        isp.post("/invoicing-terms", {"valid_from": "2026-11-01", "entity": "coast",
                                      "number_prefix": "C-", "credit_prefix": "CC-"})
        file = cls.node.directory / "customers.csv"
        file.write_text(CUSTOMERS)
        cls.imported = cls.node.run(
            "--url", "http://" + cls.node.address, "import", "customers", file, "--tenant", TENANT,
            "--opening-booked-on", "2026-11-19", "--on-error", "skip", exits=3)
        for customer in ("M1", "C1", "C2"):
            isp.post("/services", {"service": f"{customer}-1", "customer": customer,
                                   "plan": "HOME", "renews_on": "2026-11-20"})
        isp.pay("M1", 400_000)
        isp.pay("C1", 200_000)  # Into the till of the other company.
        isp.pay("C2", 500_000, "mpesa:600902")
        isp.pay("M2", 90_000, "mpesa:600902")
        isp.day("2026-11-21")
        isp.post("/transfers", {"from": "C2", "to": "M2", "transfer": "T1", "minor": 10_000,
                                "reason": "brothers"})
        isp.post("/wallets/C1/hold", {"hold": "H1", "minor": 1_000, "reason": "visit"})
        for invoice, customer in (("I1", "M2"), ("I2", "C2"), ("I3", "C1"), ("I4", "M1")):
            isp.post("/invoices", {"invoice": invoice, "customer": customer, "lines": [
                {"component": "router", "minor": 20_000}]})
            isp.post(f"/invoices/{invoice}/issue", {})
        isp.post("/invoices/I2/credit-notes", {"credit_note": "N1", "reason": "scratched"})
        isp.post("/legal-entities/settle", {**SETTLED, "minor": 60_000})
        isp.post("/periods/close", {"through": "2026-11-20", "entity": "coast"})
        isp.post("/periods/close", {"through": "2026-11-18"})
        for receipt, customer, channel in LATE:
            isp.post("/payments", {"channel": channel, "receipt": receipt, "customer": customer,
                                   "minor": 1_000, "occurred_at": "2026-11-20T09:00:00Z",
                                   "user": "ann"})

    def raw(self, path):
        self.isp.get("/taxes")  # Waits until the read models are there.
        self.isp.connection.request(
            "GET", f"/v1/tenants/{self.isp.tenant}{path}",
            headers={"Authorization": f"Bearer {self.node.key}"})
        answer = self.isp.connection.getresponse()
        return answer.status, answer.read()

    def seller_of(self, invoice):
        """The words above the customer's name."""
        status, pdf = self.raw(f"/invoices/{invoice}/document.pdf")
        self.assertEqual(status, 200)
        text = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True,
                              check=True).stdout.decode()
        return " ".join(text.partition("Customer ")[0].split())

    def balances(self, entity=""):
        accounts = self.isp.get("/accounts" + (f"?entity={entity}" if entity else ""))["accounts"]
        return {(a["entity"], a["account"]): a["balance_minor"] for a in accounts
                if a["balance_minor"]}

    def journal(self, kind, *words):
        file = self.node.directory / f"{'-'.join(words)}.{kind}".replace("--", "")
        self.node.run("--url", "http://" + self.node.address, "report", "journal", "--tenant",
                      TENANT, "--format", kind, "--output", file, *words)
        ran(*(["hledger", "check", "--strict", "-f"] if kind == "hledger" else ["bean-check"]),
            file)
        return file

    def test_legal_entities_are_listed_with_their_channels(self):
        told = {e["entity"]: e for e in self.isp.get("/legal-entities")["data"]}
        self.assertEqual(set(told), {"main", "coast"})
        self.assertEqual((told["main"]["own"], told["main"]["channels"], told["main"]["name"]),
                         (True, ["mpesa:600901", "till:main"], "Baobab"))
        self.assertEqual({name: told["coast"][name] for name in COAST}, COAST)
        refused = self.isp.post("/legal-entities", {"entity": "hills", "name": "Hills",
                                                    "channels": ["mpesa:600902"]}, expect=(409,))
        self.assertEqual(refused["code"], "channel-taken")

    def test_customers_belong_to_one_of_them(self):
        self.assertIn("5 commands accepted", self.imported)  # Nobody has heard of "hills".
        self.assertIn("1 refused", self.imported)
        self.assertEqual({c["customer"]: c["entity"] for c in
                          self.isp.get("/customers")["data"]},
                         {"M1": "main", "M2": "main", "C1": "coast", "C2": "coast"})
        self.assertEqual([c["customer"] for c in self.isp.get("/customers?entity=coast")["data"]],
                         ["C1", "C2"])
        self.assertEqual(self.isp.get("/customers/C1")["entity"], "coast")
        self.assertEqual([(w["entity"], w["balance_minor"], w["held_minor"]) for w in
                          self.isp.get("/wallets/C1")["balances"]], [("coast", 38_000, 1_000)])
        refused = self.isp.post("/customers/C1/merge", {"into": "M1", "reason": "one"},
                                expect=(409,))
        self.assertEqual(refused["code"], "legal-entity-differs")

    def test_numbers_are_counted_by_each(self):
        told = {i["invoice"]: (i["entity"], i["number"]) for i in
                self.isp.get("/invoices")["data"]}
        self.assertEqual(told, {
            "I1": ("main", "INV-000001"), "I2": ("coast", "C-000001"),
            "I3": ("coast", "C-000002"), "I4": ("main", "INV-000002")})
        self.assertEqual([i["invoice"] for i in self.isp.get("/invoices?entity=coast")["data"]],
                         ["I2", "I3"])
        moves = self.isp.get("/invoices/I2")["moves"]
        self.assertIn("CC-000001", [move["document"] for move in moves])
        self.assertEqual([(t["entity"], t["number_prefix"]) for t in
                          self.isp.get("/invoicing-terms")["data"]], [("coast", "C-")])

    def test_a_document_names_its_seller_as_it_was_then(self):
        isp = Provider(self.node, "seller")
        self.addCleanup(isp.connection.close)
        isp.post("", {"name": "Acacia", "timezone": "Africa/Nairobi", "currency": "KES",
                      "test_clock": "2026-11-20T06:00:00Z"})
        isp.post("/customers", {"customer": "A", "name": "Ann", "phone": "", "references": []})
        wanted = {}
        for number, told in enumerate((None, ("Acacia Ltd", "P1", "Here 1\nNairobi"),
                                       ("Acacia PLC", "P2", "There 2\nNakuru"))):
            if told:
                isp.post("/legal-entities", {"entity": "main", "name": told[0],
                                             "tax_registration": told[1], "address": told[2]})
            isp.post("/invoices", {"invoice": f"I{number}", "customer": "A", "lines": [
                {"component": "router", "minor": 100}]})
            isp.post(f"/invoices/I{number}/issue", {})
            wanted[f"I{number}"] = told
        self.isp, kept = isp, self.isp
        try:
            first = self.seller_of("I0")
            self.assertIn("Acacia", first)
            self.assertNotIn("Ltd", first)
            self.assertNotIn("Tax registration", first)
            for invoice in ("I1", "I2"):
                text = self.seller_of(invoice)
                name, number, address = wanted[invoice]
                for words in (name, f"Tax registration {number}", *address.split("\n")):
                    self.assertIn(words, text)
        finally:
            self.isp = kept

    def test_another_company_s_document_names_it(self):
        text = self.seller_of("I2")
        for words in ("Baobab Coast Ltd", "Tax registration P051234567X", "Moi Avenue 7",
                      "Mombasa"):
            self.assertIn(words, text)
        self.assertNotIn("Coast", self.seller_of("I1"))

    def test_each_balances_and_owes_what_the_other_has_coming(self):
        told = self.balances()
        sums = collections.Counter()
        for (entity, _), minor in told.items():
            sums[entity] += minor
        self.assertEqual(set(sums), {"main", "coast"})
        self.assertFalse(any(sums.values()), sums)
        # 2,010.00 paid into main's till for coast, 900.00 into coast's pay bill for main, 100.00
        # transferred from coast to main; 600.00 that main paid to coast.
        due = 201_000 - 90_000 - 10_000 - 60_000
        self.assertEqual((told["main", "due_entity:coast"], told["coast", "due_entity:main"]),
                         (-due, due))
        for entity in ("main", "coast"):
            self.assertEqual(self.balances(entity), {
                name: minor for name, minor in told.items() if name[0] == entity})
        checks = self.isp.get("/control-checks")
        self.assertTrue(checks["balanced"], checks)
        self.assertIn(("due_entity", "coast main"),
                      [(check["name"], check["part"]) for check in checks["data"]])

    def test_what_one_owes_is_paid_once_and_never_too_much(self):
        told = {e["entity"]: e["owes"] for e in self.isp.get("/legal-entities")["data"]}
        self.assertEqual(told, {"coast": [], "main": [
            {"entity": "coast", "currency": "KES", "minor": 41_000}]})
        for words, status, code in (
                ({}, 409, "settlement-exists"),
                ({"reference": "FT2", "minor": 41_001}, 422, "exceeds-due"),
                ({"reference": "FT2", "from": "coast", "to": "main", "from_channel":
                  "mpesa:600902", "to_channel": "till:main"}, 422, "exceeds-due"),
                ({"reference": "FT2", "to_channel": "till:main"}, 409, "channel-taken"),
                ({"reference": "FT2", "to": "hills"}, 404, "legal-entity-unknown")):
            refused = self.isp.post("/legal-entities/settle", {**SETTLED, **words},
                                    expect=(status,))
            self.assertEqual(refused["code"], code, words)
        lines = self.isp.rows("general-ledger?entity=coast&account=due_entity:main", limit=99)
        self.assertEqual([line["minor"] for line in lines if line["type"] == "entities_settled"],
                         [-60_000])
        self.assertEqual(lines[-1]["balance_minor"], 41_000)

    def test_each_closes_its_books_by_itself(self):
        self.assertEqual({e["entity"]: e["closed_through"] for e in
                          self.isp.get("/legal-entities")["data"]},
                         {"main": "2026-11-18", "coast": "2026-11-20"})
        self.assertEqual(self.isp.get("")["closed_through"], "2026-11-18")
        paid = {p["receipt"]: p for p in self.isp.get("/payments?limit=99")["data"]}
        self.assertEqual([paid[receipt]["booked_on"] for receipt, _, _ in LATE],
                         ["2026-11-20", "2026-11-21", "2026-11-21"])
        self.assertEqual({paid[receipt]["occurred_at"][:10] for receipt, _, _ in LATE},
                         {"2026-11-20"})
        for words in ({"through": "2026-11-20", "entity": "coast"}, {"through": "2026-11-18"},
                      {"through": "2026-11-17", "entity": "main"}):
            refused = self.isp.post("/periods/close", words, expect=(409,))
            self.assertEqual(refused["code"], "period-already-closed", words)
        # All that is said of coast until that day has been said: also as of it the pairs are even.
        for day in ("2026-11-19", "2026-11-20", "2026-11-21"):
            sums = collections.Counter()
            for account in self.isp.get(f"/accounts?as_of={day}")["accounts"]:
                if account["account"].startswith("due_entity:"):
                    sums["pair"] += account["balance_minor"]
                sums[account["entity"]] += account["balance_minor"]
            self.assertFalse(any(sums.values()), (day, sums))

    def test_an_entity_that_there_is_not_is_no_empty_report(self):
        for path in ("/customers", "/invoices", "/accounts", *(f"/reports/{name}" for name in (
                "general-ledger", "aging", "deferred-revenue", "revenue-by-plan", "tax", "mrr",
                "mrr-movement", "churn", "journal", "journal-accounts"))):
            for entity in ("hills", "", "MAIN"):
                status, answer = self.raw(f"{path}?entity={entity}")
                self.assertEqual((status, json.loads(answer).get("code")),
                                 (404, "legal-entity-unknown"), path)
        for words in (("tax",), ("tax", "--json"), ("journal", "--format", "hledger")):
            done = subprocess.run(
                [TOLLBOOK, "--data", self.node.directory, *self.node.settings, "--url",
                 "http://" + self.node.address, "report", *words, "--tenant", TENANT, "--entity",
                 "hills"], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout), (1, ""), words)
            self.assertIn("legal-entity-unknown", done.stderr)

    def test_no_two_have_equal_numbers(self):
        for words in ({"entity": "coast", "number_prefix": "INV-", "credit_prefix": "CC-"},
                      {"entity": "coast", "number_prefix": "INV-1", "credit_prefix": "CC-"},
                      {"number_prefix": "C-", "credit_prefix": "CN-"}):
            refused = self.isp.post("/invoicing-terms", {"valid_from": "2026-12-01", **words},
                                    expect=(409,))
            self.assertEqual(refused["code"], "prefix-taken", words)

    def test_a_replay_of_the_log_tells_them_apart(self):
        told = collections.Counter()
        for line in json.loads(self.node.run("replay", "--json"))["trial_balance"]:
            if line["tenant"] == TENANT:
                name = line["account"]
                told[line.get("entity", "main"),
                     "wallets" if name.startswith("wallet:") else name] += line["minor"]
        self.assertEqual({name: minor for name, minor in told.items() if minor}, self.balances())
        self.assertIn(f"{TENANT} coast", self.node.run("replay"))

    def test_reports_of_one_and_of_the_other_are_the_whole(self):
        for name, figures in (
                ("revenue-by-plan", ("net_minor", "tax_minor")),
                ("tax", ("net_minor", "tax_minor")),
                ("deferred-revenue", ("net_minor", "deferred_minor")),
                ("mrr", ("mrr_minor", "services")), ("mrr-movement", ("mrr_minor",)),
                ("general-ledger", ("minor",)), ("aging", ("owed_minor",)),
                ("churn", ("at_end",))):
            def summed(query):
                rows = self.isp.rows(name + query, limit=1000)
                return collections.Counter({
                    figure: sum(row[figure] or 0 for row in rows) for figure in figures})
            whole, main, coast = (summed(q) for q in ("", "?entity=main", "?entity=coast"))
            self.assertEqual({f: main[f] + coast[f] for f in figures}, dict(whole), name)
            if name not in ("general-ledger", "aging"):
                self.assertTrue(main[figures[0]] and coast[figures[0]], name)
        ledger = {row["entity"] for row in self.isp.rows("general-ledger?entity=coast", limit=99)}
        self.assertEqual(ledger, {"coast"})
        debts = self.isp.get("/reports/aging?entity=coast")
        self.assertEqual((debts["entity"], [t["entity"] for t in debts["totals"]]),
                         ("coast", ["coast"]))

    def test_journals_of_both_and_of_each_come_to_our_balances(self):
        told = self.balances()
        for words, entities in (((), ("main", "coast")), (("--entity", "coast"), ("coast",)),
                                (("--entity", "main"), ("main",))):
            ours = collections.Counter()
            for (entity, account), minor in told.items():
                if entity in entities:
                    ours[entity if len(entities) > 1 else "", account] += minor
            ours = {name: minor for name, minor in ours.items() if minor}
            file = self.journal("hledger", *words)
            codes = dict(re.findall(r"^account (\S+)  ; code:(\S+)$", file.read_text(), re.M))
            self.assertEqual(self.sums(codes, len(entities) > 1, (
                (row["account"], row["balance"]) for row in csv.DictReader(io.StringIO(ran(
                    "hledger", "-f", file, "balance", "--flat", "--no-total", "--layout=bare",
                    "-O", "csv"))))), ours)
            file = self.journal("beancount", *words)
            self.assertEqual(self.sums(codes, len(entities) > 1, (
                (row["account"].strip(), row["moved"].strip()) for row in csv.DictReader(
                    io.StringIO(ran("bean-query", "-f", "csv", file, "SELECT account, "
                                    "sum(number) AS moved GROUP BY account"))))), ours)

    @staticmethod
    def sums(codes, named, rows):
        """By entity and account, as the trial balance has them; wallets together."""
        sums = collections.Counter()
        for name, number in rows:
            entity = ("coast" if ":Entity:Coast:" in name else "main") if named else ""
            account = codes[name]
            sums[entity, "wallets" if account.startswith("wallet:") else account] += \
                minor_of(number)
        return {name: minor for name, minor in sums.items() if minor}


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

"""Reports, exports and journals of a provider that lived some months, against a reading of its
facts and against what hledger, beancount and a spreadsheet make of them.

    finance_test.py TOLLBOOK
"""

import collections
import csv
import datetime
import io
import itertools
import json
import re
import sys
import unittest

import openpyxl

import ledger_load as load
from finance_provider import FIRST, LAST, TENANT, ZONE, Provider
from finance_reading import Reading, facts_of, month_ends
from finance_tools import minor_of, ran

TOLLBOOK = sys.argv[1]
DAYS = [FIRST - datetime.timedelta(1), *month_ends(FIRST, LAST), datetime.date(2026, 9, 20),
        datetime.date(2026, 9, 6), datetime.date(2027, 3, 1)]
SPANS = [(FIRST, LAST), (None, datetime.date(2026, 9, 20)), (datetime.date(2026, 9, 1), None),
         (datetime.date(2026, 9, 1), datetime.date(2026, 9, 30)), (LAST, LAST)]
REPORTS = {"general-ledger": ("from", "to"), "aging": ("as_of",), "deferred-revenue": ("as_of",),
           "revenue-by-plan": ("from", "to"), "tax": ("from", "to"), "mrr": ("as_of",),
           "mrr-movement": ("from", "to"), "churn": ("from", "to"), "journal": ("from", "to")}


def span_of(first, last, mark="?"):
    given = [f"{name}={day}" for name, day in (("from", first), ("to", last)) if day]
    return mark + "&".join(given) if given else ""


class Finance(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.node = load.node_of(cls, TOLLBOOK, "finance")
        cls.empty, cls.nobody = Provider(cls.node, "empty"), Provider(cls.node, "nobody")
        cls.empty.post("", {"name": "E", "timezone": "UTC", "currency": "USD"})
        cls.provider = Provider(cls.node)
        for provider in (cls.empty, cls.nobody, cls.provider):
            cls.addClassCleanup(provider.connection.close)
        cls.provider.live()
        cls.facts = facts_of(cls.node, TENANT)
        events, cursor = [], ""
        while True:
            page = cls.provider.get(f"/events?limit=1000{cursor}")
            events += page["data"]
            if not page["has_more"]:
                break
            cursor = "&cursor=" + page["next_cursor"]
        cls.events = {event["seq"]: event for event in events}
        cls.effective = {seq: datetime.datetime.fromisoformat(event["effective_at"][:-1] + "+00:00")
                         for seq, event in cls.events.items()}
        cls.reading = cls.read()
        assert len(cls.facts) == len(events) > 1_300

    @classmethod
    def read(cls, known=None):
        return Reading(cls.facts, cls.effective, ZONE, known)

    @classmethod
    def moments(cls):
        """Now, and each time of which it is known what was known."""
        yield "", cls.reading
        for moment, seq in cls.provider.marks:
            yield f"&known_at={moment}", cls.read(seq)

    def report(self, *words, exits=0):
        return self.node.run("--url", "http://" + self.node.address, "report", *words, "--tenant",
                             TENANT, exits=exits)

    # --- reports

    def test_the_general_ledger_has_every_posting_and_every_balance(self):
        for (known, reading), (first, last) in itertools.product(self.moments(), SPANS):
            told = self.provider.rows(
                f"general-ledger?{span_of(first, last, '')}{known}", limit=1000)
            ours = [(r["account"], datetime.date.fromisoformat(r["booked_on"]), r["seq"], r["leg"],
                     r["minor"], r["balance_minor"]) for r in told]
            self.assertEqual(sorted(ours), sorted(reading.ledger(None, first, last)))
        for account in ("wallet:ACC1", "cash:till:main", "cash:till:Main", "nothing"):
            told = self.provider.rows(f"general-ledger?account={account}&from=2026-09-02", limit=97)
            lines = self.reading.ledger(account, datetime.date(2026, 9, 2))
            self.assertEqual([(r["seq"], r["leg"], r["balance_minor"]) for r in told],
                             [(seq, leg, balance) for _, _, seq, leg, _, balance in lines])
        self.assertEqual(told, [])

    def test_debts_age_first_in_first_out(self):
        seen = 0
        for (known, reading), day in itertools.product(self.moments(), DAYS):
            told = self.provider.rows(f"aging?as_of={day}{known}", limit=2)
            ours = {r["customer"]: (datetime.date.fromisoformat(r["oldest_on"]), [
                r["days_0_30_minor"], r["days_31_60_minor"], r["days_61_90_minor"],
                r["days_over_90_minor"]]) for r in told}
            self.assertEqual(ours, reading.aging(day), (known, day))
            total = self.provider.get(f"/reports/aging?as_of={day}{known}")["totals"]
            self.assertEqual([(t["customers"], t["owed_minor"]) for t in total], [
                (len(ours), sum(sum(buckets) for _, buckets in ours.values()))])
            self.assertTrue(all(r["owed_minor"] == sum(ours[r["customer"]][1]) for r in told))
            seen += len(told)
        self.assertGreater(seen, 20)

    def test_what_is_deferred_and_what_is_earned_is_all_that_was_charged(self):
        seen = 0
        for (known, reading), day in itertools.product(self.moments(), DAYS):
            told = self.provider.rows(f"deferred-revenue?as_of={day}{known}", limit=1)
            ours = {r["plan"]: [r["net_minor"], r["recognised_minor"], r["deferred_minor"]]
                    for r in told}
            self.assertEqual(ours, reading.deferred(day), (known, day))
            self.assertTrue(all(n == r + d and d > 0 for n, r, d in ours.values()))
            seen += len(ours)
        self.assertGreater(seen, 20)

    def test_revenue_and_tax_are_the_lines_of_charges_and_the_ledgers_sums(self):
        for (known, reading), (first, last) in itertools.product(self.moments(), SPANS):
            span = "?" + span_of(first, last, "") + known
            told = self.provider.rows("revenue-by-plan" + span)
            ours = {(r["plan"], r["component"]): (r["charges"], r["net_minor"], r["tax_minor"])
                    for r in told}
            self.assertEqual(ours, reading.revenue(first, last))
            income = -sum(minor for _, _, name, minor in reading.postings(first, last)
                          if name.split(":")[0] in ("revenue", "fee"))
            self.assertEqual(sum(net for _, net, _ in ours.values()), income)
            by_plan = collections.Counter()
            for (plan, _), (_, net, _) in ours.items():
                by_plan[plan] += net
            told = self.provider.rows("revenue-by-plan" + span + "&by=plan")
            self.assertEqual({r["plan"]: r["net_minor"] for r in told}, dict(by_plan))
            told = self.provider.rows("tax" + span)
            ours = {(r["tax_code"], r["rate_ppm"]): (
                r["net_minor"], r["base_minor"], r["tax_minor"]) for r in told}
            self.assertEqual(ours, reading.tax(first, last))
            taxes = -sum(minor for _, _, name, minor in reading.postings(first, last)
                         if name.startswith("tax:"))
            self.assertEqual(sum(r["tax_minor"] + r["other_tax_minor"] for r in told), taxes)

    def test_recurring_revenue_and_what_became_of_it(self):
        days = [FIRST + datetime.timedelta(i) for i in range((LAST - FIRST).days)]
        for (known, reading), day in itertools.product(self.moments(), DAYS):
            told = self.provider.rows(f"mrr?as_of={day}{known}", limit=1)
            plans = collections.defaultdict(lambda: [0, 0])
            for minor, _, plan in reading.recurring(day).values():
                plans[plan][0] += 1
                plans[plan][1] += minor
            self.assertEqual({r["plan"]: [r["services"], r["mrr_minor"]] for r in told},
                             dict(plans), (known, day))
        moved = set()
        for (known, reading), (first, last) in itertools.product(self.moments(), [
                (datetime.date(2026, 8, 21), datetime.date(2026, 9, 10)),
                (datetime.date(2026, 9, 6), datetime.date(2026, 9, 30)),
                (datetime.date(2026, 10, 1), datetime.date(2026, 12, 31))]):
            span = span_of(first, last) + known
            told = self.provider.rows("mrr-movement" + span, limit=3)
            movement = reading.movement(first, last, days)
            self.assertEqual({r["movement"]: [r["services"], r["mrr_minor"]] for r in told},
                             movement, (known, first))
            self.assertEqual(sum(r["mrr_minor"] for r in told[:-1]), told[-1]["mrr_minor"])
            moved |= {name for name, (services, _) in movement.items() if services}
            before = reading.recurring(first - datetime.timedelta(1))
            after = reading.recurring(last)
            churn = {r["of"]: r for r in self.provider.rows("churn" + span)}
            for of, was, now in (("services", set(before), set(after)), (
                    "customers", {c for _, c, _ in before.values()},
                    {c for _, c, _ in after.values()})):
                row = churn[of]
                self.assertEqual((row["at_start"], row["gained"], row["lost"], row["at_end"]),
                                 (len(was), len(now - was), len(was - now), len(now)))
                lost = len(was - now) * 20_000 + len(was)
                self.assertEqual(row["churn_basis_points"],
                                 lost // (2 * len(was)) if was else None)
        self.assertEqual(moved, {  # Taxes rise, and less of each price is net.
            "opening", "new", "reactivated", "contraction", "churned", "closing"})

    def test_the_summary_is_what_ledger_and_lists_come_to(self):
        told = self.provider.get("/summary")
        today = datetime.date.fromisoformat(told["as_of"])
        earned = [(day, -minor) for account, day, _, _, minor, _ in self.reading.ledger()
                  if account.split(":")[0] in ("revenue", "fee")]
        month = [minor for day, minor in earned if 0 <= (today - day).days < 30]
        self.assertEqual(told["revenue"], {"days_30_minor": sum(month),
                                           "all_time_minor": sum(minor for _, minor in earned)})
        services = self.provider.get("/services?limit=1000")["data"]
        status = collections.Counter(service["status"] for service in services)
        self.assertEqual(told["subscriptions"],
                         {"active": status["active"], "suspended": status["suspended"]})
        customers = self.provider.get("/customers?limit=1000")["data"]
        active = {service["customer"] for service in services if service["status"] == "active"}
        self.assertEqual(told["customers"], {"registered": len(customers), "active": len(active)})
        self.assertGreater(min(len(month), status["active"], status["suspended"]), 0)
        self.assertEqual(self.empty.get("/summary"), {
            "object": "summary", "as_of": self.empty.get("/summary")["as_of"], "currency": "USD",
            "customers": {"registered": 0, "active": 0},
            "subscriptions": {"active": 0, "suspended": 0},
            "revenue": {"days_30_minor": 0, "all_time_minor": 0},
            "invoices": {"pending": 0, "pending_minor": 0, "recent": []}, "others": []})

    def test_an_empty_book_gives_zeros(self):
        for name, parameters in REPORTS.items():
            for query in ("", *(f"?{p}=2026-09-01" for p in parameters)):
                report = self.empty.get(f"/reports/{name}{query}")
                numbers = [value for row in report["totals"] + report["data"]
                           for field, value in row.items()
                           if field != "line" and isinstance(value, int)]
                self.assertEqual(set(numbers) | {0}, {0}, report)
                self.assertRegex(self.empty.seen, r"^0:\d+$")
        self.assertEqual(len(self.empty.rows("mrr-movement")), 7)

    def test_bad_questions_are_refused_by_name(self):
        for path, status, code in (
                ("aging?as_of=2026-02-30", 422, "value-out-of-range"),
                ("aging?as_of=today", 422, "value-out-of-range"),
                ("aging?known_at=2026-09-01", 422, "value-out-of-range"),
                ("tax?from=2026-09-02&to=2026-09-01", 422, "value-out-of-range"),
                ("tax?from=", 422, "value-out-of-range"),
                ("revenue-by-plan?by=colour", 422, "value-out-of-range"),
                ("tax?limit=0", 422, "value-out-of-range"),
                ("tax?as_of=2026-09-01", 400, "unknown-parameter"),
                ("aging?form=2026-09-01", 400, "unknown-parameter"),
                ("aging?cursor=xx", 400, "invalid-cursor"),
                ("general-ledger?cursor=YWdpbmc6YQ", 400, "invalid-cursor"),
                ("general-ledger?cursor=Z2VuZXJhbC1sZWRnZXI6YQ", 400, "invalid-cursor"),
                ("general-ledger?cursor=Z2VuZXJhbC1sZWRnZXI6YQlub3cJMQkw", 400, "invalid-cursor"),
                ("nothing", 404, "not-found")):
            answer = self.provider.ask("/reports/" + path, fresh=False)
            self.assertEqual((answer[0], answer[1].get("code")), (status, code), path)
        viewer = self.node.run("apikey", "create", "--tenant", TENANT, "--role", "viewer").strip()
        auditor = self.node.run("apikey", "create", "--tenant", TENANT, "--role", "auditor").strip()
        for name in REPORTS:
            self.assertEqual(self.provider.ask(f"/reports/{name}", key=viewer)[0], 403)
            self.assertEqual(self.provider.ask(f"/reports/{name}", key=auditor)[0], 200)
            self.assertEqual(self.nobody.ask(f"/reports/{name}", fresh=False)[0], 404)

    # --- journals

    def test_hledger_and_beancount_come_to_our_balances_of_every_month(self):
        months = self.reading.months()
        files = {}
        for kind, check in (("hledger", ["hledger", "check", "--strict", "-f"]),
                            ("beancount", ["bean-check"])):
            files[kind] = self.node.directory / f"book.{kind}"
            self.report("journal", "--format", kind, "--output", files[kind])
            ran(*check, files[kind])
        text = files["hledger"].read_text()
        codes = dict(re.findall(r"^account (\S+)  ; code:(\S+)$", text, re.M))
        self.assertEqual(set(codes.values()), {account for account, _ in months})
        self.assertEqual(len(codes), len(set(codes.values())))  # None shares a name.
        bean = files["beancount"].read_text()
        self.assertEqual(codes, dict(re.findall(r"open (\S+) KES\n  code: \"(\S+)\"", bean)))
        self.assertEqual(codes["Liabilities:Wallet:ACC1"], "wallet:ACC1")
        self.assertEqual(codes["Assets:Cash:Mpesa:600901"], "cash:mpesa:600901")
        self.assertEqual(codes["Income:Revenue:HOME--10"], "revenue:HOME-10")

        table = csv.DictReader(io.StringIO(ran(
            "hledger", "-f", files["hledger"], "balance", "-M", "--flat", "--no-total",
            "--layout=bare", "-O", "csv")))
        told = {(codes[row["account"]], month): minor_of(number) for row in table
                for month, number in row.items() if month not in ("account", "commodity")}
        self.assertEqual({key: minor for key, minor in told.items() if minor}, months)

        table = csv.DictReader(io.StringIO(ran(
            "bean-query", "-f", "csv", files["beancount"],
            "SELECT account, year, month, sum(number) AS moved GROUP BY account, year, month")))
        told = {(codes[row["account"].strip()], f"{int(row['year'])}-{int(row['month']):02}"):
                minor_of(row["moved"].strip()) for row in table}
        self.assertEqual({key: minor for key, minor in told.items() if minor}, months)

        # And both are the API's: its trial balance at the end of every month.
        for end in month_ends(FIRST, LAST):
            ours = {row["account"]: row["balance_minor"] for row in self.provider.get(
                f"/accounts?as_of={end}")["accounts"] if row["balance_minor"]}
            sums = collections.Counter()
            for (account, month), minor in months.items():
                if month <= f"{end:%Y-%m}":
                    sums["wallets" if account.startswith("wallet:") else account] += minor
            self.assertEqual(ours, {name: minor for name, minor in sums.items() if minor}, end)

    def test_a_journal_has_one_entry_of_each_money_event(self):
        money = {str(fact["seq"]): self.events[fact["seq"]]["id"] for fact in self.facts
                 if fact["payload"].get("postings")}
        self.assertGreater(len(money), 1_000)  # More than a page.
        text = self.report("journal")
        entries = re.findall(r"^\d{4}-\d\d-\d\d \* \((\d+)\) \w+  ; seq:(\d+), id:([0-9a-f-]+),",
                             text, re.M)
        self.assertEqual([(seq, seq, uuid) for seq, uuid in money.items()], entries)
        text = self.report("journal", "--format", "beancount")
        entries = re.findall(r'^\d{4}-\d\d-\d\d \* "\w+"\n  seq: (\d+)\n  id: "([0-9a-f-]+)"',
                             text, re.M)
        self.assertEqual(list(money.items()), entries)
        moment, known = self.provider.marks[1]
        text = self.report("journal", "--from", "2026-09-01", "--to", "2026-09-30", "--known-at",
                           moment)
        self.assertEqual(
            [int(seq) for seq in re.findall(r"^\d{4}-\d\d-\d\d \* \((\d+)\)", text, re.M)],
            [fact["seq"] for fact in self.facts if fact["payload"].get("postings")
             and f"{fact['booked_on']:%Y-%m}" == "2026-09" and fact["seq"] <= known])

    def test_an_empty_book_is_a_journal_too(self):
        for kind, check in (("hledger", ["hledger", "check", "--strict", "-f"]),
                            ("beancount", ["bean-check"])):
            file = self.node.directory / f"empty.{kind}"
            self.node.run("--url", "http://" + self.node.address, "report", "journal", "--tenant",
                          "empty", "--format", kind, "--output", file)
            ran(*check, file)

    # --- tables

    def test_csv_and_json_have_all_rows_and_no_formula(self):
        told = self.provider.rows("general-ledger", limit=1000)
        self.assertGreater(len(told), 2_000)  # More than two pages.
        document = json.loads(self.report("general-ledger", "--format", "json"))
        self.assertEqual(document["data"], told)
        self.assertEqual(document["position"], self.provider.seen)
        rows = list(csv.DictReader(io.StringIO(self.report("general-ledger", "--format", "csv"))))
        self.assertEqual([(r["account"], int(r["seq"]), minor_of(r["amount"]),
                           minor_of(r["balance"])) for r in rows],
                         [(r["account"], r["seq"], r["minor"], r["balance_minor"]) for r in told])
        rows = {r["customer"]: r for r in csv.DictReader(io.StringIO(
            self.report("aging", "--as-of", "2026-08-31", "--format", "csv")))}
        self.assertEqual((rows["'@home"]["owed"], rows["'@home"]["0-30 days"]), ("0.07", "0.07"))
        self.assertEqual(rows["ACC1"]["owed"], "450.00")

    def test_a_workbook_holds_numbers_and_texts_and_no_formula(self):
        shapes = {
            "general-ledger": ("minor", "balance_minor"), "trial-balance": ("balance_minor",),
            "aging": ("owed_minor", "days_0_30_minor"), "deferred-revenue": ("deferred_minor",),
            "revenue-by-plan": ("net_minor", "tax_minor", "minor"), "tax": ("tax_minor",),
            "mrr": ("mrr_minor",), "mrr-movement": ("mrr_minor",), "churn": ()}
        titles = {"minor": ("amount", "gross"), "balance_minor": ("balance",),
                  "owed_minor": ("owed",), "days_0_30_minor": ("0-30 days",),
                  "deferred_minor": ("deferred",), "net_minor": ("net",), "tax_minor": ("tax",),
                  "mrr_minor": ("mrr",)}
        for name, amounts in shapes.items():
            file = self.node.directory / f"{name}.xlsx"
            self.report(name, "--format", "xlsx", "--output", file)
            sheet = openpyxl.load_workbook(file).active
            self.assertEqual(sheet.title, name)
            document = json.loads(self.report(name, "--format", "json"))
            rows = document["accounts" if name == "trial-balance" else "data"]
            head, *cells = list(sheet.iter_rows())
            columns = {cell.value: at for at, cell in enumerate(head)}
            self.assertEqual(len(cells), len(rows))
            self.assertGreater(len(rows), 0, name)
            for field in amounts:
                at = next(columns[title] for title in titles[field] if title in columns)
                self.assertEqual([row[field] for row in rows],
                                 [minor_of(repr(line[at].value)) for line in cells])
                self.assertEqual({line[at].number_format for line in cells}, {"#,##0.00"})
            for cell in itertools.chain.from_iterable(cells):
                self.assertIn(cell.data_type, "nsd")  # Number, text, day: never "f".
        sheet = openpyxl.load_workbook(self.node.directory / "aging.xlsx").active
        self.assertIn("ACC2", [cell.value for cell in sheet["A"]])

    def test_a_table_is_aligned_and_ends_with_its_totals(self):
        lines = self.report("revenue-by-plan").splitlines()
        end = lines[0].index("gross") + len("gross")
        self.assertTrue(all(len(line) == end for line in lines), lines)
        total = self.provider.get("/reports/revenue-by-plan")["totals"][0]
        self.assertTrue(lines[-1].startswith("total "))
        self.assertEqual([minor_of(number) for number in lines[-1].split()[-3:]],
                         [total["net_minor"], total["tax_minor"], total["minor"]])

    def test_a_bad_order_is_told_and_leaves_no_file(self):
        file = self.node.directory / "out"
        self.report("aging", "--format", "xlsx", exits=2)  # To stdout?
        self.report("journal", "--format", "csv", exits=2)
        self.report("aging", "--format", "hledger", exits=2)
        self.report("ageing", exits=2)
        self.report("aging", "--output", "/nowhere/out", exits=2)
        self.report("aging", "--from", "2026-09-01", "--output", file, exits=1)
        self.report("aging", "--as-of", "now", "--format", "xlsx", "--output", file, exits=1)
        self.report("journal", "--from", "2026-09-02", "--to", "2026-09-01", "--output", file,
                    exits=1)
        self.assertEqual([p.name for p in self.node.directory.glob("out*")], [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

"""A small provider that lives some months: plans of every kind, debts, cuts, reversals, moves."""

import datetime
import http.client
import itertools
import json

import ledger_load as load

TENANT, ZONE = "savanna", "Africa/Nairobi"
FIRST, LAST = datetime.date(2026, 8, 1), datetime.date(2026, 12, 31)
# Ids that spreadsheets and journals must be told apart from formulas and words.
CUSTOMERS = ["ACC1", "ACC2", "ACC10", "@home", "-dash", "lower", "Lower", "a.b:c", "X-y", "_", "9"]
CENTS = 123  # So that amounts do not divide evenly.


class Provider:
    def __init__(self, node, tenant=TENANT):
        self.node, self.tenant, self.keys = node, tenant, itertools.count()
        self.connection, self.receipts, self.marks = node.connect(), itertools.count(), []
        self.position = None

    def post(self, path, body, expect=(200, 201)):
        at = path if path.startswith("/hooks") else f"/v1/tenants/{self.tenant}{path}"
        status, answer = load.post(
            self.connection, self.node, at, body, f"{self.tenant}-{next(self.keys)}")
        assert status in expect, (path, body, answer)
        self.position = answer.get("position", self.position) if isinstance(answer, dict) else None
        return answer

    def ask(self, path, key=None, fresh=True):
        """Status and body of a GET below the tenant; of the newest state."""
        if fresh:
            path += ("&" if "?" in path else "?") + f"min_position={self.position}"
        for _ in range(1200):
            try:
                self.connection.request("GET", f"/v1/tenants/{self.tenant}{path}",
                                        headers={"Authorization": f"Bearer {key or self.node.key}"})
                answer = self.connection.getresponse()
                body = json.loads(answer.read())
            except http.client.RemoteDisconnected:
                self.connection = self.node.connect()
                continue
            if answer.status != 503:
                self.seen = answer.headers.get("Tollbook-Position")
                return answer.status, body
        raise AssertionError(body)

    def get(self, path, **more):
        status, body = self.ask(path, **more)
        assert status == 200, (path, body)
        return body

    def rows(self, report, limit=7):
        """All rows of a report, by small pages."""
        rows, cursor = [], ""
        mark = "&" if "?" in report else "?"
        while True:
            page = self.get(f"/reports/{report}{mark}limit={limit}{cursor}")
            rows += page["data"]
            assert len(page["data"]) <= limit
            if not page["has_more"]:
                assert page["next_cursor"] is None
                return rows
            cursor = "&cursor=" + page["next_cursor"]

    def open(self):
        self.post("", {"name": "Savanna", "timezone": ZONE, "currency": "KES",
                       "mpesa_shortcodes": ["600901"], "tills": ["main", "Main"],
                       "policies": {"recognition": "on_charge", "renewal_anchor": "fixed"},
                       "test_clock": "2026-08-20T06:00:00Z"})

    def plan(self, name, price, period, **more):
        self.post("/plans", {"plan": name, "name": name, "price_minor": price, "currency": "KES",
                             "down_mbps": 1, "up_mbps": 1, "period": period} | more)

    def pay(self, customer, minor, channel="till:main", **more):
        receipt = f"R{next(self.receipts)}"
        self.post("/payments", {"channel": channel, "receipt": receipt, "customer": customer,
                                "minor": minor, "user": "cashier"} | more)
        return f"{channel.split(':')[0]}:{channel.split(':')[1]}:{receipt}" \
            if channel.startswith("till") else f"mpesa:{receipt}"

    def day(self, day, hour=6):
        """The clock moves on, and what is due is renewed."""
        self.post("/clock/advance", {"to": f"{day}T{hour:02}:00:00Z"})
        self.post("/renewal-runs", {})

    def mark(self):
        """What is known now is known at this time; nothing else is recorded within it."""
        moment = datetime.datetime.now(datetime.timezone.utc)
        seq = int(self.position.split(":")[1])
        self.marks.append((f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z", seq))

    def live(self):
        self.open()
        vat = {"tax_percent": 16}
        self.plan("HOME-10", 150_000 + CENTS, "month", **vat)
        self.plan("week.1", 35_050, "week", setup_minor=20_001, trial_days=7, **vat)
        self.plan("YEAR", 1_200_007, "year", tax_percent=8)
        self.plan("DAY", 5_003, "day")
        for since, rates in (("2026-09-10", (("vat16", 180_000, False),)),
                             ("2026-10-12", (("excise", 50_000, False), ("vat16", 180_000, True)))):
            self.post("/taxes", {"tax": "vat16", "valid_from": since, "rates": [
                {"code": code, "rate_ppm": rate, "compound": compound}
                for code, rate, compound in rates]})
        for customer in CUSTOMERS:
            self.post("/customers", {"customer": customer, "name": "N", "phone": "",
                                     "references": []})
        self.post("/opening-balances", {
            "booked_on": "2026-08-03", "cash": [{"channel": "till:main", "minor": 99_901}],
            "wallets": [{"customer": "ACC1", "minor": -45_000}, {"customer": "@home", "minor": -7},
                        {"customer": "9", "minor": 12_345}], "complete": True})
        for customer, plan, renews in (
                ("ACC2", "HOME-10", "2026-08-31"), ("ACC10", "HOME-10", "2026-09-05"),
                ("lower", "YEAR", "2026-08-25"), ("Lower", "week.1", None), ("a.b:c", "DAY", None),
                ("X-y", "week.1", None), ("9", "HOME-10", "2026-09-01")):
            body = {"service": f"{customer}-1", "customer": customer, "plan": plan}
            self.post("/services", body | ({"renews_on": renews} if renews else {}))
        spent = self.pay("ACC2", 400_000)
        self.pay("ACC10", 155_000, "mpesa:600901")
        self.pay("lower", 1_300_000, "till:Main")
        self.pay("Lower", 200_000)
        self.pay("a.b:c", 20_000)
        self.mark()
        for day in ("2026-08-25", "2026-08-27", "2026-08-28", "2026-08-31"):
            self.day(day)
        self.post("/services/Lower-1/suspend", {"reason": "manual"})
        self.day("2026-09-05", hour=21)  # In Nairobi the 6th.
        hook = self.node.run("hook", "create", "--tenant", self.tenant).strip()
        self.post(hook[hook.index("/hooks"):], {
            "TransactionType": "Pay Bill", "TransID": "UKJHW75G8L", "TransTime": "20260905230500",
            "TransAmount": "2500.25", "BusinessShortCode": "600901", "BillRefNumber": "NOBODY",
            "MSISDN": "254 7"})
        self.post("/payments/mpesa%3AUKJHW75G8L/assign", {
            "parts": [{"customer": "X-y", "minor": 100_000}, {"customer": "_", "minor": 25}],
            "reason": "asked"})
        self.pay("ACC1", 10_000)  # A part of the opening debt.
        self.day("2026-09-20")
        self.post(f"/payments/{spent.replace(':', '%3A')}/reverse", {"reason": "bounced"})
        wrong = self.pay("-dash", 60_000)
        self.post("/wallets/-dash/charge", {"charge": "fee1", "lines": [
            {"component": "install", "net": 50_000, "tax": 8_000, "tax_code": "Vat16"},
            {"component": "late", "net": 100, "tax": 0}]})
        self.post(f"/payments/{wrong.replace(':', '%3A')}/move", {
            "from": "-dash", "to": "ACC1", "reason": "typed wrong"})
        self.mark()
        self.post("/periods/close", {"through": "2026-08-31"})
        self.pay("9", 300_000, occurred_at="2026-08-30T10:00:00Z")  # Booked on the first open day.
        self.post("/services/Lower-1/reinstate", {"reason": "manual"})
        self.day("2026-10-01")
        self.pay("ACC10", 151_000)
        self.post("/wallets/9/charge", {"charge": "dome", "service": "9-1", "lines": [
            {"component": "hosting", "plan": "YEAR", "plan_version": 1, "net": 1_001, "tax": 0,
             "service_from": "2026-10-01", "service_to": "2027-01-09"},
            {"component": "odd", "net": 7, "tax": 0, "service_from": "2026-12-01",
             "service_to": "2026-12-01"}]})
        self.day("2026-10-31")
        late = self.pay("_", 900)
        self.post("/wallets/_/charge", {"charge": "x", "lines": [
            {"component": "c", "net": 900, "tax": 0}]})
        self.post(f"/payments/{late.replace(':', '%3A')}/reverse", {"minor": 333, "reason": "part"})
        self.day("2026-11-15")
        self.pay("ACC2", 100_000)
        self.mark()
        batch = [{"key": f"bulk-{i}", "type": "record_payment", "body": {
            "channel": "till:main", "receipt": f"B{i}", "customer": CUSTOMERS[i % 4],
            "minor": 1 + i % 3, "user": "c"}} for i in range(1_100)]
        answer = self.post("/batch", batch)
        assert answer["accepted"] == len(batch), answer
        self.day("2026-12-20")
        self.pay("lower", 1)

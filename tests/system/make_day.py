#!/usr/bin/env python3
"""Makes a day of a provider in the form of samples/isp-day, of any size, the same for the same seed.

    make_day.py DIRECTORY CUSTOMERS [--seed N] [--arrivals N] [--routers N]

The day is made first and written down; then expected.json is computed from the files alone, by the
plainest reading of samples/isp-day/README.md (rules 1 to 8; there is no statement).
"""
import argparse
import calendar
import collections
import csv
import datetime
import json
import pathlib
import random
import re

DAY = datetime.date(2026, 11, 20)
ZONE = datetime.timedelta(hours=3)
RUN, CLOSE = "2026-11-19T21:05:00Z", "2026-11-19T21:10:00Z"
PLANS = [("HOME10", 150000, 0), ("HOME20", 250000, 0), ("BIZ50", 650000, 16), ("NIGHT5", 99950, 0)]
SHORTCODES = ["600901", "600902"]
FOREIGN = "777777"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
SERVICE_FIELDS = ["service_no", "account_no", "plan", "router", "ppp_username", "ppp_password",
                  "renews_on", "blocked"]


def utc(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


class Maker:
    def __init__(self, size, seed, arrivals, routers):
        self.random = random.Random(seed)
        self.size, self.arrivals = size, arrivals
        self.routers = [f"rtr-{n:02d}" for n in range(1, routers + 1)]
        width = max(5, len(str(size)))
        self.accounts = [f"ACC{n:0{width}d}" for n in range(1, size + 1)]
        self.serial = 0

    def customers(self):
        for account in self.accounts:
            opening = self.random.choice([0, 0, 0, 49975, 99950, 150000, 150000, 250000, 400000,
                                          650000, -30000])
            yield [account, f"PERSON {account}", f"2547{self.random.randrange(10**8):08d}", opening]

    def services(self):
        for account in self.accounts:
            for n in range(1, 3 if self.random.random() < .08 else 2):
                due = DAY + datetime.timedelta(days=self.random.choice([0, 0, 0, -1, 3, 9, 17, 28]))
                blocked = self.random.choices(["", "abuse", "abuse+unpaid"], [96, 2, 2])[0]
                yield [f"{account}-{n}", account, self.random.choice(PLANS)[0],
                       self.random.choice(self.routers), f"{account.lower()}-{n}@made",
                       f"pw{self.random.randrange(10**10):010d}", due.isoformat(), blocked]

    def receipt(self):
        self.serial += 1
        n, digits = self.serial, ""
        for _ in range(6):
            n, digit = divmod(n, len(LETTERS))
            digits = LETTERS[digit] + digits
        return "UK" + self.random.choice(LETTERS) + self.random.choice(LETTERS) + digits

    def reference(self):
        account = self.random.choice(self.accounts)
        return self.random.choices(
            [account, account.lower(), account[:3] + "-" + account[3:] + " ", "NOBODY", ""],
            [70, 10, 10, 7, 3])[0]

    def callback(self, happened, **given):
        amount = self.random.choice([150000, 150000, 250000, 99950, 650000, 50000, 120050])
        fields = {"TransactionType": "Pay Bill", "TransID": self.receipt(),
                  "TransTime": (happened + ZONE).strftime("%Y%m%d%H%M%S"),
                  "TransAmount": f"{amount // 100}.{amount % 100:02d}",
                  "BusinessShortCode": self.random.choices(SHORTCODES + [FOREIGN], [80, 18, 2])[0],
                  "BillRefNumber": self.reference(), "MSISDN": "2547 ***** 899",
                  "FirstName": "MADE", "LastName": "UP"}
        return dict(fields, **given)

    def day(self):
        """What arrives: (at, kind, fields), to be sorted by time."""
        start = datetime.datetime(2026, 11, 19, 21, 20)
        told, out = [], []
        for n in range(self.arrivals):
            at = start + datetime.timedelta(minutes=self.random.randrange(1200))
            if n % 97 == 0:  # Before the run: it is booked on the day before.
                at = datetime.datetime(2026, 11, 19, 21, 2)
            late = self.random.random() < .03 or n % 97 == 0
            happened = (datetime.datetime(2026, 11, 19, 20, 58) if late
                        else at - datetime.timedelta(seconds=self.random.randrange(1, 60)))
            kind = self.random.random()
            if kind < .02:
                out.append((at, "desk", {"receipt": f"TILL-{n:06d}", "channel": "till:main"}))
            elif kind < .04:  # Typed, and confirmed by its callback or contradicted by it.
                entry = {"receipt": self.receipt(), "channel": "mpesa:600901",
                         "account_no": self.random.choice(self.accounts), "amount_minor": 150000}
                out.append((at, "desk", entry))
                amount = self.random.choice(["1500.00", "1500.00", "1500", "1400.00"])
                callback = self.callback(happened, TransID=entry["receipt"], TransAmount=amount,
                                         BillRefNumber=entry["account_no"],
                                         BusinessShortCode="600901")
                out.append((at + datetime.timedelta(minutes=1), "c2b", callback))
            elif kind < .18 and told:  # Again: the same, or with another amount.
                before, callback = self.random.choice(told)
                change = {} if self.random.random() < .8 else {"TransAmount": "77.00"}
                at = max(at, before)
                out.append((at, "c2b", dict(callback, **change)))
            else:
                callback = self.callback(happened)
                told.append((at, callback))
                out.append((at, "c2b", callback))
        out.sort(key=lambda arrival: arrival[0])
        for at, kind, fields in out:
            if kind == "c2b":
                raw = json.dumps(fields, separators=(",", ":"))
                yield {"at": utc(at), "kind": "c2b_confirmation", "raw": raw}
                continue
            entry = {"account_no": self.random.choice(self.accounts),
                     "amount_minor": self.random.choice([150000, 99950, 270000])}
            yield {"at": utc(at), "kind": "desk_entry", "user": "cashier-1"} | entry | fields


def write_csv(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def make(directory, size, seed=1, arrivals=None, routers=5):
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    maker = Maker(size, seed, size if arrivals is None else arrivals, routers)
    tenant = {"tenant": "made", "name": "Made Up", "timezone": "Africa/Nairobi", "currency": "KES",
              "legal_entity": "main", "mpesa_shortcodes": SHORTCODES, "tills": ["main"],
              "opening_cash_minor": {"mpesa:600901": 6125050},
              "policies": {"recognition": "on_charge", "renewal_anchor": "rolling"},
              "day": DAY.isoformat(), "renewal_run_at": RUN, "close_previous_day_at": CLOSE,
              "statement_import_at": "2026-11-21T05:00:00Z"}
    (directory / "tenant.json").write_text(json.dumps(tenant, indent=1) + "\n")
    write_csv(directory / "plans.csv",
              ["code", "name", "price_minor", "currency", "tax_percent_included", "period",
               "down_mbps", "up_mbps"],
              [[code, code, price, "KES", tax, "month", 10, 10] for code, price, tax in PLANS])
    write_csv(directory / "routers.csv", ["name", "driver", "address", "port"],
              [[name, "routeros-api", "127.0.0.1", ""] for name in maker.routers])
    write_csv(directory / "customers.csv",
              ["account_no", "name", "phone", "opening_balance_minor"], maker.customers())
    write_csv(directory / "services.csv", SERVICE_FIELDS, maker.services())
    with open(directory / "arrivals.ndjson", "w", encoding="utf-8") as file:
        for arrival in maker.day():
            file.write(json.dumps(arrival) + "\n")
    (directory / "expected.json").write_text(json.dumps(Reading(directory).expected()) + "\n")


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def normal(reference):
    return re.sub("[^A-Z0-9]", "", reference.upper())


def cents(amount):
    whole, _, part = amount.partition(".")
    return int(whole) * 100 + int((part + "00")[:2])


def next_month(day):
    year, month = divmod(day.year * 12 + day.month, 12)
    return day.replace(year=year, month=month + 1,
                       day=min(day.day, calendar.monthrange(year, month + 1)[1]))


def instant(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")


class Reading:
    """The day, read from its files and lived in the plainest way. A wallet is one number here: who
    paid for what does not show in the expected figures."""

    def __init__(self, directory):
        self.tenant = json.loads((directory / "tenant.json").read_text())
        self.day = datetime.date.fromisoformat(self.tenant["day"])
        self.prices = {p["code"]: (int(p["price_minor"]), int(p["tax_percent_included"]))
                       for p in rows(directory / "plans.csv")}
        self.wallets = {c["account_no"]: int(c["opening_balance_minor"])
                        for c in rows(directory / "customers.csv")}
        self.services = rows(directory / "services.csv")
        self.of_customer = collections.defaultdict(list)
        for service in self.services:
            service["blocks"] = sorted(filter(None, service["blocked"].split("+")))
            self.of_customer[service["account_no"]].append(service)
        with open(directory / "arrivals.ndjson", encoding="utf-8") as file:
            self.arrivals = [json.loads(line) for line in file]
        self.routers = [row["name"] for row in rows(directory / "routers.csv")]
        self.figures = collections.Counter()
        self.booked, self.accounts = collections.Counter(), collections.Counter()
        self.receipts, self.suspense = {}, {}
        self.charges, self.before_cut = [], []
        for channel, minor in self.tenant["opening_cash_minor"].items():
            self.move("cash:" + channel, minor)
            self.move("opening", minor)
        for minor in self.wallets.values():
            if minor:
                self.move("wallets", minor)
                self.move("opening", -minor)

    def move(self, account, minor):
        self.accounts[account] += minor

    def due(self, service):
        return (service["renews_on"], [int(n) for n in re.findall(r"\d+", service["service_no"])])

    def charge(self, service, day):
        price, tax = self.prices[service["plan"]]
        if self.wallets[service["account_no"]] < price:
            return False
        self.wallets[service["account_no"]] -= price
        net = (2 * price * 100 + 100 + tax) // (2 * (100 + tax))
        until = next_month(day).isoformat()
        self.charges.append({"service_no": service["service_no"], "from": day.isoformat(),
                             "to": until, "net_minor": net, "tax_minor": price - net})
        service["renews_on"] = until
        self.move("wallets", -price)
        self.move("revenue", net)
        if price != net:
            self.move(f"tax:vat{tax}", price - net)
        return True

    def run(self):
        for service in sorted(self.services, key=lambda s: (s["account_no"], *self.due(s))):
            if service["blocks"] or service["renews_on"] > self.tenant["day"]:
                continue
            if self.charge(service, self.day):
                self.figures["renewed_at_run"] += 1
            else:
                service["blocks"] = ["unpaid"]
                service["cut_by_run"] = True
                self.figures["cut_at_run"] += 1

    def arrive(self, arrival):
        at = instant(arrival["at"])
        if arrival["kind"] == "desk_entry":
            self.figures["desk_entries"] += 1
            told = {"channel": arrival["channel"], "minor": arrival["amount_minor"],
                    "customer": arrival["account_no"], "happened": at, "typed": True}
            return self.tell(arrival["receipt"], told, at)
        self.figures["callbacks"] += 1
        raw = json.loads(arrival["raw"])
        if raw["BusinessShortCode"] not in self.tenant["mpesa_shortcodes"]:
            self.figures["foreign"] += 1
            return None
        reference = normal(raw["BillRefNumber"])
        happened = datetime.datetime.strptime(raw["TransTime"], "%Y%m%d%H%M%S") - ZONE
        told = {"channel": "mpesa:" + raw["BusinessShortCode"], "minor": cents(raw["TransAmount"]),
                "customer": reference if reference in self.wallets else None, "typed": False,
                "reference": reference, "happened": happened}
        return self.tell(raw["TransID"], told, at)

    def tell(self, receipt, told, at):
        key = (told["channel"].split(":")[0], receipt)
        stands = self.receipts.get(key)
        if stands is None:
            self.receipts[key] = told
            self.figures["accepted"] += 1
            return self.post(receipt, told, at)
        if stands["typed"] or told["typed"]:
            same = all(stands[f] == told[f] for f in ("channel", "minor", "customer"))
            confirms = stands["typed"] and not told["typed"]
            outcome = ("confirmed" if confirms else "duplicates") if same else "conflicts"
            if same and confirms:
                self.receipts[key] = told
        else:
            outcome = "duplicates" if stands == told else "conflicts"
        self.figures[outcome] += 1
        return None

    def post(self, receipt, told, at):
        day = (told["happened"] + ZONE).date()
        closed = instant(self.tenant["close_previous_day_at"]) <= at
        self.booked[max(day, self.day).isoformat() if closed else day.isoformat()] += 1
        self.move("cash:" + told["channel"], told["minor"])
        if told["customer"] is None:
            self.suspense[receipt] = told["minor"]
            self.move("suspense:mpesa", told["minor"])
            return
        self.wallets[told["customer"]] += told["minor"]
        self.move("wallets", told["minor"])
        run_at = instant(self.tenant["renewal_run_at"])
        for service in sorted(self.of_customer[told["customer"]], key=self.due):
            if service["blocks"] != ["unpaid"]:
                continue
            paid_for = service["renews_on"] > self.tenant["day"]
            if not paid_for and not self.charge(service, (at + ZONE).date()):
                continue
            service["blocks"] = []
            self.figures["reconnected_by_payment"] += 1
            if service.get("cut_by_run") and told["happened"] < run_at:
                minutes = int((at - run_at).total_seconds() // 60)
                self.before_cut.append({"service_no": service["service_no"], "minutes": minutes})

    def expected(self):
        ran = False
        for arrival in self.arrivals:
            if not ran and arrival["at"] >= self.tenant["renewal_run_at"]:
                ran = True
                self.run()
            self.arrive(arrival)
        self.run()  # And once more, at the end of the day: it may be sent any number of times.
        names = ["callbacks", "desk_entries", "accepted", "duplicates", "conflicts", "confirmed",
                 "foreign", "renewed_at_run", "cut_at_run", "reconnected_by_payment"]
        routers = {name: {"enabled": 0, "disabled": 0} for name in self.routers}
        for service in self.services:
            routers[service["router"]]["disabled" if service["blocks"] else "enabled"] += 1
        return {name: self.figures[name] for name in names} | {
            "suspense": {"count": len(self.suspense), "minor": sum(self.suspense.values()),
                         "receipts": sorted(self.suspense)},
            "paid_before_cut": sorted(self.before_cut, key=lambda row: row["service_no"]),
            "charges": sorted(self.charges, key=lambda row: row["service_no"]),
            "payments_booked_on": dict(self.booked),
            "accounts_minor": dict(self.accounts),
            "wallets_minor": self.wallets,
            "routers": routers,
            "suspended": {s["service_no"]: s["blocks"] for s in self.services if s["blocks"]},
            "renews_on": {s["service_no"]: s["renews_on"] for s in self.services}}


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("directory")
    words.add_argument("customers", type=int)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--arrivals", type=int, help="as many as customers by default")
    words.add_argument("--routers", type=int, default=5)
    given = words.parse_args()
    make(given.directory, given.customers, given.seed, given.arrivals, given.routers)

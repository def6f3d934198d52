"""Reports computed again from the exported facts alone, in the plainest Python."""

import calendar
import datetime
import pathlib
import sys
import zoneinfo
from collections import defaultdict

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "verify"))
import verify  # noqa: E402

EPOCH = datetime.date(1970, 1, 1)
MONTHS_OF = {"day": (12, 365), "week": (84, 365), "month": (1, 1), "quarter": (3, 1),
             "year": (12, 1)}  # A price of one is so many of a month: numerator second.


class Facts(verify.Verifier):
    def __init__(self):
        self.all = []

    def take_in(self, digest, tenant, payload, kind, booked_day):
        super().take_in(digest, tenant, payload, kind, booked_day)
        self.all.append({"seq": self.seq, "tenant": tenant, "type": kind.decode(),
                         "payload": payload,
                         "booked_on": EPOCH + datetime.timedelta(booked_day)})


def facts_of(node, tenant):
    """The tenant's facts, from a verified export."""
    export = node.directory / "facts.tbx"
    export.unlink(missing_ok=True)
    node.run("export", "-o", export)
    facts = Facts()
    with export.open("rb") as file:
        facts.run(file, [])
    return [fact for fact in facts.all if fact["tenant"] == tenant]


def half_up(numerator, denominator):
    return (2 * numerator + denominator) // (2 * denominator)


class Reading:
    """All that was known at a seq."""

    def __init__(self, facts, effective, zone, known=None):
        self.facts = [f for f in facts if known is None or f["seq"] <= known]
        self.effective, self.zone = effective, zoneinfo.ZoneInfo(zone)

    def postings(self, first=None, last=None):
        for fact in self.facts:
            if (first is None or fact["booked_on"] >= first) and \
                    (last is None or fact["booked_on"] <= last):
                for leg, posting in enumerate(fact["payload"].get("postings", [])):
                    yield fact, leg, posting["account"], posting["minor"]

    def ledger(self, account=None, first=None, last=None):
        """(account, day, seq, leg, amount, balance) in the order of the general ledger."""
        lines, balances = [], defaultdict(int)
        for fact, leg, name, minor in sorted(
                self.postings(), key=lambda p: (p[2], p[0]["booked_on"], p[0]["seq"], p[1])):
            balances[name] += minor
            if (account in (None, name) and (first is None or fact["booked_on"] >= first)
                    and (last is None or fact["booked_on"] <= last)):
                lines.append((name, fact["booked_on"], fact["seq"], leg, minor, balances[name]))
        return lines

    def months(self):
        """What each account moved by in each month."""
        moved = defaultdict(int)
        for fact, _, name, minor in self.postings():
            moved[name, f"{fact['booked_on']:%Y-%m}"] += minor
        return {key: minor for key, minor in moved.items() if minor}

    def aging(self, as_of):
        """Of each customer in debt, the debts by age: 0-30, 31-60, 61-90, more days."""
        wallets = {}
        for fact, leg, name, minor in sorted(
                self.postings(last=as_of), key=lambda p: (p[0]["booked_on"], p[0]["seq"], p[1])):
            if not name.startswith("wallet:"):
                continue
            wallet = wallets.setdefault(name[7:], {"money": 0, "debts": []})
            if minor > 0:
                covered = min(wallet["money"], minor)
                wallet["money"] -= covered
                if minor > covered:
                    wallet["debts"].append([fact["booked_on"], minor - covered])
                continue
            left = -minor
            while left and wallet["debts"]:
                repaid = min(left, wallet["debts"][0][1])
                left -= repaid
                wallet["debts"][0][1] -= repaid
                if not wallet["debts"][0][1]:
                    wallet["debts"].pop(0)
            wallet["money"] += left
        report = {}
        for customer, wallet in wallets.items():
            if wallet["debts"]:
                buckets = [0, 0, 0, 0]
                for day, minor in wallet["debts"]:
                    age = (as_of - day).days
                    buckets[0 if age <= 30 else 1 if age <= 60 else 2 if age <= 90 else 3] += minor
                report[customer] = (min(day for day, _ in wallet["debts"]), buckets)
        return report

    def lines(self, first=None, last=None):
        for fact in self.facts:
            if fact["type"] == "wallet_charged" and (first is None or fact["booked_on"] >= first) \
                    and (last is None or fact["booked_on"] <= last):
                for line in fact["payload"]["lines"]:
                    yield fact["payload"]["charge"], line

    def deferred(self, as_of):
        """Of each plan: net, what its days up to as_of earned, what is left."""
        report = defaultdict(lambda: [0, 0, 0])
        for _, line in self.lines(last=as_of):
            if "service_from" not in line or "service_to" not in line:
                continue
            start = datetime.date.fromisoformat(line["service_from"])
            end = datetime.date.fromisoformat(line["service_to"])
            days = [start + datetime.timedelta(i) for i in range((end - start).days)]
            if not days or days[-1] <= as_of:
                continue
            shares = [line["net"] // len(days)] * len(days)
            for i in range(line["net"] - sum(shares)):
                shares[i] += 1
            earned = sum(share for day, share in zip(days, shares) if day <= as_of)
            for i, minor in enumerate((line["net"], earned, line["net"] - earned)):
                report[line.get("plan", "")][i] += minor
        return dict(report)

    def revenue(self, first=None, last=None):
        """Of each plan and component: charges, net, tax."""
        report = defaultdict(lambda: [set(), 0, 0])
        for charge, line in self.lines(first, last):
            row = report[line.get("plan", ""), line["component"]]
            row[0].add(charge)
            row[1] += line["net"]
            row[2] += line["tax"]
        return {key: (len(charges), net, tax) for key, (charges, net, tax) in report.items()}

    def tax(self, first=None, last=None):
        """Of each code and rate: net, each once; what it was charged on; tax."""
        report = defaultdict(lambda: [0, 0, 0])
        for charge, line in self.lines(first, last):
            for place, (code, rate, minor) in enumerate(self.taxes_of(charge, line)):
                row = report[code, rate]
                row[0] += 0 if place else line["net"]
                row[1] += line["net"]
                row[2] += minor
        return {key: tuple(row) for key, row in report.items()}

    def taxes_of(self, charge, line):
        if "taxes" in line:
            return [(t["code"], t["rate_ppm"], t["minor"]) for t in line["taxes"]] or [("", 0, 0)]
        plan = self.plans().get((line.get("plan"), line.get("plan_version")), {})
        code = line.get("tax_code", "")
        is_told = charge.startswith("manual#") or not code or plan.get("tax_code") != code
        return [(code, 0 if is_told else plan["tax_percent"] * 10_000, line["tax"])]

    def plans(self):
        return {(fact["payload"]["plan"], fact["payload"]["version"]): fact["payload"]
                for fact in self.facts if fact["type"] == "plan_defined"}

    def net_of(self, plan, day):
        """The plan's price without the taxes of that day."""
        versions = [fact["payload"] for fact in self.facts if fact["type"] == "tax_defined"
                    and fact["payload"]["tax"] == plan["tax_code"]
                    and fact["payload"]["valid_from"] <= day.isoformat()]
        if not versions:
            return half_up(plan["price_minor"] * 100, 100 + plan["tax_percent"])
        rates = max(versions, key=lambda version: version["valid_from"])["rates"]
        simple = sum(rate["rate_ppm"] for rate in rates if not rate["compound"])
        taxes = sum(rate["rate_ppm"] * (10**6 + (simple if rate["compound"] else 0))
                    for rate in rates)
        return half_up(plan["price_minor"] * 10**12, 10**12 + taxes)

    def recurring(self, day):
        """Each service that recurs at the end of a day: its monthly net price and its customer."""
        end = datetime.datetime.combine(
            day + datetime.timedelta(1), datetime.time(), self.zone)
        plans, services = {}, {}
        for fact in self.facts:
            body = fact["payload"]
            if fact["type"] == "plan_defined":
                plans[body["plan"], body["version"]] = body
            elif fact["type"] == "service_added" and self.effective[fact["seq"]] < end:
                began = self.effective[fact["seq"]].astimezone(self.zone).date()
                plan = plans[body["plan"], body["plan_version"]]
                trial = plan.get("trial_days", 0)
                renews = datetime.date.fromisoformat(body["renews_on"])
                services[body["service"]] = {
                    "customer": body["customer"], "plan": plan, "blocks": body["blocks"],
                    "tried": trial and renews == began + datetime.timedelta(trial)}
            elif fact["type"] in ("service_suspended", "service_reinstated") \
                    and self.effective[fact["seq"]] < end:
                services[body["service"]]["blocks"] = body["blocks"]
            elif fact["type"] == "service_renewed" and self.effective[fact["seq"]] < end:
                services[body["service"]]["tried"] = False
        report = {}
        for name, service in services.items():
            if service["blocks"] or service["tried"]:
                continue
            plan = service["plan"]
            net = self.net_of(plan, day)
            divisor, factor = MONTHS_OF[plan["period"]]
            report[name] = (half_up(net * factor, divisor * plan.get("period_count", 1)),
                            service["customer"], plan["plan"])
        return report

    def movement(self, first, last, days):
        """What became of it; what recurred before is looked up at the end of each of `days`."""
        before, after = self.recurring(first - datetime.timedelta(1)), self.recurring(last)
        ever = {name for day in days if day < first for name in self.recurring(day)}
        report = {name: [0, 0] for name in (
            "opening", "new", "reactivated", "expansion", "contraction", "churned", "closing")}

        def count(name, minor):
            report[name][0] += 1
            report[name][1] += minor

        for name, (minor, *_) in before.items():
            count("opening", minor)
            if name not in after:
                count("churned", -minor)
        for name, (minor, *_) in after.items():
            count("closing", minor)
            if name not in before:
                count("reactivated" if name in ever else "new", minor)
            elif minor != before[name][0]:
                count("expansion" if minor > before[name][0] else "contraction",
                      minor - before[name][0])
        return report


def month_ends(first, last):
    day = first
    while day <= last:
        day = day.replace(day=calendar.monthrange(day.year, day.month)[1])
        yield day
        day += datetime.timedelta(1)

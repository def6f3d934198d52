#!/usr/bin/env python3
"""An independent, naive model of the book: what the facts mean, in the plainest Python.

    model.py FACTS.ndjson > BOOK.json

Reads one exported fact per line ({"seq", "tenant", "type", "command", "causation", "booked_on",
"effective_at", "payload"}) and tells wallets, services, payments, accounts and booking days.
Written from the schemas and the rules of the day alone, not from the C++ code. Money is recomputed
from the business fields, and the stored postings are held against it.
"""
import calendar
import datetime
import json
import sys
from collections import defaultdict

from addons import FOR_SERVICES, Addons, kind_of
from currencies import Currencies
from dunning import Dunning
from entities import Entities
from invoices import Invoices
from relations import Relations
from tariffs import Tariffs
from terms import ModelFault as Fault  # noqa: F401: the tests know it by this name.
from terms import Terms, Wallet, days_between, expect, half_up, taxes_of
from topups import TopUps
from wallet_taxes import WalletTaxes, span_of


def without_zeros(amounts):
    return {name: minor for name, minor in amounts.items() if minor}


MONTHS = {"month": 1, "quarter": 3, "year": 12}
DAYS = {"day": 1, "week": 7}


def end_of_period(start, plan, anchor):
    count = plan.get("period_count", 1)
    if plan["period"] in DAYS:
        return start + datetime.timedelta(days=count * DAYS[plan["period"]])
    year, month = start.year, start.month
    for _ in range(count * MONTHS[plan["period"]]):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return datetime.date(year, month, min(anchor, calendar.monthrange(year, month)[1]))


def days_of_period(end, plan, anchor):
    """The days of the whole period that ends there."""
    count = plan.get("period_count", 1)
    if plan["period"] in DAYS:
        return count * DAYS[plan["period"]]
    year, month = end.year, end.month
    for _ in range(count * MONTHS[plan["period"]]):
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    start = datetime.date(year, month, min(anchor, calendar.monthrange(year, month)[1]))
    return (end - start).days


class Payment:
    def __init__(self, channel):
        self.channel = channel
        self.suspended = 0
        self.parts = []  # {customer, lot, standing}
        self.uses = []  # [charge, lot, minor]
        self.repaid = defaultdict(int)  # Of whose debt, with what invoices were released of.


class Model(Terms, Addons, Currencies, Dunning, Entities, Invoices, Relations, Tariffs, TopUps,
            WalletTaxes):
    def __init__(self):
        Addons.__init__(self)
        Currencies.__init__(self)
        Dunning.__init__(self)
        Entities.__init__(self)
        Invoices.__init__(self)
        Relations.__init__(self)
        Tariffs.__init__(self)
        TopUps.__init__(self)
        self.seq = 0
        self.rolling = True
        self.plans = {}
        self.wallets = {}
        self.services = {}
        self.payments = {}
        self.charges = {}
        self.refunds = {}
        self.accounts = defaultdict(int)
        self.booked = defaultdict(lambda: {"count": 0, "minor": 0})
        self.moved = defaultdict(int)  # Of the fact at hand: (account, currency) -> debit.

    def take(self, fact):
        expect(fact["seq"] == self.seq + 1, "seq {} after {}", fact["seq"], self.seq)
        self.seq = fact["seq"]
        self.moved = defaultdict(int)
        if fact["index"] == 0:
            self.dunned_as.clear()
        self.note_entities(fact["type"], fact["payload"])
        self.note_currencies(fact["type"], fact["payload"])
        self.note_run(fact)
        getattr(self, "on_" + fact["type"], lambda *_: None)(fact["payload"], fact)
        self.post(fact)
        self.watch_wallets()

    def post(self, fact):
        stored = defaultdict(int)
        for leg in fact["payload"].get("postings", []):
            stored[leg.get("entity", self.own), leg["account"], leg["currency"]] += leg["minor"]
        moved = without_zeros(self.in_currencies(fact))
        ours = without_zeros(self.placed(moved, fact["payload"]))
        expect(ours == without_zeros(stored), "{}: posted {}, not {}", fact["type"], stored, ours)
        self.check_dues(ours)
        sums = defaultdict(int)
        for (entity, _, currency), minor in ours.items():
            sums[entity, currency] += minor
        expect(not any(sums.values()), "{}: off by {}", fact["type"], dict(sums))
        if ours:
            self.check_day(ours, fact)
        for (_, account, currency), minor in ours.items():
            other = currency != self.own_currency
            self.accounts[account + " " + currency if other else account] += minor

    end_of_period = staticmethod(end_of_period)

    @staticmethod
    def days_of_period(end, plan, anchor):
        return days_of_period(datetime.date.fromisoformat(end), plan, anchor)

    @staticmethod
    def today(fact):
        """The civil day in Nairobi, where the tests live."""
        at = datetime.datetime.fromisoformat(fact["effective_at"].replace("Z", "+00:00"))
        return (at + datetime.timedelta(hours=3)).date().isoformat()

    def debit(self, account, minor, currency=None):
        """In the currency of the event, unless it is said."""
        self.moved[account, currency] += minor

    def credit(self, account, minor):
        self.debit(account, -minor)

    def on_tenant_opened(self, e, _):
        self.rolling = e["policies"]["renewal_anchor"] == "rolling"

    def on_plan_defined(self, e, _):
        self.plans[e["plan"], e["version"]] = e

    def on_customer_registered(self, e, _):
        expect(e["customer"] not in self.wallets, "{} twice", e["customer"])
        self.wallets[e["customer"]] = Wallet()

    def on_service_added(self, e, _):
        plan = self.plan_for(e["customer"], e["plan"], e["plan_version"])
        expect(kind_of(plan) in FOR_SERVICES, "{} on {}", e["service"], e["plan"])
        fee = e.get("setup_minor", plan.get("setup_minor"))
        expect(fee == plan.get("setup_minor"), "{}: set-up", e["service"])
        self.services[e["service"]] = dict(e, blocks=set(e["blocks"]))

    def on_service_suspended(self, e, _):
        blocks = self.services[e["service"]]["blocks"]
        expect(e["reason"] not in blocks, "{}: {} holds", e["service"], e["reason"])
        expect(blocks | {e["reason"]} == set(e["blocks"]), "{}: blocks", e["service"])
        blocks.add(e["reason"])

    def on_service_reinstated(self, e, _):
        blocks = self.services[e["service"]]["blocks"]
        expect(e["reason"] in blocks, "{}: {} does not hold", e["service"], e["reason"])
        expect(blocks - {e["reason"]} == set(e["blocks"]), "{}: blocks", e["service"])
        blocks.remove(e["reason"])

    def on_service_renewed(self, e, fact):
        service = self.services[e["service"]]
        expect(service.get("anew") or not self.fees.get(e["service"]), "{}: fees", e["service"])
        start = datetime.date.fromisoformat(e["from"])
        expect(e["charge"] in self.charges, "{} renewed without a charge", e["service"])
        plan = self.plans[service["plan"], service["plan_version"]]
        if service.pop("anew", None):
            until = end_of_period(start, plan, start.day)  # With another plan.
        elif service["renews_on"] > self.today(fact):
            expect(False, "{} was not due", e["service"])
        elif self.rolling:
            starts = {self.today(fact)}
            if "promised" in service:
                starts.add(service["renews_on"])
            if self.dunning_policy(service):
                starts = {service["renews_on"]}
            expect(e["from"] in starts, "{} from {}", e["service"], e["from"])
            until = end_of_period(start, plan, start.day)
        else:
            expect(e["from"] >= service["renews_on"], "{} again {}", e["service"], e["from"])
            until = end_of_period(start, plan, service["anchor_day"])
        expect(e["to"] == until.isoformat(), "{} until {}", e["service"], e["to"])
        service.pop("promised", None)
        self.dunned_as.pop(e["service"], None)
        service.pop("was", None)
        self.check_changes(service, e["service"], e["from"])
        service["renews_on"] = e["to"]
        service.pop("setup_minor", None)

    def on_payment_received(self, e, fact):
        expect(e["payment"] not in self.payments, "{} counted twice", e["payment"])
        payment = self.payments[e["payment"]] = Payment(e["channel"])
        self.booked[fact["booked_on"]]["count"] += 1
        self.booked[fact["booked_on"]]["minor"] += e["minor"]
        self.debit("cash:" + e["channel"], e["minor"])
        if "customer" in e:
            self.put_part(payment, dict(e, lot=e["payment"]))
        else:
            payment.suspended = e["minor"]
            self.credit(self.suspense(payment), e["minor"])

    @staticmethod
    def suspense(payment):
        return "suspense:" + payment.channel.split(":")[0]

    def put_part(self, payment, part):
        repaid = self.wallets[part["customer"]].put(part["lot"], part["minor"])
        expect(repaid == part["debt_repaid"], "{}: repaid {}", part["lot"], repaid)
        expect(all(p["lot"] != part["lot"] for p in payment.parts), "lot {} twice", part["lot"])
        payment.parts.append(dict(part, standing=part["minor"]))
        self.credit("wallet:" + part["customer"], part["minor"])

    def on_suspense_assigned(self, e, _):
        payment = self.payments[e["payment"]]
        moved = sum(part["minor"] for part in e["parts"])
        payment.suspended -= moved
        expect(payment.suspended == e["remaining"] >= 0, "{}: remaining", e["payment"])
        self.debit(self.suspense(payment), moved)
        for part in e["parts"]:
            self.put_part(payment, part)

    def on_payment_reversed(self, e, _):
        payment = self.payments[e["payment"]]
        expect(e["from_suspense"] == min(e["minor"], payment.suspended), "suspense goes first")
        payment.suspended -= e["from_suspense"]
        if e["from_suspense"]:
            self.debit(self.suspense(payment), e["from_suspense"])
        for debit in e["debits"]:
            self.take_part(payment, debit)
        self.credit("cash:" + payment.channel, e["minor"])

    def on_payment_moved(self, e, _):
        payment = self.payments[e["payment"]]
        self.take_part(payment, e["debit"])
        self.put_part(payment, e["credit"])

    def take_part(self, payment, debit):
        """Back out of a wallet: its own lot first; what the lot had paid for is unwound."""
        mine = [p for p in payment.parts if p["customer"] == debit["customer"] and p["standing"]]
        expect(mine and mine[0]["standing"] >= debit["minor"], "{} does not stand", debit)
        part = mine[0]
        part["standing"] -= debit["minor"]
        taken, debt = self.wallets[debit["customer"]].spend(debit["minor"], first=part["lot"])
        expect(taken == debit["lots"], "took {} instead of {}", debit["lots"], taken)
        expect(debt == debit["overdrawn"], "overdrawn {} instead of {}", debit["overdrawn"], debt)
        own = sum(t["minor"] for t in taken if t["lot"] == part["lot"])
        # Invoices that it had paid were released before, and are owed again.
        expect(not any(u["charge"].startswith("invoice#") for u in debit["unwound"]), "{}", debit)
        repaid = payment.repaid.pop(debit["customer"], 0)
        unwound = self.unwind(payment, part["lot"], debit["minor"] - own - repaid)
        expect(unwound == debit["unwound"], "unwound {}, not {}", debit["unwound"], unwound)
        self.debit("wallet:" + debit["customer"], debit["minor"])

    @staticmethod
    def unwind(payment, lot, minor):
        unwound = []
        for use in reversed(payment.uses):
            charged = use[1] == lot and not use[0].startswith("invoice#")
            part = min(use[2], minor) if charged else 0
            if part:
                use[2] -= part
                minor -= part
                unwound.append({"charge": use[0], "minor": part})
        payment.uses = [use for use in payment.uses if use[2]]
        return unwound

    def on_opening_balances_posted(self, e, _):
        for opening in e["wallets"]:
            wallet, minor = self.wallets[opening["customer"]], opening["minor"]
            wallet.put(opening["lot"], minor) if minor > 0 else wallet.spend(-minor)
            self.credit("wallet:" + opening["customer"], opening["minor"])
        for opening in e["cash"]:
            currency = self.check_opening(opening)
            self.debit("cash:" + opening["channel"], opening["minor"], currency)

    def on_wallet_charged(self, e, fact):
        self.charged_on = self.today(fact)
        expect(e["charge"] not in self.charges, "{} charged twice", e["charge"])
        self.charges[e["charge"]] = {"minor": e["minor"], "credited": 0, "credits": 0}
        self.note_period(self.charges[e["charge"]], e)
        wallet = self.wallets[e["customer"]]
        is_anew = self.is_charged_anew(e)
        if not is_anew and not e["charge"].startswith("manual#"):  # A hold may have covered that.
            expect(wallet.free() + wallet.limit >= e["minor"], "{} is not covered", e["charge"])
        taken, debt = wallet.spend(e["minor"])
        expect(debt == e.get("overdrawn", 0), "{} overdraws by {}", e["charge"], debt)
        expect(taken == e["lots"], "{} took {} instead of {}", e["charge"], e["lots"], taken)
        for part in taken:
            payment = self.payments.get(part["lot"].split("#")[0])
            if payment:
                payment.uses.append([e["charge"], part["lot"], part["minor"]])
        self.debit("wallet:" + e["customer"], e["minor"])
        self.pay_late_fee(e)
        if is_anew:
            self.check_tariff(e)
        elif e["charge"].startswith("sale#"):
            self.sell(e, e["minor"])
        elif "~" in e["charge"]:
            self.check_addon_days(e)
        elif e["lines"][0]["component"] == "period":
            self.check_prices(e)
        for line in e["lines"]:
            self.credit("revenue:" + line["plan"] if "plan" in line else "fee", line["net"])
            for account, minor in taxes_of(line):
                self.credit(account, minor)

    def check_prices(self, e):
        service = self.services[e["service"]]
        plan = self.plan_for(e["customer"], service["plan"], service["plan_version"])
        prices = [("period", plan, plan["price_minor"])]
        start, end = span_of(e["lines"])
        is_renewal = end != service["renews_on"] or service.get("anew")
        if is_renewal:
            service["whole"] = days_between(start, end)
        else:  # Another plan for days that were paid for: add-ons stay as they are.
            whole = service["whole"]
            if not self.rolling:
                whole = self.days_of_period(end, plan, service["anchor_day"])
            days = min(days_between(start, end), whole)
            prices = [("period", plan, half_up(plan["price_minor"] * days, whole))]
        if "setup_minor" in service:
            prices.append(("setup", plan, service["setup_minor"]))
        if is_renewal:
            prices += self.addon_prices(e["service"])
        self.check_lines(e, prices)

    def told(self):
        payments = {}
        for name, payment in self.payments.items():
            standing = defaultdict(int)
            for part in payment.parts:
                standing[part["customer"]] += part["standing"]
            parts = without_zeros(standing)
            payments[name] = {"suspended": payment.suspended, "standing": parts}
        return {
            "wallets": {c: {"lots": w.lots, "overdrawn": w.debt} for c, w in self.wallets.items()},
            "services": {
                name: {
                    "blocks": sorted(s["blocks"]),
                    "renews_on": s["renews_on"],
                    "addons": self.told_addons(name),
                }
                for name, s in self.services.items()
            },
            "payments": payments,
            "invoices": self.told_invoices(),
            "accounts": without_zeros(self.accounts),
            "booked_on": dict(self.booked),
        }


def book_of(lines):
    model = Model()
    for line in lines:
        model.take(json.loads(line))
    return model.told()


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as facts:
        print(json.dumps(book_of(facts)))

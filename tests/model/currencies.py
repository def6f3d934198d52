"""Currencies of the model: each customer has one for ever, the tenant's unless it is said.

The rules: all legs and fields of what is about a customer are in its currency; M-Pesa and suspense
hold the tenant's; money never becomes another currency's. What a plan costs a customer is its price
in the customer's currency, and nobody is on a plan that has none. What a run took is told for each
currency by itself.
"""
from terms import expect

OF_CUSTOMERS = ("wallet", "receivable", "deposit", "refund_payable")
OF_TENANT = ("tenant_opened", "plan_defined", "opening_balances_posted",
             "billing_run_finished", "billing_run_interrupted")
TOLD_APART = ("customer_registered", "entities_settled")  # Only when it is another one.


class Currencies:
    def __init__(self):
        self.own_currency = None
        self.currencies = {}  # customer -> its own
        self.opened = set()  # (channel, currency) that opened
        self.runs = {}  # run -> {currency: [charged, invoiced]}, while it is under way

    def note_currencies(self, kind, e):
        if kind == "tenant_opened":
            self.own_currency = e["currency"]
        elif kind == "customer_registered":
            self.currencies[e["customer"]] = e.get("currency", self.own_currency)
        elif kind == "plan_defined":
            priced = [e["currency"]] + [price["currency"] for price in e.get("prices", [])]
            expect(len(priced) == len(set(priced)), "{}: priced twice", e["plan"])
        if kind in TOLD_APART:
            expect(e.get("currency") != self.own_currency, "{}: it is the tenant's", kind)
        if kind in OF_TENANT:
            expect(e["currency"] == self.own_currency, "{}: {}", kind, e["currency"])

    def currency_in(self, fact):
        """That of all the legs and fields of an event; opening balances have several."""
        kind, e = fact["type"], fact["payload"]
        if kind == "entities_settled":
            return e.get("currency", self.own_currency)
        customers = {account.partition(":")[2] for account, _ in self.moved
                     if account.partition(":")[0] in OF_CUSTOMERS}
        if kind == "opening_balances_posted":
            return self.own_currency
        if "customer" in e:
            customers.add(e["customer"])
        if kind == "fiscal_transmission_requested":
            customers.add(self.invoices[e["invoice"]]["customer"])
        found = {self.currencies[customer] for customer in customers} or {self.own_currency}
        expect(len(found) == 1, "{}: mixes {}", kind, found)
        return found.pop()

    def in_currencies(self, fact):
        """{(account, currency): debit} of what an event moves: {(account, or none): debit}."""
        if not self.moved and "currency" not in fact["payload"]:
            return {}
        event = self.currency_in(fact)
        if "currency" in fact["payload"] and fact["type"] not in OF_TENANT + TOLD_APART:
            told = fact["payload"]["currency"]
            expect(told == event, "{}: says {} of {}", fact["type"], told, event)
        moved = {}
        for (account, currency), minor in self.moved.items():
            kind, _, part = account.partition(":")
            currency = self.currencies[part] if kind in OF_CUSTOMERS else currency or event
            if account.startswith(("cash:mpesa:", "suspense:")):
                expect(currency == self.own_currency, "{} in {}", account, currency)
            moved[account, currency] = moved.get((account, currency), 0) + minor
        return moved

    def check_opening(self, opening):
        currency = opening.get("currency", self.own_currency)
        expect(opening.get("currency") != self.own_currency, "{}: it is the tenant's", opening)
        expect((opening["channel"], currency) not in self.opened, "{} opens twice", opening)
        self.opened.add((opening["channel"], currency))
        return currency

    def check_same_currency(self, a, b):
        expect(self.currencies[a] == self.currencies[b], "{} and {}: two currencies", a, b)

    def priced(self, plan, customer):
        """The plan with its price and set-up fee for a customer."""
        currency = self.currencies[customer]
        if currency == plan["currency"]:
            return plan
        prices = [p for p in plan.get("prices", []) if p["currency"] == currency]
        expect(len(prices) == 1, "{}: {} prices in {}", plan["plan"], len(prices), currency)
        return {name: it for name, it in plan.items() if name != "setup_minor"} | prices[0]

    def plan_for(self, customer, plan, version):
        return self.priced(self.plans[plan, version], customer)

    def amounts(self, step, customer):
        """What a step of dunning comes to for a customer: its fee, and what has to be owed."""
        currency = self.currencies[customer]
        if currency == self.own_currency:
            return step
        told = [o for o in step.get("others", []) if o["currency"] == currency]
        expect(len(told) < 2, "{}: {} twice", step["step"], currency)
        return told[0] if told else {}

    def note_run(self, fact):
        """What an event that a run caused took."""
        e, cause = fact["payload"], fact.get("causation", "")
        if not cause.startswith("run:") or cause[4:] not in self.runs:
            return
        if fact["type"] == "wallet_charged":
            self.took(cause[4:], e["customer"], [e["minor"], 0])
        if fact["type"] == "period_drafted":
            self.took(cause[4:], e["customer"], [0, sum(line["minor"] for line in e["lines"])])

    def took(self, run, customer, sums):
        sums_of = self.runs[run].setdefault(self.currencies[customer], [0, 0])
        sums_of[:] = [before + more for before, more in zip(sums_of, sums)]

    def on_billing_run_started(self, e, _):
        self.runs[e["run"]] = {}

    def on_billing_run_finished(self, e, _):
        took = {c: sums for c, sums in self.runs.pop(e["run"], {}).items() if any(sums)}
        own = took.pop(self.own_currency, [0, 0])
        told = [e["charged_minor"], e["invoiced_minor"]]
        expect(told == own, "{}: took {} instead of {}", e["run"], told, own)
        others = [{"currency": c, "charged_minor": sums[0], "invoiced_minor": sums[1]}
                  for c, sums in sorted(took.items())]
        expect(e.get("others", []) == others, "{}: took {} in others", e["run"], others)
        expect(e.get("others") != [], "{}: tells of no others", e["run"])

    on_billing_run_interrupted = on_billing_run_finished

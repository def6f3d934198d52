"""Legal entities of the model: to which of them each leg belongs, and what they owe each other.

The rules: what is a customer's stands with the customer's entity, and with it the revenue, the
taxes and the expenses of that event; cash and suspense stand with who had the channel when the
money came; each entity opens against its own `opening`, in each currency by itself. What one pays
another is owed no more in that currency, and never more than what was owed. Books are closed for
one entity or for all; an event is booked on its day, or on the first one that is open to all whom
it touches. No two have equal numbers.
"""
from collections import defaultdict
from datetime import date, timedelta

from terms import expect

OF_CUSTOMERS = ("wallet", "receivable", "deposit", "refund_payable")


class Entities:
    def __init__(self):
        self.own = None
        self.of_customer = {}
        self.of_channel = {}
        self.of_payment = {}
        # By pair and currency: what is due between the two, in both their books.
        self.dues = defaultdict(int)
        self.owed = defaultdict(int)  # (who, to whom, currency), in the books of who owes.
        self.closed = defaultdict(str)  # Entity, or None for all of them -> through that day.
        self.of_number = {}
        self.settled = set()

    def note_entities(self, kind, e):
        if kind == "tenant_opened":
            self.own = e["legal_entity"]
        elif kind == "customer_registered":
            self.of_customer[e["customer"]] = e.get("entity", self.own)
        elif kind == "legal_entity_defined":
            kept = {c: o for c, o in self.of_channel.items() if o != e["entity"]}
            self.of_channel = kept | {c: e["entity"] for c in e["channels"]}
        elif kind == "payment_received":
            self.of_payment[e["payment"]] = self.of_channel.get(e["channel"], self.own)

    def on_period_closed(self, e, _):
        entity = e.get("entity")
        before = max(self.closed[None], self.closed[entity])
        expect(e["through"] > before, "{} closed {} after {}", entity, e["through"], before)
        self.closed[entity] = e["through"]

    def check_day(self, legs, fact):
        """Of an event that moves money."""
        day = self.today(fact)
        for entity in {entity for entity, _, _ in legs} | {None}:
            if day <= self.closed[entity]:
                day = str(date.fromisoformat(self.closed[entity]) + timedelta(days=1))
        if fact["type"] == "opening_balances_posted":
            expect(fact["booked_on"] <= day, "opens on {}", fact["booked_on"])
            for entity in {entity for entity, _, _ in legs} | {None}:
                expect(fact["booked_on"] > self.closed[entity], "{} is closed", entity)
        else:
            expect(fact["booked_on"] == day, "booked on {}, not {}", fact["booked_on"], day)

    def on_entities_settled(self, e, _):
        pair = e["from"], e["to"], e.get("currency", self.own_currency)
        expect(self.owed[pair] - e["minor"] == e["remaining"] >= 0, "{} settled", e["reference"])
        expect(e["minor"] > 0 and e["reference"] not in self.settled, "{} settled", e["reference"])
        self.settled.add(e["reference"])
        self.credit("cash:" + e["from_channel"], e["minor"])
        self.debit("cash:" + e["to_channel"], e["minor"])

    def entity_of(self, account, e):
        kind, _, part = account.partition(":")
        if kind in OF_CUSTOMERS:
            return self.of_customer[part]
        if kind in ("cash", "suspense"):
            if "payment" in e:
                return self.of_payment[e["payment"]]
            return self.of_channel.get(part, self.own)
        return self.of_customer[e["customer"]]

    def placed(self, moved, e):
        """{(entity, account, currency): debit} of what an event moves."""
        placed, sums = defaultdict(int), defaultdict(int)
        for (account, currency), minor in moved.items():
            entity = self.entity_of(account, e)
            placed[entity, account, currency] += minor
            sums[entity, currency] += minor
        if "wallets" in e:
            for (entity, currency), off in sums.items():
                placed[entity, "opening", currency] -= off
            return placed
        cash = [entity for entity, account, _ in placed
                if account.startswith(("cash:", "suspense:"))]
        hub = cash[0] if cash else min((entity for entity, _ in sums), default=None)
        for (entity, currency), off in sums.items():
            if off and entity != hub:
                placed[entity, "due_entity:" + hub, currency] -= off
                placed[hub, "due_entity:" + entity, currency] += off
        return placed

    def check_dues(self, legs):
        for (entity, account, currency), minor in legs.items():
            if account.startswith("due_entity:"):
                other = account.partition(":")[2]
                self.dues[frozenset((entity, other)), currency] += minor
                self.owed[entity, other, currency] -= minor
        expect(not any(self.dues.values()), "dues: {}", dict(self.dues))

    def check_number(self, e, kind):
        """Documents of an entity are counted without gaps."""
        expect(e["entity"] == self.of_customer[e["customer"]], "{}: entity", e["number"])
        holder = self.of_number.setdefault(e["number"], e["entity"])
        expect(holder == e["entity"], "{} is of {} too", e["number"], holder)
        self.numbers[kind, e["entity"]] += 1
        expect(e["number_seq"] == self.numbers[kind, e["entity"]], "{}: a gap", e["number"])

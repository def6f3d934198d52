"""Legal entities of the model: to which of them each leg belongs, and what they owe each other.

The rules: what is a customer's stands with the customer's entity, and with it the revenue, the
taxes and the expenses of that event; cash and suspense stand with who had the channel when the
money came; each entity opens against its own `opening`.
"""
from collections import defaultdict

from terms import expect

OF_CUSTOMERS = ("wallet", "receivable", "deposit", "refund_payable")


class Entities:
    def __init__(self):
        self.own = None
        self.of_customer = {}
        self.of_channel = {}
        self.of_payment = {}
        self.dues = defaultdict(int)  # By pair: what is due between the two, in both their books.

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
        """{(entity, account): debit} of what an event moves: {account: debit}."""
        placed, sums = defaultdict(int), defaultdict(int)
        for account, minor in moved.items():
            if account != "opening":
                entity = self.entity_of(account, e)
                placed[entity, account] += minor
                sums[entity] += minor
        if "opening" in moved or "wallets" in e:
            for entity, off in sums.items():
                placed[entity, "opening"] -= off
            return placed
        cash = [entity for entity, account in placed if account.startswith(("cash:", "suspense:"))]
        hub = cash[0] if cash else min(sums, default=None)
        for entity, off in sums.items():
            if off and entity != hub:
                placed[entity, "due_entity:" + hub] -= off
                placed[hub, "due_entity:" + entity] += off
        return placed

    def check_dues(self, legs):
        for (entity, account), minor in legs.items():
            if account.startswith("due_entity:"):
                pair = frozenset((entity, account.partition(":")[2]))
                self.dues[pair] += minor
        expect(not any(self.dues.values()), "dues: {}", dict(self.dues))

    def check_number(self, e, kind):
        """Documents of an entity are counted without gaps."""
        expect(e["entity"] == self.of_customer[e["customer"]], "{}: entity", e["number"])
        self.numbers[kind, e["entity"]] += 1
        expect(e["number_seq"] == self.numbers[kind, e["entity"]], "{}: a gap", e["number"])

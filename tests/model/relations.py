"""The part of the model that tells equipment deposits, and customers that turn out to be one."""
from terms import NEVER, expect


class Relations:
    """What the model (model.py) adds these to has wallets, services, invoices, debit and credit."""

    def __init__(self):
        self.deposits = {}  # name -> [account, what is left]
        self.merged = {}  # customer -> into

    def owner(self, customer):
        while customer in self.merged:
            customer = self.merged[customer]
        return customer

    def on_deposit_taken(self, e, _):
        expect(e["deposit"] not in self.deposits, "{} twice", e["deposit"])
        wallet = self.wallets[e["customer"]]
        expect(wallet.free() >= e["minor"], "{}: not covered", e["deposit"])
        self.spend_paid(wallet, "deposit#" + e["deposit"], e)
        account = "deposit:" + e["customer"]
        self.deposits[e["deposit"]] = [account, e["minor"]]
        self.debit("wallet:" + e["customer"], e["minor"])
        self.credit(account, e["minor"])

    def part(self, e):
        deposit = self.deposits[e["deposit"]]
        deposit[1] -= e["minor"]
        expect(deposit[1] == e["remaining"] >= 0, "{}: remaining", e["deposit"])
        self.debit(deposit[0], e["minor"])
        return deposit[0].split(":", 1)[1]

    def on_deposit_returned(self, e, _):
        expect(e["customer"] == self.owner(self.part(e)), "{}: to another", e["deposit"])
        repaid = self.wallets[e["customer"]].put(e["lot"], e["minor"])
        expect(repaid == e["debt_repaid"], "{}: repaid {}", e["deposit"], repaid)
        self.credit("wallet:" + e["customer"], e["minor"])

    def on_deposit_kept(self, e, _):
        self.part(e)
        self.credit("fee", e["minor"])

    def on_service_moved(self, e, _):
        service = self.services[e["service"]]
        expect(service["customer"] == e["from"], "{}: of another", e["service"])
        self.check_same_currency(e["from"], e["to"])
        service["customer"] = e["to"]

    def on_invoice_moved(self, e, _):
        invoice = self.invoices[e["invoice"]]
        expect(invoice["customer"] == e["from"], "{}: of another", e["invoice"])
        expect(invoice["open"] == e["minor"] > 0, "{}: open", e["invoice"])
        invoice["customer"] = e["to"]
        self.debit("receivable:" + e["to"], e["minor"])
        self.credit("receivable:" + e["from"], e["minor"])

    def on_debt_moved(self, e, _):
        giver = self.wallets[e["from"]]
        expect(giver.debt == e["minor"] > 0, "{}: owes {}", e["from"], giver.debt)
        giver.debt = 0
        taken, debt = self.wallets[e["to"]].spend(e["minor"])
        told = (e["debit"]["lots"], e["debit"]["overdrawn"])
        expect((taken, debt) == told, "{}: took {}", e["to"], taken)
        self.debit("wallet:" + e["to"], e["minor"])
        self.credit("wallet:" + e["from"], e["minor"])

    def on_credit_moved(self, e, _):
        giver, taker = self.wallets[e["from"]], self.wallets[e["to"]]
        expect(giver.rank(e["from_lot"]) == (e["priority"], e.get("expires_on", NEVER)), "terms")
        expect([e["from_lot"], e["minor"]] in giver.lots, "{}: not all of it", e["from_lot"])
        giver.lots.remove([e["from_lot"], e["minor"]])
        taker.terms[e["lot"]] = (e["priority"], e.get("expires_on", NEVER))
        repaid = taker.put(e["lot"], e["minor"])
        expect(repaid == e["debt_repaid"], "{}: repaid {}", e["lot"], repaid)
        self.debit("wallet:" + e["from"], e["minor"])
        self.credit("wallet:" + e["to"], e["minor"])

    def on_customer_merged(self, e, _):
        wallet = self.wallets[e["customer"]]
        expect(not wallet.lots and not wallet.debt, "{} has money", e["customer"])
        expect(not any(wallet.holds.values()), "{} has holds", e["customer"])
        owing = [i for i in self.invoices.values() if i["customer"] == e["customer"] and i["open"]]
        expect(not owing, "{} owes", e["customer"])
        self.check_same_currency(e["customer"], e["into"])
        self.merged[e["customer"]] = e["into"]

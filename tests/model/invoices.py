"""The part of the model that tells taxes and invoices: what is owed, and how it was settled."""
from collections import defaultdict
from fractions import Fraction

from terms import day, days_between, expect, half_up

ONE = 1_000_000


def rounded(exact, halves):
    """To the nearest unit; halves up, or to the even neighbour."""
    whole, rest = divmod(exact, 1)
    up = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and (halves == "up" or whole % 2))
    return int(whole) + bool(up)


def factors(rates):
    """What each rate comes to for a net of one."""
    simple = sum(rate["rate_ppm"] for rate in rates if not rate["compound"])
    return [
        Fraction(rate["rate_ppm"], ONE) * (1 + (Fraction(simple, ONE) if rate["compound"] else 0))
        for rate in rates
    ]


def spread(whole, exact):
    """Rounded down each; what is left goes to those that lost most, the first of equals first."""
    parts = [int(x // 1) for x in exact]
    order = sorted(range(len(exact)), key=lambda i: (-(exact[i] % 1), i))
    for i in order[: whole - sum(parts)]:
        parts[i] += 1
    return parts


class Invoices:
    """What the model (model.py) adds these to has plans, wallets, payments, debit and credit."""

    def __init__(self):
        self.taxes = {}  # name -> [(valid_from, rates)]
        self.terms = defaultdict(list)  # entity, or none -> [(valid_from, terms)]
        self.drafts = {}
        self.invoices = {}
        self.numbers = defaultdict(int)  # (kind, entity) -> the last one
        self.certificates = set()
        self.fiscal = {}  # (invoice, credit note) -> its receipt, or none yet
        self.places = defaultdict(int)  # entity -> the last one

    def on_fiscal_transmission_requested(self, e, _):
        document = (e["invoice"], e.get("credit_note"))
        expect(document not in self.fiscal, "{}: told twice", document)
        expect(document[1] is None or (e["invoice"], None) in self.fiscal, "{}: alone", document)
        told = sum(line["net"] + sum(tax["minor"] for tax in line["taxes"]) for line in e["lines"])
        expect(told == e["minor"], "{}: told {}", document, told)
        self.places[e["entity"]] += 1
        expect(e["place"] == self.places[e["entity"]], "{}: place {}", document, e["place"])
        self.fiscal[document] = None

    def on_fiscal_receipt_recorded(self, e, _):
        document = (e["invoice"], e.get("credit_note"))
        expect(self.fiscal[document] is None, "{}: two receipts", document)
        self.fiscal[document] = e["receipt"]

    def on_tax_defined(self, e, _):
        versions = self.taxes.setdefault(e["tax"], [])
        versions[:] = [v for v in versions if v[0] != e["valid_from"]]
        versions.append((e["valid_from"], e["rates"]))
        versions.sort(key=lambda version: version[0])

    def on_invoicing_set(self, e, _):
        held = [t for t in self.terms[e.get("entity")] if t[0] != e["valid_from"]]
        self.terms[e.get("entity")] = held + [(e["valid_from"], e)]

    def on_invoice_drafted(self, e, _):
        expect(e["invoice"] not in self.invoices, "{} was issued", e["invoice"])
        self.drafts[e["invoice"]] = list(e["lines"])

    def on_draft_discarded(self, e, _):
        self.drafts.pop(e["invoice"])

    def on_period_drafted(self, e, _):
        expect(e["charge"] not in self.charges, "{} charged twice", e["charge"])
        self.charges[e["charge"]] = {"minor": 0, "credited": 0, "credits": 0}
        if e["lines"][0]["component"] == "late_fee":
            self.pay_late_fee(dict(e, minor=e["lines"][0]["minor"]))
            self.drafts.setdefault(e["invoice"], []).extend(e["lines"])
            return
        if self.is_drafted_anew(e):
            self.drafts.setdefault(e["invoice"], []).extend(e["lines"])
            return
        service = self.services[e["service"]]
        plan = self.plan_for(e["customer"], service["plan"], service["plan_version"])
        wanted = [plan["price_minor"]]
        if service.get("setup_minor"):
            wanted.append(service["setup_minor"])
        wanted += [price for _, _, price in self.addon_prices(e["service"])]
        expect([line["minor"] for line in e["lines"]] == wanted, "{}: prices", e["charge"])
        first = e["lines"][0]
        service["whole"] = days_between(first["service_from"], first["service_to"])
        self.drafts.setdefault(e["invoice"], []).extend(e["lines"])

    def rates_on(self, line, at):
        found = None
        for valid_from, rates in self.taxes.get(line["tax"], []):
            if valid_from <= at:
                found = rates
        if found is None:
            plan = self.plans[line["plan"], line["plan_version"]]
            rate = plan["tax_percent"] * ONE // 100
            found = [{"code": line["tax"], "rate_ppm": rate, "compound": False}]
        return found

    def pieces(self, line, issued_on):
        """(amount, rates, first day) of each part of a line that one version covers."""
        if "tax" not in line:
            return [(line["minor"], [], line.get("service_from"))]
        if "service_from" not in line:
            return [(line["minor"], self.rates_on(line, issued_on), None)]
        start, end = line["service_from"], line["service_to"]
        changes = {v[0] for v in self.taxes.get(line["tax"], []) if start < v[0] < end}
        days = [start, *sorted(changes), end]
        parts, told = [], 0
        for begin, until in zip(days, days[1:]):
            upto = half_up(line["minor"] * days_between(start, until), days_between(start, end))
            if upto > told:
                parts.append((upto - told, self.rates_on(line, begin), begin))
            told = upto
        return parts

    def taxed(self, lines, e):
        """[(net, [tax ...])] as the terms of the invoice tell."""
        pieces = []
        for line in lines:
            for minor, rates, _ in self.pieces(line, e["issued_on"]):
                group = (line.get("tax"), line.get("tax_included", True), str(rates))
                pieces.append({"minor": minor, "f": factors(rates), "group": group})
        together = e["tax_rounding"] == "invoice"
        groups = {}
        for i, piece in enumerate(pieces):
            groups.setdefault(piece["group"] if together else i, []).append(piece)
        for group in groups.values():
            self.tax_group(group, e["halves"])
        return [(piece["net"], piece["taxes"]) for piece in pieces]

    @staticmethod
    def tax_group(group, halves):
        included, rates = group[0]["group"][1], group[0]["f"]
        whole = sum(piece["minor"] for piece in group)
        if not included:
            columns = []
            for f in rates:
                exact = [piece["minor"] * f for piece in group]
                columns.append(spread(rounded(whole * f, halves), exact))
            for i, piece in enumerate(group):
                piece.update(net=piece["minor"], taxes=[column[i] for column in columns])
            return
        gross = 1 + sum(rates)
        nets = spread(rounded(whole / Fraction(gross), halves),
                      [piece["minor"] / Fraction(gross) for piece in group])
        for piece, net in zip(group, nets):
            left = piece["minor"] - net
            shares = [left * f / sum(rates) for f in rates] if rates else []
            piece.update(net=net, taxes=spread(left, shares))

    def terms_on(self, entity, when):
        held = [terms for valid_from, terms in self.terms[entity] if valid_from <= when]
        return max(held, key=lambda t: t["valid_from"]) if held else None

    def on_invoice_issued(self, e, fact):
        self.check_number(e, "invoice")
        expect(e["issued_on"] == self.today(fact), "{}: issued on another day", e["number"])
        of = e["entity"] if e["entity"] != self.own else None
        terms = self.terms_on(of, e["issued_on"]) or self.terms_on(None, e["issued_on"])
        rounding = (terms["tax_rounding"], terms["halves"]) if terms else ("line", "up")
        expect((e["tax_rounding"], e["halves"]) == rounding, "{}: terms", e["number"])
        told = self.taxed(self.drafts.pop(e["invoice"]), e)
        lines = [(line["net"], [tax["minor"] for tax in line["taxes"]]) for line in e["lines"]]
        expect(told == lines, "{}: {} should be {}", e["number"], lines, told)
        self.debit("receivable:" + e["customer"], e["minor"])
        for line in e["lines"]:
            self.credit("revenue:" + line["plan"] if "plan" in line else "fee", line["net"])
            for tax in line["taxes"]:
                self.credit("tax:" + tax["code"], tax["minor"])
        self.invoices[e["invoice"]] = {
            "customer": e["customer"], "minor": e["minor"], "open": e["minor"], "applied": [],
            "lines": e["lines"], "credited": [0] * len(e["lines"]),
        }

    def owe(self, e, invoice, change):
        row = self.invoices[invoice]
        row["open"] += change
        expect(0 <= row["open"] <= row["minor"], "{}: {} open", invoice, row["open"])
        return row

    def on_funds_applied(self, e, _):
        row = self.owe(e, e["invoice"], -e["minor"])
        expect(row["open"] == e["remaining"], "{}: remaining", e["invoice"])
        wallet = self.wallets[e["customer"]]
        expect(wallet.free() >= e["minor"], "{}: not covered", e["invoice"])
        taken, debt = wallet.spend(e["minor"])
        expect(taken == e["lots"] and not debt, "{}: took {}", e["invoice"], taken)
        self.use(row, "invoice#" + e["invoice"], taken)
        self.debit("wallet:" + e["customer"], e["minor"])
        self.credit("receivable:" + e["customer"], e["minor"])

    def use(self, row, use, lots):
        for lot in lots:
            row["applied"].append([lot["lot"], lot["minor"]])
            payment = self.payments.get(lot["lot"].split("#")[0])
            if payment:
                payment.uses.append([use, lot["lot"], lot["minor"]])

    def unuse(self, row, use, lots):
        """The last applied first."""
        for lot in lots:
            left = lot["minor"]
            for used in reversed(row["applied"]):
                part = min(used[1], left) if used[0] == lot["lot"] else 0
                used[1] -= part
                left -= part
            row["applied"] = [used for used in row["applied"] if used[1]]
            payment = self.payments.get(lot["lot"].split("#")[0])
            left = lot["minor"]
            for entry in payment.uses if payment else []:
                part = min(entry[2], left) if entry[:2] == [use, lot["lot"]] else 0
                entry[2] -= part
                left -= part
            if payment:
                payment.uses = [entry for entry in payment.uses if entry[2]]

    def come_back(self, e, row):
        """Into the lots of the wallet; the overdraft is repaid first."""
        wallet, repaid = self.wallets[e["customer"]], 0
        for lot in e["lots"]:
            owed = min(wallet.debt, lot["minor"])
            wallet.debt -= owed
            repaid += owed
            if lot["minor"] > owed:
                wallet.put_back(lot["lot"], lot["minor"] - owed)
        expect(repaid == e["debt_repaid"], "{}: repaid {}", e["invoice"], repaid)
        self.unuse(row, "invoice#" + e["invoice"], e["lots"])

    def on_funds_released(self, e, _):
        row = self.owe(e, e["invoice"], e["minor"])
        expect(row["open"] == e["remaining"], "{}: remaining", e["invoice"])
        self.come_back(e, row)
        # What of it repaid a debt is not in its lot any more when the payment takes it.
        self.payments[e["payment"]].repaid[e["customer"]] += e["debt_repaid"]
        self.debit("receivable:" + row["customer"], e["minor"])
        self.credit("wallet:" + e["customer"], e["minor"])

    def on_funds_reallocated(self, e, _):
        giver = self.owe(e, e["from"], e["minor"])
        taker = self.owe(e, e["to"], -e["minor"])
        expect(giver["customer"] == taker["customer"], "{}: another customer", e["to"])
        self.unuse(giver, "invoice#" + e["from"], e["lots"])
        self.use(taker, "invoice#" + e["to"], e["lots"])

    def take_back(self, e):
        row = self.owe(e, e["invoice"], -e["offset"])
        for credited in e["lines"]:
            line = row["lines"][credited["line"] - 1]
            back = credited["net"] + sum(tax["minor"] for tax in credited["taxes"])
            row["credited"][credited["line"] - 1] += back
            whole = line["net"] + sum(tax["minor"] for tax in line["taxes"])
            expect(row["credited"][credited["line"] - 1] <= whole, "{}: too much", e["invoice"])
            self.debit("revenue:" + line["plan"] if "plan" in line else "fee", credited["net"])
            for tax in credited["taxes"]:
                self.debit("tax:" + tax["code"], tax["minor"])
        back = sum(lot["minor"] for lot in e["lots"])
        expect(back == e["minor"] - e["offset"], "{}: {} back", e["invoice"], back)
        self.come_back(e, row)
        self.credit("receivable:" + e["customer"], e["offset"])
        self.credit("wallet:" + e["customer"], back)
        return row

    def on_credit_note_issued(self, e, _):
        self.check_number(e, "credit_note")
        self.note_credited_days(e, self.invoices[e["invoice"]]["lines"])
        expect(self.take_back(e)["open"] == e["remaining"], "{}: remaining", e["number"])

    def on_invoice_voided(self, e, _):
        expect(self.take_back(e)["open"] == 0, "{}: still owed", e["invoice"])
        receipt = self.fiscal.pop((e["invoice"], None), None)
        expect(receipt is None, "{}: a device has it", e["invoice"])

    def on_invoice_written_off(self, e, _):
        expect(self.owe(e, e["invoice"], -e["minor"])["open"] == 0, "{}: owed", e["invoice"])
        self.debit("bad_debt", e["minor"])
        self.credit("receivable:" + e["customer"], e["minor"])

    def on_tax_withheld(self, e, _):
        expect(e["certificate"] not in self.certificates, "{} twice", e["certificate"])
        self.certificates.add(e["certificate"])
        row = self.owe(e, e["invoice"], -e["minor"])
        expect(row["open"] == e["remaining"], "{}: remaining", e["invoice"])
        self.debit("withheld:" + e["tax"], e["minor"])
        self.credit("receivable:" + e["customer"], e["minor"])

    def told_invoices(self):
        return {name: row["open"] for name, row in self.invoices.items()}

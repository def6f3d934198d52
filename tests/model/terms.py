"""The part of the model that tells how services go on and what wallets hold back, owe and are
given: change of plan, pauses, ends, holds, grants, transfers, refunds."""
import datetime

NEVER = "9999-12-31"


class ModelFault(Exception):
    """The facts contradict the rules."""


def taxes_of(line):
    """[(account, amount)] of a line."""
    if "taxes" in line:
        return [("tax:" + tax["code"], tax["minor"]) for tax in line["taxes"]]
    return [("tax:" + line["tax_code"], line["tax"])] if line["tax"] else []


def expect(condition, text, *values):
    if not condition:
        raise ModelFault(text.format(*values))


def half_up(numerator, denominator):
    return (2 * numerator + denominator) // (2 * denominator)


def day(text):
    return datetime.date.fromisoformat(text)


def days_between(start, end):
    return (day(end) - day(start)).days


class Wallet:
    """Lots in the order in which they are spent: by priority, by expiry, then as they came."""

    def __init__(self):
        self.lots = []  # [name, what is left]
        self.debt = 0
        self.limit = 0
        self.terms = {}  # lot -> (priority, the day it expires on)
        self.holds = {}

    def balance(self):
        return sum(left for _, left in self.lots) - self.debt

    def free(self):
        return self.balance() - sum(self.holds.values())

    def rank(self, lot):
        return self.terms.get(lot, (50, NEVER))

    def place(self, lot, minor, first):
        """`first`: before the lots of its rank."""
        rank, at = self.rank(lot), 0
        for name, _ in self.lots:
            if self.rank(name) > rank or (first and self.rank(name) == rank):
                break
            at += 1
        self.lots.insert(at, [lot, minor])

    def put(self, lot, minor, first=False):
        repaid = min(self.debt, minor)
        self.debt -= repaid
        if minor > repaid:
            self.place(lot, minor - repaid, first)
        return repaid

    def put_back(self, lot, minor):
        for entry in self.lots:
            if entry[0] == lot:
                entry[1] += minor
                return 0
        return self.put(lot, minor, first=True)

    def spend(self, minor, first=None, paid_only=False):
        """Takes from the lot `first`, then from the next, then makes debt; what it took."""
        order = [x for x in self.lots if x[0] == first] + [x for x in self.lots if x[0] != first]
        taken = []
        for lot in order:
            if paid_only and lot[0].startswith("grant#"):
                continue
            part = min(lot[1], minor)
            if part:
                lot[1] -= part
                minor -= part
                taken.append({"lot": lot[0], "minor": part})
        self.lots = [lot for lot in self.lots if lot[1]]
        self.debt += minor
        return taken, minor


class Terms:
    """What the model (model.py) adds these to has wallets, services, payments, debit and credit."""

    def on_plan_change_scheduled(self, e, fact):
        service = self.services[e["service"]]
        self.plan_for(service["customer"], e["plan"], e["plan_version"])
        service["next"] = (e["plan"], e["plan_version"])
        service["next_made"] = self.command_of(fact)
        service["next_from"] = e.get("not_before", "")

    def on_plan_change_cancelled(self, e, _):
        planned = self.services[e["service"]].pop("next")
        expect(planned == (e["plan"], e["plan_version"]), "{}: cancels another", e["service"])

    def on_plan_changed(self, e, fact):
        service = self.services[e["service"]]
        before = (service["plan"], service["plan_version"])
        expect(before == (e["from_plan"], e["from_version"]), "{}: from {}", e["service"], before)
        planned, not_before = service.pop("next", None), service.pop("next_from", "")
        if self.is_asked_for(fact, "change_plan", service.pop("next_made", None)):
            planned = planned if planned == (e["plan"], e["plan_version"]) else None
        else:
            expect(planned == (e["plan"], e["plan_version"]), "{}: not as planned", e["service"])
            self.check_time(e, not_before)
        if planned:
            if e["on"] >= not_before:
                service["was"] = (before, not_before)
            self.dunned_as[e["service"]] = e["from_plan"]  # By the command that brings the period.
        service.update(plan=e["plan"], plan_version=e["plan_version"])
        self.plan_for(service["customer"], e["plan"], e["plan_version"])
        service["anchor_day"] = e.get("anchor_day", service["anchor_day"])
        service["anew"] = "anchor_day" in e
        self.check_addons_fit(e["service"], self.plan_of(service))

    @staticmethod
    def command_of(fact):
        """What tells the facts of one command from those of others: where they begin."""
        return fact["seq"] - fact["index"]

    def is_asked_for(self, fact, command, planned_by):
        """Whether a change is what its command asks for, now: no plan of before takes effect."""
        return fact["command"] == command and planned_by != self.command_of(fact)

    def check_time(self, e, not_before):
        """That a change which was planned comes with a period of its time, and no earlier."""
        due = self.services[e["service"]]["renews_on"]
        expect(e["on"] >= max(due, not_before), "{}: changes too early", e["service"])

    def plan_from(self, service, start):
        """The plan of a period that begins on that day."""
        if start < service.get("was", ("", ""))[1]:
            return self.plans[service["was"][0]]
        if "next" in service and start >= service["next_from"]:
            return self.plans[service["next"]]
        return self.plan_of(service)

    def check_changes(self, service, name, start):
        """That no change waits any more that a period from that day on was to bring."""
        late = "next" in service and start >= service["next_from"]
        expect(not late, "{}: changes its plan too late", name)
        for addon in self.addons.get(name, {}).values():
            late = "next" in addon and start >= addon["next"][2]
            expect(not late, "{}: changes {} too late", name, addon["addon"])

    def on_service_paused(self, e, _):
        service = self.services[e["service"]]
        left = max(days_between(e["on"], service["renews_on"]), 0)
        expect(e["days_left"] == left and "paused" in service["blocks"], "{}: pause", e["service"])
        service["days_left"] = left

    def on_service_resumed(self, e, _):
        service = self.services[e["service"]]
        left = service.pop("days_left")
        until = day(e["on"]) + datetime.timedelta(days=left) if left else day(service["renews_on"])
        expect(e["renews_on"] == until.isoformat(), "{}: resumes to {}", e["service"], until)
        service.update(renews_on=e["renews_on"], anchor_day=e["anchor_day"])

    def on_service_end_scheduled(self, e, _):
        service = self.services[e["service"]]
        service.pop("next", None)
        service["ends"] = True

    def on_service_end_cancelled(self, e, _):
        expect(self.services[e["service"]].pop("ends"), "{}: no end", e["service"])

    def on_service_ended(self, e, _):
        expect("ended" in self.services[e["service"]]["blocks"], "{} runs", e["service"])
        self.fees.pop(e["service"], None)

    def on_service_extended(self, e, fact):
        service = self.services[e["service"]]
        start = day(service["renews_on"])
        if service["blocks"] == {"unpaid"}:
            start = max(start, day(self.today(fact)))
        until = start + datetime.timedelta(days=e["days"])
        expect(e["renews_on"] == until.isoformat(), "{}: extended to {}", e["service"], until)
        service.update(renews_on=e["renews_on"], anchor_day=e["anchor_day"])

    def on_payment_promised(self, e, _):
        self.services[e["service"]]["promised"] = e["until"]

    def on_charge_credited(self, e, _):
        charge = self.charges[e["charge"]]
        self.note_given_back(charge, e)
        charge["credited"] += e["minor"]
        charge["credits"] += 1
        expect(charge["credited"] <= charge["minor"], "{}: credited too much", e["charge"])
        expect(e["credit"] == "{}~{}".format(e["charge"], charge["credits"]), "{}", e["credit"])
        expect(sum(lot["minor"] for lot in e["lots"]) == e["minor"], "{}: lots", e["credit"])
        wallet, repaid = self.wallets[e["customer"]], 0
        for lot in e["lots"]:
            owed = min(wallet.debt, lot["minor"])
            wallet.debt -= owed
            repaid += owed
            if lot["minor"] > owed:
                wallet.put_back(lot["lot"], lot["minor"] - owed)
            self.forget_use(e["charge"], lot)
        expect(repaid == e["debt_repaid"], "{}: repaid {}", e["credit"], repaid)
        self.credit("wallet:" + e["customer"], e["minor"])
        for line in e["lines"]:
            self.debit("revenue:" + line["plan"] if "plan" in line else "fee", line["net"])
            for account, minor in taxes_of(line):
                self.debit(account, minor)
        expect(e["minor"] == sum(x["net"] + x["tax"] for x in e["lines"]), "{}", e["credit"])

    def forget_use(self, charge, lot):
        payment = self.payments.get(lot["lot"].split("#")[0])
        if not payment:
            return
        for use in payment.uses:
            if use[0] == charge and use[1] == lot["lot"]:
                expect(use[2] >= lot["minor"], "{}: more than was used", charge)
                use[2] -= lot["minor"]
                break
        payment.uses = [use for use in payment.uses if use[2]]

    def on_credit_granted(self, e, _):
        wallet = self.wallets[e["customer"]]
        wallet.terms[e["lot"]] = (e["priority"], e.get("expires_on", NEVER))
        repaid = wallet.put(e["lot"], e["minor"])
        expect(repaid == e["debt_repaid"], "{}: repaid {}", e["lot"], repaid)
        self.debit("granted", e["minor"])
        self.credit("wallet:" + e["customer"], e["minor"])

    def on_lot_expired(self, e, fact):
        wallet = self.wallets[e["customer"]]
        expect(wallet.terms[e["lot"]][1] == e["expires_on"], "{}: expires", e["lot"])
        expect(e["expires_on"] <= self.today(fact), "{} is not over", e["lot"])
        for lot in wallet.lots:
            if lot[0] == e["lot"]:
                expect(lot[1] >= e["minor"], "{}: holds less", e["lot"])
                lot[1] -= e["minor"]
        wallet.lots = [lot for lot in wallet.lots if lot[1]]
        self.debit("wallet:" + e["customer"], e["minor"])
        self.credit("granted", e["minor"])

    def on_funds_held(self, e, _):
        wallet = self.wallets[e["customer"]]
        expect(wallet.free() + wallet.limit >= e["minor"], "{}: holds too much", e["hold"])
        wallet.holds[e["hold"]] = e["minor"]

    def on_hold_captured(self, e, _):
        holds = self.wallets[e["customer"]].holds
        holds[e["hold"]] -= e["minor"]
        expect(holds[e["hold"]] == e["remaining"] >= 0, "{}: remaining", e["hold"])

    def on_hold_released(self, e, _):
        minor = self.wallets[e["customer"]].holds.pop(e["hold"])
        expect(minor == e["minor"], "{}: released", e["hold"])

    def on_overdraft_limit_set(self, e, _):
        self.wallets[e["customer"]].limit = e["minor"]

    def on_funds_transferred(self, e, _):
        giver = self.wallets[e["from"]]
        expect(giver.free() >= e["minor"], "{}: not covered", e["transfer"])
        self.spend_paid(giver, e["lot"], e)
        repaid = self.wallets[e["to"]].put(e["lot"], e["minor"])
        expect(repaid == e["debt_repaid"], "{}: repaid {}", e["transfer"], repaid)
        self.debit("wallet:" + e["from"], e["minor"])
        self.credit("wallet:" + e["to"], e["minor"])

    def spend_paid(self, wallet, use, e):
        taken, debt = wallet.spend(e["minor"], paid_only=True)
        expect(taken == e["lots"] and not debt, "{}: took {}", use, taken)
        for lot in taken:
            payment = self.payments.get(lot["lot"].split("#")[0])
            if payment:
                payment.uses.append([use, lot["lot"], lot["minor"]])

    def on_refund_requested(self, e, _):
        wallet = self.wallets[e["customer"]]
        expect(wallet.free() >= e["minor"], "{}: not covered", e["refund"])
        wallet.holds["refund#" + e["refund"]] = e["minor"]
        self.refunds[e["refund"]] = e

    def on_refund_approved(self, e, _):
        expect(self.refunds[e["refund"]]["requested_by"] != e["approved_by"], "one person")
        wallet = self.wallets[e["customer"]]
        expect(wallet.holds.pop("refund#" + e["refund"]) == e["minor"], "{}", e["refund"])
        self.spend_paid(wallet, "refund#" + e["refund"], e)
        self.debit("wallet:" + e["customer"], e["minor"])
        self.credit("refund_payable:" + e["customer"], e["minor"])

    def on_refund_rejected(self, e, _):
        self.wallets[e["customer"]].holds.pop("refund#" + e["refund"])

    def on_refund_paid(self, e, _):
        expect(self.refunds.pop(e["refund"])["minor"] == e["minor"], "{}", e["refund"])
        self.debit("refund_payable:" + e["customer"], e["minor"])
        self.credit("cash:" + e["channel"], e["minor"])

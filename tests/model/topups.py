"""The part of the model that tells how wallets are filled up by rules."""
import calendar

from terms import day, expect


def due_days(terms):
    """The days of an interval, one after the other."""
    first, length = day(terms["from"]), terms["every"]
    number = 0
    while True:
        if length in ("day", "week"):
            yield day(terms["from"]).fromordinal(
                first.toordinal() + number * (7 if length == "week" else 1)
            ).isoformat()
        else:
            months = first.month - 1 + number * {"month": 1, "quarter": 3, "year": 12}[length]
            year, month = first.year + months // 12, months % 12 + 1
            last = calendar.monthrange(year, month)[1]
            yield first.replace(year, month, min(first.day, last)).isoformat()
        number += 1


def next_due(terms, after):
    return next(due for due in due_days(terms) if due > after)


class TopUps:
    """What the model (model.py) adds these to has wallets and payments."""

    def __init__(self):
        self.rules = {}  # (customer, rule) -> its terms and how far it is

    def rule(self, e):
        return self.rules[e["customer"], e["rule"]]

    def on_top_up_rule_set(self, e, _):
        rule = self.rules.setdefault((e["customer"], e["rule"]), {"taken": {}, "open": None})
        rule.update(terms=e["terms"], next_on=e.get("next_on"), armed=True)
        if e.get("next_on"):
            expect(e["next_on"] in list(self.up_to(e["terms"], e["next_on"])), "no due day")

    @staticmethod
    def up_to(terms, last):
        for due in due_days(terms):
            if due > last:
                return
            yield due

    def on_top_up_rule_ended(self, e, _):
        expect(self.rules.pop((e["customer"], e["rule"]))["open"] is None, "a request is left")

    def turn(self, e, fact):
        """A top-up: its sum, its reason, and how often there was one."""
        rule, free = self.rule(e), self.wallets[e["customer"]].free()
        terms, name = rule["terms"], "{} of {}".format(e["rule"], e["customer"])
        expect(free == e["available_minor"], "{}: {} are available", name, free)
        minor = terms.get("amount_minor") or terms["target_minor"] - free
        expect(minor == e["minor"] > 0, "{}: {}", name, minor)
        if terms["trigger"] == "threshold":
            expect(rule["armed"] and free < terms["below_minor"], "{}: it is not below", name)
        else:
            self.advance(rule, e, fact)
        month = self.today(fact)[:7]
        rule["taken"][month] = rule["taken"].get(month, 0) + 1
        expect(rule["taken"][month] <= terms["at_most"], "{}: too often", name)
        rule["armed"] = False
        return rule

    def advance(self, rule, e, fact):
        expect(e["due_on"] == rule["next_on"] <= self.today(fact), "{}: due", e["rule"])
        rule["next_on"] = next_due(rule["terms"], e["due_on"])
        expect(e["next_on"] == rule["next_on"], "{}: next", e["rule"])

    def on_top_up_granted(self, e, fact):
        expect(self.turn(e, fact)["terms"]["action"] == "grant", "{}: no grant", e["rule"])

    def on_top_up_requested(self, e, fact):
        rule = self.turn(e, fact)
        expect(rule["terms"]["action"] == "request" and not rule["open"], "{}: open", e["rule"])
        rule["open"] = e["top_up"]

    def on_top_up_passed(self, e, fact):
        rule = self.rule(e)
        terms, free = rule["terms"], self.wallets[e["customer"]].free()
        self.advance(rule, e, fact)
        if e["why"] == "full":
            expect(free >= terms["target_minor"], "{}: not full", e["rule"])
        elif e["why"] == "open":
            expect(rule["open"], "{}: nothing is open", e["rule"])
        else:
            taken = rule["taken"].get(self.today(fact)[:7], 0)
            expect(taken >= terms["at_most"], "{}: {} times", e["rule"], taken)

    def on_top_up_request_ended(self, e, _):
        rule = self.rule(e)
        expect(rule["open"] == e["top_up"], "{}: another is open", e["rule"])
        expect((e["outcome"] == "paid") == ("payment" in e), "{}: paid", e["rule"])
        rule["open"] = None
        rule["armed"] = rule["armed"] or e["outcome"] == "paid"

    def watch_wallets(self):
        """After each fact: who stands at a threshold again."""
        for (customer, _), rule in self.rules.items():
            below = rule["terms"].get("below_minor")
            if below is not None and self.wallets[customer].free() >= below:
                rule["armed"] = True

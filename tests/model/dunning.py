"""The part of the model that tells what is done about services that are due and not paid."""
import datetime

from terms import day, expect

WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def local(fact):
    """The moment in Nairobi, where the tests live."""
    at = datetime.datetime.fromisoformat(fact["effective_at"].replace("Z", "+00:00"))
    return at + datetime.timedelta(hours=3)


def held(policy, action, now):
    calendar = policy.get("calendar")
    if not calendar or action not in calendar["holds"]:
        return False
    today = now.date()
    return (
        WEEKDAYS[today.weekday()] in calendar["weekdays"]
        or today.isoformat() in calendar["holidays"]
        or not calendar["from_hour"] <= now.hour < calendar["to_hour"]
    )


class Dunning:
    """What the model (model.py) adds these to has services, plans and the end of a period."""

    def __init__(self):
        self.dunning_policies = {}
        self.dunning_for = {}
        self.groups = {}
        self.dunned_as = {}  # service -> the plan that it was on before the command at hand
        self.steps_taken = set()  # (service, due date, step), for ever.
        self.fees = {}  # service -> {charge: minor}, owed
        self.notices = set()  # That were sent, named as steps are.

    def on_dunning_defined(self, e, _):
        before = self.dunning_policies.get(e["policy"], {"version": 0})
        expect(e["version"] == before["version"] + 1, "{}: version", e["policy"])
        self.dunning_policies[e["policy"]] = e

    def on_dunning_assigned(self, e, _):
        self.dunning_for[e.get("group"), e.get("plan")] = e.get("policy")

    def on_customer_grouped(self, e, _):
        self.groups[e["customer"]] = e.get("group")

    def dunning_policy(self, service):
        """The most specific one that is assigned; None: none is."""
        group = self.groups.get(service["customer"])
        plan = self.dunned_as.get(service["service"], service["plan"])
        for place in ((group, plan), (group, None), (None, plan), (None, None)):
            if self.dunning_for.get(place) and (group or not place[0]):
                return self.dunning_policies[self.dunning_for[place]]
        return None

    def on_dunning_step_taken(self, e, fact):
        service, policy = self.services[e["service"]], self.dunning_policies[e["policy"]]
        name = "{} of {}".format(e["step"], e["service"])
        expect(self.dunning_policy(service) is policy, "{}: another policy", name)
        expect(e["policy_version"] == policy["version"], "{}: version", name)
        expect(e["due_since"] == service["renews_on"], "{}: due", name)
        expect(e["on"] == local(fact).date().isoformat(), "{}: the day", name)
        expect(service["blocks"] <= {"unpaid"}, "{}: {}", name, service["blocks"])
        promised = service.get("promised", "") > e["on"] and not service["blocks"]
        expect(not promised, "{}: it was promised", name)
        due = [s for s in policy["steps"] if s["step"] == e["step"]]
        expect(due and due[0]["action"] == e["action"], "{}: no such step", name)
        self.check_step(due[0], policy, e, local(fact))
        self.steps_taken.add((e["service"], e["due_since"], e["step"]))
        if "charge" in e:
            fees = self.fees.setdefault(e["service"], {})
            expect(e["charge"] not in fees and e["charge"] not in self.charges, "{} twice", name)
            fees[e["charge"]] = e["fee_minor"]

    def check_step(self, step, policy, e, now):
        name = "{} of {}".format(e["step"], e["service"])
        age = (day(e["on"]) - day(e["due_since"])).days
        expect(age >= step["after_days"], "{}: after {} days", name, age)
        amounts = self.amounts(step, e["customer"])
        expect(e["owed_minor"] >= amounts.get("min_owed_minor", 1), "{}: {}", name, e["owed_minor"])
        expect(e.get("fee_minor") == amounts.get("fee_minor"), "{}: fee", name)
        expect("fee_minor" in e or step["action"] != "late_fee", "{}: no fee", name)
        expect(not held(policy, step["action"], now), "{}: held back at {}", name, now)
        taken = {s for service, due, s in self.steps_taken
                 if (service, due) == (e["service"], e["due_since"])}
        expect(e["step"] not in taken, "{} twice", name)
        for before in policy["steps"][: policy["steps"].index(step)]:
            amounts = self.amounts(before, e["customer"])
            no_fee = before["action"] == "late_fee" and "fee_minor" not in amounts
            passed_over = no_fee or "min_owed_minor" in amounts or before["step"] in taken
            expect(passed_over, "{}: {} was skipped", name, before["step"])

    def passed(self, service, until):
        """The whole periods from the due date that end by then, and where the last one ends."""
        end, count = day(service["renews_on"]), 0
        while True:
            anchor = end.day if self.rolling else service["anchor_day"]
            plan = self.plan_from(service, end.isoformat())
            following = self.end_of_period(end, plan, anchor)
            if following > until:
                return count, end.isoformat()
            end, count = following, count + 1

    def on_periods_forgiven(self, e, fact):
        service, today = self.services[e["service"]], local(fact).date()
        count, end = self.passed(service, today)
        expect(e["from"] == service["renews_on"], "{}: forgiven from", e["service"])
        expect(e["count"] == count, "{}: {} periods", e["service"], count)
        if e["reason"] == "suspended":
            free = self.dunning_policy(service)["suspended_time"] == "free"
            expect(free and service["blocks"] == {"unpaid"}, "{}: not free", e["service"])
            end = today.isoformat()
            expect(e["anchor_day"] == today.day, "{}: anchor", e["service"])
        expect(e["to"] == end > e["from"], "{}: forgiven to {}", e["service"], end)
        service.update(renews_on=e["to"], anchor_day=e["anchor_day"])

    def on_backlog_billed(self, e, fact):
        told = (e["count"], e["to"])
        passed = self.passed(self.services[e["service"]], local(fact).date())
        expect(told == passed and e["count"] > 0, "{}: backlog", e["service"])

    def on_late_fee_waived(self, e, _):
        owed = self.fees.get(e["service"], {}).pop(e["fee"], None)
        expect(owed == e["minor"], "{}: {} was owed", e["fee"], owed)

    def on_notice_sent(self, e, _):
        name = (e["service"], e["due_since"], e["step"])
        expect(name in self.steps_taken, "{}: nobody was to be reminded", name)
        expect(name not in self.notices, "{} twice", name)
        self.notices.add(name)

    def pay_late_fee(self, e):
        if e["lines"][0]["component"] != "late_fee":
            return
        owed = self.fees.get(e["service"], {}).pop(e["charge"], None)
        expect(owed == e["minor"], "{}: {} was owed", e["charge"], owed)

"""The part of the model that tells what another price since a day comes to."""
from collections import defaultdict

from terms import days_between, expect, half_up, taxes_of
from wallet_taxes import span_of

DATED = ("period", "addon")


def days_of(line):
    return days_between(line["service_from"], line["service_to"])


def is_dated(line):
    return line["component"] in DATED and "service_from" in line


def by_plan(lines):
    """The lines for days, of each plan or add-on together."""
    groups = defaultdict(list)
    for line in lines:
        if line["component"] in DATED:
            groups[line["component"], line.get("plan")].append(line)
    return groups


def gross(line):
    return line["net"] + sum(minor for _, minor in taxes_of(line))


def last_days(parts, days):
    """[(net, taxes)] of the last so many days of a charge's lines."""
    taken = []
    for line in reversed(parts):
        some = min(days, days_of(line))
        days -= some
        if some and (net := half_up(line["net"] * some, days_of(line))):
            taxes = [half_up(minor * some, days_of(line)) for _, minor in taxes_of(line)]
            taken.insert(0, (net, [tax for tax in taxes if tax]))
    return taken


class Tariffs:
    """What the model (model.py) adds these to has services, plans, charges, drafts, invoices."""

    def __init__(self):
        self.given_back = None  # Of the charge that is being corrected: days, worth, plan.
        self.corrected = []  # Of the service that is: (charge, by, credited, charged).
        self.noted = []  # Days of its credit notes and drafts, as the event tells them.
        self.standing = {}  # (invoice, line) -> [its last day that stands, what is left of it]

    @staticmethod
    def note_period(charge, e):
        charge["parts"] = {}
        for key, lines in by_plan(e["lines"]).items():
            lines = [line for line in lines if is_dated(line)]
            if lines:
                worth = sum(line["net"] + line["tax"] for line in lines)
                charge["parts"][key] = {
                    "days": sum(map(days_of, lines)), "worth": worth, "whole": worth,
                    "lines": lines,
                }

    def note_given_back(self, charge, e):
        is_tariff = e["reason"].startswith("tariff: ")
        for key, lines in by_plan(e["lines"]).items():
            part = charge.get("parts", {}).get(key)
            if part is None:
                expect(not is_tariff, "{}: was not charged", e["charge"])
                continue
            if is_tariff:
                self.check_given_back(part, e, lines)
            part["worth"] -= sum(line["net"] + line["tax"] for line in lines)
            part["days"] -= sum(days_of(line) for line in lines if is_dated(line))

    def check_given_back(self, part, e, lines):
        expect(not self.given_back, "{}: twice", e["charge"])
        days = sum(map(days_of, lines))
        expect(0 < days <= part["days"], "{}: {} days", e["charge"], days)
        if part["worth"] == part["whole"]:  # The first that comes back of it.
            told = [(line["net"], [t for _, t in taxes_of(line) if t]) for line in lines]
            wanted = last_days(part["lines"], days)
            expect(told == wanted, "{}: gives back {}, not {}", e["charge"], told, wanted)
        start, end = span_of(lines)
        self.given_back = {
            "plan": lines[0]["plan"], "plan_version": lines[0]["plan_version"],
            "component": lines[0]["component"], "days": (start, end),
            "worth": part["worth"] * days, "of": part["days"],
        }
        self.corrected.append([e["charge"], None, e["minor"], 0])

    def note_credited_days(self, e, lines):
        """The days that a credit note takes back are the last ones that stand of a line."""
        for credited in e["lines"]:
            line, minor = lines[credited["line"] - 1], gross(credited)
            if "service_to" not in line:
                continue
            stands = self.standing.setdefault(
                (e["invoice"], credited["line"]), [line["service_to"], gross(line)]
            )
            if "service_from" not in credited:
                stands[1] -= minor
                continue
            expect(credited["service_to"] == stands[0], "{}: days", e["number"])
            of = days_between(line["service_from"], stands[0])
            wanted = half_up(stands[1] * days_of(credited), of)
            expect(minor == wanted, "{}: {} instead of {}", e["number"], minor, wanted)
            self.standing[e["invoice"], credited["line"]] = [
                credited["service_from"], stands[1] - minor]
            self.noted.append({
                "line": line, "invoice": e["invoice"], "credit_note": e["credit_note"],
                "from": credited["service_from"], "to": credited["service_to"],
                "credited_minor": minor, "charged_minor": 0,
            })

    def noted_for(self, e):
        """What this charges anew, of what is corrected on invoices."""
        line, days = e["lines"][0], span_of(e["lines"])
        for noted in self.noted:
            is_same = (noted["from"], noted["to"]) == days and "credit_note" in noted
            if is_same and "by" not in noted and noted["line"].get("plan") == line.get("plan"):
                return noted
        return None

    def is_drafted_anew(self, e):
        noted = self.noted_for(e)
        if not noted:
            return False
        expect(len(e["lines"]) == 1, "{}: lines", e["charge"])
        noted.update(by=e["charge"], on=e["invoice"], charged_minor=e["lines"][0]["minor"])
        return True

    def is_charged_anew(self, e):
        back = self.given_back
        is_of_wallet = bool(back) and e["lines"][0].get("plan") == back["plan"] and \
            span_of(e["lines"]) == back["days"]
        return is_of_wallet or bool(self.noted_for(e))

    def check_tariff(self, e):
        """The days cost what they did, by the new price over the old one, rounded once."""
        back, line, noted = self.given_back, e["lines"][0], self.noted_for(e)
        plan = self.plan_for(e["customer"], line["plan"], line["plan_version"])
        if not back:
            noted.update(by=e["charge"], charged_minor=e["minor"])
            return self.check_lines(e, [(line["component"], plan, e["minor"])])
        old = self.plan_for(e["customer"], back["plan"], back["plan_version"])["price_minor"]
        price = half_up(back["worth"] * plan["price_minor"], old * back["of"])
        expect(e["minor"] == price, "{}: costs {}", e["charge"], price)
        self.check_lines(e, [(back["component"], plan, price)])
        self.corrected[-1][1:4:2] = [e["charge"], e["minor"]]
        self.given_back = None
        return None

    def on_draft_corrected(self, e, _):
        """A line is as it was, or its last days are gone, and may stand behind it anew."""
        told = iter(e["lines"] + [None])
        line = next(told)
        for before in self.drafts[e["invoice"]]:
            if line == before:
                line = next(told)
                continue
            expect(before.get("service") == e["service"], "{}: another's line", e["invoice"])
            noted = {
                "line": before, "invoice": e["invoice"], "from": before["service_from"],
                "to": before["service_to"], "credited_minor": before["minor"], "charged_minor": 0,
            }
            if line and dict(before, minor=0, service_to="") == dict(line, minor=0, service_to=""):
                of = days_between(before["service_from"], before["service_to"])
                part = days_between(line["service_to"], before["service_to"])
                noted.update({"from": line["service_to"]})
                noted["credited_minor"] = half_up(before["minor"] * part, of)
                expect(line["minor"] + noted["credited_minor"] == before["minor"],
                       "{}: kept {}", e["invoice"], line["minor"])
                line = next(told)
            days = (noted["from"], noted["to"])
            if line and line.get("plan") == before["plan"] and span_of([line]) == days:
                noted["charged_minor"] = line["minor"]
                line = next(told)
            self.noted.append(noted)
        expect(line is None, "{}: more lines", e["invoice"])
        self.drafts[e["invoice"]] = list(e["lines"])

    def check_noted(self, e):
        """Each invoice is charged anew what came back of it, by the new price over the old one,
        rounded once."""
        names = ("invoice", "credit_note", "from", "to", "credited_minor", "by", "on",
                 "charged_minor")
        told = e.get("invoices", [])
        wanted = [{name: n[name] for name in names if name in n} for n in self.noted]
        expect(told == wanted, "{}: {} instead of {}", e["service"], told, wanted)
        old = self.plan_for(e["customer"], e["plan"], e["from_version"])["price_minor"]
        new = self.plan_for(e["customer"], e["plan"], e["to_version"])["price_minor"]
        sums = defaultdict(lambda: [0, 0])
        for noted in self.noted:
            sums[noted["invoice"]][0] += noted["credited_minor"]
            sums[noted["invoice"]][1] += noted["charged_minor"]
        for invoice, (credited, charged) in sums.items():
            expect(charged == half_up(credited * new, old), "{}: {}", invoice, charged)
        self.noted = []
        return sum(charged - credited for credited, charged in sums.values())

    def on_tariff_corrected(self, e, _):
        told = [
            [c["charge"], c.get("by"), c["credited_minor"], c["charged_minor"]]
            for c in e["charges"] if c["credited_minor"]
        ]
        expect(told == self.corrected, "{}: corrected {}", e["service"], self.corrected)
        minor = sum(c[3] - c[2] for c in told) + self.check_noted(e)
        expect(e["minor"] == minor, "{}: {} in all", e["service"], minor)
        self.corrected, self.given_back = [], None
        service = self.services[e["service"]]
        if (service["plan"], service["plan_version"]) == (e["plan"], e["from_version"]):
            service["plan_version"] = e["to_version"]
        addon = self.addons.get(e["service"], {}).get(e["plan"])
        if addon and addon["plan_version"] == e["from_version"]:
            addon["plan_version"] = e["to_version"]
        if addon and "next" in addon and addon["next"][0] == e["from_version"]:
            addon["next"] = (e["to_version"],) + addon["next"][1:]

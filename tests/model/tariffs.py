"""The part of the model that tells what another price since a day comes to."""
from terms import days_between, expect, half_up


class Tariffs:
    """What the model (model.py) adds these to has services, plans and charges."""

    def __init__(self):
        self.given_back = None  # Of the charge that is being corrected: days, worth, plan.
        self.corrected = []  # Of the service that is: (charge, by, credited, charged).

    @staticmethod
    def note_period(charge, e):
        line = e["lines"][0]
        if line["component"] == "period" and "service_from" in line:
            charge["days"] = days_between(line["service_from"], line["service_to"])
            charge["worth"] = line["net"] + line["tax"]
            charge["line"] = line

    def note_given_back(self, charge, e):
        line = next((line for line in e["lines"] if line["component"] == "period"), None)
        if "days" not in charge or not line:
            return
        if e["reason"].startswith("tariff: "):
            expect(len(e["lines"]) == 1 and not self.given_back, "{}: twice", e["charge"])
            days = days_between(line["service_from"], line["service_to"])
            expect(0 < days <= charge["days"], "{}: {} days", e["charge"], days)
            old, tax = charge["line"], half_up(charge["line"]["tax"] * days, charge["days"])
            if charge["worth"] == old["net"] + old["tax"]:  # The first that comes back of it.
                net = half_up(old["net"] * days, charge["days"])
                expect((line["net"], line["tax"]) == (net, tax), "{}: gives back", e["charge"])
            self.given_back = dict(
                line, charge=e["charge"], minor=e["minor"], worth=charge["worth"] * days,
                of=charge["days"],
            )
            self.corrected.append([e["charge"], None, e["minor"], 0])
        charge["worth"] -= line["net"] + line["tax"]
        if "service_from" in line:
            charge["days"] -= days_between(line["service_from"], line["service_to"])

    def is_charged_anew(self, e):
        back, line = self.given_back, e["lines"][0]
        return bool(back) and all(
            line.get(key) == back[key] for key in ("plan", "service_from", "service_to")
        )

    def check_tariff(self, e):
        """The days cost what they did, by the new price over the old one, rounded once."""
        back, line = self.given_back, e["lines"][0]
        old = self.plans[back["plan"], back["plan_version"]]["price_minor"]
        plan = self.plans[line["plan"], line["plan_version"]]
        price = half_up(back["worth"] * plan["price_minor"], old * back["of"])
        expect(e["minor"] == price and len(e["lines"]) == 1, "{}: costs {}", e["charge"], price)
        net = half_up(price * 100, 100 + plan["tax_percent"])
        expect((line["net"], line["tax"]) == (net, price - net), "{}: tax", e["charge"])
        self.corrected[-1][1:4:2] = [e["charge"], e["minor"]]
        self.given_back = None

    def on_tariff_corrected(self, e, _):
        told = [
            [c["charge"], c.get("by"), c["credited_minor"], c["charged_minor"]]
            for c in e["charges"] if c["credited_minor"]
        ]
        expect(told == self.corrected, "{}: corrected {}", e["service"], self.corrected)
        expect(e["minor"] == sum(c[3] - c[2] for c in told), "{}: in all", e["service"])
        self.corrected, self.given_back = [], None
        service = self.services[e["service"]]
        if (service["plan"], service["plan_version"]) == (e["plan"], e["from_version"]):
            service["plan_version"] = e["to_version"]

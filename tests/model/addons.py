"""The part of the model that tells add-ons, which a service pays for with its periods, and products
that are sold once."""
from terms import days_between, expect, half_up
from wallet_taxes import span_of

FOR_SERVICES = ("internet", "hosting", "recurring", "bundle")


def kind_of(plan):
    return plan.get("kind", "internet")


def length_of(plan):
    return plan["period"], plan.get("period_count", 1)


class Addons:
    """What the model (model.py) adds these to has services, plans, charges and drafts."""

    def __init__(self):
        self.addons = {}  # service -> {addon: what is known of it}, in the order in which they came
        self.sold = set()

    def plan_of(self, service):
        return self.plans[service["plan"], service["plan_version"]]

    def on_addon_added(self, e, fact):
        service, mine = self.services[e["service"]], self.addons.setdefault(e["service"], {})
        plan = self.plan_for(service["customer"], e["addon"], e["plan_version"])
        fee = e.get("setup_minor", plan.get("setup_minor"))
        expect(fee == plan.get("setup_minor"), "{}: set-up of {}", e["service"], e["addon"])
        expect(e["addon"] not in mine, "{}: has {}", e["service"], e["addon"])
        expect(kind_of(plan) == "addon", "{} is no add-on", e["addon"])
        expect(length_of(plan) == length_of(self.plan_of(service)), "{}: length", e["service"])
        expect(not service["blocks"] & {"paused", "ended"}, "{}: paused", e["service"])
        included = [i["addon"] for i in self.plan_of(service).get("includes", [])]
        expect(e["addon"] not in included, "{}: {} twice", e["service"], e["addon"])
        expect(e["from"] >= self.today(fact), "{}: from {}", e["service"], e["from"])
        mine[e["addon"]] = dict(e, ends=False, begins=e.get("setup_minor", 0))

    def on_addon_end_scheduled(self, e, _):
        addon = self.addons[e["service"]][e["addon"]]
        expect(not addon["ends"], "{}: {} ends twice", e["service"], e["addon"])
        addon["ends"] = True
        addon.pop("next", None)

    def on_addon_end_cancelled(self, e, _):
        addon = self.addons[e["service"]][e["addon"]]
        expect(addon["ends"], "{}: {} does not end", e["service"], e["addon"])
        addon["ends"] = False

    def on_addon_change_scheduled(self, e, fact):
        addon = self.addons[e["service"]][e["addon"]]
        expect(not addon["ends"], "{}: {} ends", e["service"], e["addon"])
        addon["next_made"] = self.command_of(fact)
        addon["next"] = (e["plan_version"], e["quantity"], e.get("not_before", ""))

    def on_addon_change_cancelled(self, e, _):
        addon = self.addons[e["service"]][e["addon"]]
        expect(addon.pop("next", None), "{}: {} does not change", e["service"], e["addon"])

    def on_addon_changed(self, e, fact):
        addon = self.addons[e["service"]][e["addon"]]
        if not self.is_asked_for(fact, "change_addon", addon.pop("next_made", None)):
            expect("next" in addon, "{}: {} was to stay", e["service"], e["addon"])
            expect(addon["next"][:2] == (e["plan_version"], e["quantity"]), "{}", e["service"])
            self.check_time(e, addon["next"][2])
        before, after = (addon["plan_version"], addon["quantity"]), (e["plan_version"], e["quantity"])
        expect(before == (e["from_version"], e["from_quantity"]), "{}: from", e["service"])
        addon.pop("next", None)
        addon.update(plan_version=after[0], quantity=after[1], charged=False, changed=True)
        self.check_addons_fit(e["service"], self.plan_of(self.services[e["service"]]))

    def on_addon_removed(self, e, _):
        removed = self.addons[e["service"]].pop(e["addon"], None)
        expect(removed, "{} has no {}", e["service"], e["addon"])

    def check_addons_fit(self, service, plan):
        """Whether a service may be on that plan with what it has."""
        for addon in self.addons.get(service, {}).values():
            of = self.addon_plan(service, addon)
            expect(length_of(of) == length_of(plan), "{}: {}", service, addon["addon"])

    def addon_plan(self, service, addon):
        customer = self.services[service]["customer"]
        return self.plan_for(customer, addon["addon"], addon["plan_version"])

    def addon_prices(self, service):
        """[(component, plan, price)] of the next period: each add-on once, and none that ends."""
        prices = []
        for addon in self.addons.get(service, {}).values():
            expect(not addon["ends"], "{}: {} is still there", service, addon["addon"])
            plan = self.addon_plan(service, addon)
            prices.append(("addon", plan, plan["price_minor"] * addon["quantity"]))
            if addon["begins"]:
                prices.append(("setup", plan, addon["begins"]))
            addon["begins"] = 0
        return prices

    def check_addon_days(self, e):
        """The days that the service has ahead, right after it was added or changed, and the set-up
        fee of one that is new."""
        service, line = self.services[e["service"]], e["lines"][0]
        addon = self.addons[e["service"]][line["plan"]]
        plan = self.addon_plan(e["service"], addon)
        expect(not addon.get("charged"), "{}: {} again", e["charge"], line["plan"])
        addon["charged"] = True
        prices = []
        if line["component"] == "addon":
            start, end = span_of(e["lines"])
            expect(end == service["renews_on"], "{}: until {}", e["charge"], end)
            whole = service["whole"]
            if not self.rolling:
                whole = self.days_of_period(end, plan, service["anchor_day"])
            days = min(days_between(start, end), whole)
            price = half_up(plan["price_minor"] * addon["quantity"] * days, whole)
            prices.append(("addon", plan, price))
        if "setup_minor" in plan and not addon.get("changed"):
            prices.append(("setup", plan, plan["setup_minor"]))
        self.check_lines(e, prices)

    def sell(self, e, minor):
        """Once, and at a whole number of the product's price."""
        line = e["lines"][0]
        plan = self.plan_for(e["customer"], line["plan"], line["plan_version"])
        expect(e["charge"] not in self.sold, "{} sold twice", e["charge"])
        expect(kind_of(plan) == "one_time", "{} is no product", line["plan"])
        expect(minor % plan["price_minor"] == 0 < minor, "{}: {}", e["charge"], minor)
        if "net" in line:  # Of a wallet's; a draft is taxed when it is issued.
            self.check_lines(e, [("product", plan, minor)])
        self.sold.add(e["charge"])

    def on_sale_drafted(self, e, _):
        expect(e["charge"] not in self.charges, "{} charged twice", e["charge"])
        self.charges[e["charge"]] = {"minor": 0, "credited": 0, "credits": 0}
        self.sell(e, e["lines"][0]["minor"])
        self.drafts.setdefault(e["invoice"], []).extend(e["lines"])

    def told_addons(self, service):
        return {name: addon["quantity"] for name, addon in self.addons.get(service, {}).items()}

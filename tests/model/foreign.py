"""Facts of other currencies than the tenant's (KES), made wrong so that the model must notice."""
import copy
import json

OWN, NOBODYS = "KES", "GBP"


def is_foreign(e):
    return any(leg["currency"] != OWN for leg in e.get("postings", []))


def foreign_types(runs):
    """Those of the events that move such money."""
    facts = (json.loads(line) for lines in runs for line in lines if '"postings"' in line)
    return sorted({fact["type"] for fact in facts if is_foreign(fact["payload"])})


def first_broken(runs, wanted, change):
    """The facts of the first run in which `change` could change one of that type, up to that."""
    for lines in runs:
        for i, line in enumerate(lines):
            fact = json.loads(line) if '"{}"'.format(wanted) in line else {"type": None}
            if fact["type"] == wanted:
                e = copy.deepcopy(fact["payload"])
                if change(e):
                    return lines[:i] + [json.dumps(dict(fact, payload=e))]
    raise LookupError("no run has such a {}".format(wanted))


def all_broken(runs, wanted, change):
    """The facts of each run, all of that type changed that `change` could change."""
    for lines in runs:
        facts = [json.loads(line) for line in lines]
        if [fact for fact in facts if fact["type"] == wanted and change(fact["payload"])]:
            yield [json.dumps(fact) for fact in facts]


def one_leg(e):
    """One leg is in the tenant's currency."""
    if is_foreign(e):
        next(leg for leg in e["postings"] if leg["currency"] != OWN)["currency"] = OWN
        return True
    return False


def all_in(currency):
    """All of it is in another currency, and balances."""
    def change(e):
        if not is_foreign(e):
            return False
        for leg in e["postings"]:
            leg["currency"] = currency
        if "currency" in e:
            e["currency"] = currency
        return True
    return change


def says(currency):
    def change(e):
        if "currency" not in e or not is_foreign(e):
            return False
        e["currency"] = currency
        return True
    return change


def costs_more(component):
    """Somebody paid more than the price, and all of it balances."""
    def change(e):
        line = e["lines"][0]
        if not is_foreign(e) or line["component"] != component or not e["lots"]:
            return False
        revenue = [leg for leg in e["postings"] if leg["account"].startswith("revenue:")]
        for place, name in ((e, "minor"), (line, "net"), (e["lots"][-1], "minor"),
                            (e["postings"][0], "minor")):
            place[name] += 1
        revenue[0]["minor"] -= 1
        return True
    return change


def opens_in(currency):
    def change(e):
        for opening in e["cash"]:
            if "currency" in opening:
                opening["currency"] = currency
                return True
        return False
    return change


def run_took_more(e):
    if "others" in e:
        e["others"][0]["charged_minor"] += 1
    return "others" in e


def run_adds_up(e):
    """As if all that a run took were in the tenant's currency."""
    for sums in e.get("others", []):
        e["charged_minor"] += sums["charged_minor"]
        e["invoiced_minor"] += sums["invoiced_minor"]
    return bool(e.pop("others", []))


def without_currency(e):
    return e.pop("currency", None) is not None


def other_prices(e):
    for price in e.get("prices", []):
        price["price_minor"] += 1
    return "prices" in e


def no_prices(e):
    return bool(e.pop("prices", []))


def other_fees(e):
    """Of the late fees of a policy."""
    steps = [other for step in e["steps"] for other in step.get("others", [])]
    for other in steps:
        if "fee_minor" in other:
            other["fee_minor"] += 1
    return bool(steps)


# What the model notices at once: (type, change).
AT_ONCE = [
    ("payment_received", says(OWN)),
    ("invoice_issued", says(OWN)),
    ("entities_settled", says(NOBODYS)),
    ("entities_settled", without_currency),
    ("wallet_charged", costs_more("period")),
    ("wallet_charged", costs_more("addon")),
    ("wallet_charged", costs_more("product")),
    ("opening_balances_posted", opens_in(NOBODYS)),
    ("opening_balances_posted", opens_in(OWN)),
    ("billing_run_finished", run_took_more),
    ("billing_run_finished", run_adds_up),
]

# What it notices when it comes to that.
LATER = [
    ("customer_registered", without_currency),
    ("plan_defined", other_prices),
    ("plan_defined", no_prices),
    ("dunning_defined", other_fees),
]

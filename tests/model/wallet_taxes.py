"""The part of the model that tells how a wallet's charge is split into net and taxes, and what of
each comes back."""
from terms import expect, half_up


def span_of(lines):
    """The days that lines are for, together."""
    return (
        min((line["service_from"] for line in lines if "service_from" in line), default=None),
        max((line["service_to"] for line in lines if "service_to" in line), default=None),
    )


def told_of(line):
    taxes = line.get("taxes")
    return (
        line["component"], line["plan"], line.get("service_from"), line.get("service_to"),
        line["net"], line["tax"], line.get("tax_code"),
        None if taxes is None else [(t["code"], t["rate_ppm"], t["minor"]) for t in taxes],
    )


class WalletTaxes:
    """What the model (model.py) adds these to has plans, and the taxes of invoices."""

    def check_lines(self, e, prices):
        """That a charge has lines of these prices, [(component, plan, price)], taxed by the days
        that they are for, or by the day on which it was charged."""
        days = span_of(e["lines"])
        drafts = [self.draft_of(price, days) for price in prices]
        terms = self.charge_terms(e["customer"])
        dated = [draft for draft in drafts if "tax" in draft]
        told = iter(self.taxed(dated, terms) if dated else [])
        wanted = []
        for draft, (_, plan, price) in zip(drafts, prices):
            if "tax" in draft:
                wanted += self.dated_lines(draft, told)
            else:
                net = half_up(price * 100, 100 + plan["tax_percent"])
                wanted.append((
                    draft["component"], draft["plan"], draft.get("service_from"),
                    draft.get("service_to"), net, price - net, plan["tax_code"] or None, None,
                ))
        ours = [told_of(line) for line in e["lines"]]
        expect(ours == wanted, "{}: {} instead of {}", e["charge"], ours, wanted)
        expect(e["minor"] == sum(price for _, _, price in prices), "{}: in all", e["charge"])

    def draft_of(self, price, days):
        component, plan, minor = price
        draft = {"component": component, "minor": minor, "plan": plan["plan"],
                 "plan_version": plan["version"]}
        if component in ("period", "addon"):
            draft["service_from"], draft["service_to"] = days
        if plan["tax_code"] in self.taxes:
            draft["tax"] = plan["tax_code"]
        return draft

    def charge_terms(self, customer):
        of, at = self.of_customer[customer], self.charged_on
        of = of if of != self.own else None
        terms = self.terms_on(of, at) or self.terms_on(None, at)
        return {
            "issued_on": at,
            "tax_rounding": terms["tax_rounding"] if terms else "line",
            "halves": terms["halves"] if terms else "up",
        }

    def dated_lines(self, draft, told):
        """One for each version of the tax within its days."""
        pieces = self.pieces(draft, self.charged_on)
        first = draft.get("service_from")
        starts = [first, *(begin for _, _, begin in pieces[1:]), draft.get("service_to")]
        lines = []
        for (_, rates, _), start, end in zip(pieces, starts, starts[1:]):
            net, taxes = next(told)
            each = [(r["code"], r["rate_ppm"], minor) for r, minor in zip(rates, taxes)]
            code = each[0][0] if len(each) == 1 else None
            lines.append(
                (draft["component"], draft["plan"], start, end, net, sum(taxes), code, each))
        return lines

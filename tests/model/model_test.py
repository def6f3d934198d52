"""Holds our Book against the independent model, over random runs and both sample days.

    model_test.py BOOK_DUMP SAMPLES
"""
import datetime
import importlib.machinery
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import foreign
import model

DUMP, SAMPLES = sys.argv[1], pathlib.Path(sys.argv[2])
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SEEDS = range(1, 13)
STEPS = 4000
TURNS = 120


def dumped(*what):
    """The facts of a run, and our Book's figures after them."""
    with tempfile.TemporaryDirectory() as directory:
        facts, book = pathlib.Path(directory, "facts"), pathlib.Path(directory, "book")
        subprocess.run([DUMP, *map(str, what), facts, book], check=True)
        return facts.read_text().splitlines(), json.loads(book.read_text())


def broken(runs, wanted, change):
    """The facts of each run that has the type, its last one changed."""
    for lines in runs:
        facts = [json.loads(line) for line in lines]
        if of_type := [fact for fact in facts if fact["type"] == wanted]:
            change(of_type[-1]["payload"])
            yield [json.dumps(fact) for fact in facts]


def is_noticed(lines):
    try:
        model.book_of(lines)
    except model.Fault:
        return True
    return False


def moved_schedule(runs, scheduled, made, same, days):
    """The facts of the first run in which such a change took effect, scheduled for another day: so
    many after the one on which it counted."""
    for lines in runs:
        facts, newest = [json.loads(line) for line in lines], {}
        for fact in facts:
            of = tuple(fact["payload"].get(name) for name in same)
            if fact["type"] == scheduled:
                newest[of] = fact
            planned = newest.pop(of, None) if fact["type"] == made else None
            if planned and fact["command"] not in ("change_plan", "change_addon"):
                on = datetime.date.fromisoformat(fact["payload"]["on"])
                planned["payload"]["not_before"] = str(on + datetime.timedelta(days=days))
                return [json.dumps(fact) for fact in facts]
    raise LookupError(f"no run reaches {made} by a schedule")


class ModelTest(unittest.TestCase):
    maxDiff = 2000

    def compare(self, lines, book):
        told = model.book_of(lines)
        for service in book["services"].values():
            service["blocks"].sort()
        for block in ("accounts", "wallets", "services", "payments", "invoices", "booked_on"):
            self.assertEqual(told[block], book[block], block)

    def test_random_runs_agree(self):
        for seed in SEEDS:
            with self.subTest(seed=seed):
                lines, book = dumped("seed", seed, STEPS)
                self.assertGreater(len(lines), STEPS)
                self.compare(lines, book)

    def test_changes_that_were_scheduled_for_a_day_agree(self):
        for seed in SEEDS:
            with self.subTest(seed=seed):
                lines, book = dumped("changes", seed, TURNS)
                self.compare(lines, book)
                dated = [line for line in lines if '"not_before"' in line]
                self.assertGreater(len(dated), TURNS / 3)

    def test_sample_days_agree_with_the_book_and_with_what_is_expected(self):
        for day in ("isp-day", "isp-day-2"):
            with self.subTest(day=day):
                lines, book = dumped("day", SAMPLES / day)
                self.compare(lines, book)
                expected = json.loads((SAMPLES / day / "expected.json").read_text())
                balances = {
                    customer: sum(left for _, left in wallet["lots"]) - wallet["overdrawn"]
                    for customer, wallet in model.book_of(lines)["wallets"].items()
                }
                self.assertEqual(balances, expected["wallets_minor"])

    def test_every_exported_payload_fits_its_schema(self):
        schemas = importlib.machinery.SourceFileLoader("schemas", str(ROOT / "scripts" / "schemas"))
        misfit, known = schemas.load_module().misfit, {}
        for path in (ROOT / "schemas" / "events").glob("*.json"):
            kind, _, version = path.stem.rpartition(".v")
            known[kind, int(version)] = json.loads(path.read_text())
        newest = {kind: known[kind, version] for kind, version in sorted(known)}
        lines, _ = dumped("seed", 3, STEPS)
        for fact in map(json.loads, lines):
            self.assertIsNone(misfit(fact["payload"], newest[fact["type"]]), fact["type"])

    def test_the_model_notices_what_is_wrong(self):
        runs = [dumped("seed", seed, STEPS)[0] for seed in SEEDS]
        changes = [
            ("wallet_charged", lambda e: e.update(minor=e["minor"] + 1)),
            ("wallet_charged", lambda e: e["lots"].append({"lot": "none", "minor": 1})),
            ("wallet_charged", lambda e: e["postings"].pop()),
            ("payment_received", lambda e: e.update(minor=e["minor"] + 1)),
            ("payment_received", lambda e: e["postings"][0].update(entity="hills")),
            ("invoice_issued", lambda e: e.update(number_seq=e["number_seq"] + 1)),
            ("credit_note_issued", lambda e: e.update(entity="hills")),
            ("entities_settled", lambda e: e.update(remaining=e["remaining"] + 1)),
            ("entities_settled", lambda e: e.update(minor=e["minor"] + e["remaining"] + 1)),
            ("entities_settled", lambda e: e.update(to_channel=e["from_channel"])),
            ("period_closed", lambda e: e.update(through="2000-01-01")),
            ("payment_reversed", lambda e: e.update(from_suspense=e["from_suspense"] + 1)),
            ("payment_moved", lambda e: e["debit"].update(overdrawn=e["debit"]["overdrawn"] + 1)),
            ("service_renewed", lambda e: e.update(to="2031-01-01")),
            ("service_suspended", lambda e: e.update(blocks=[])),
            ("invoice_issued", lambda e: e["lines"][0].update(net=e["lines"][0]["net"] + 1)),
            ("funds_applied", lambda e: e.update(remaining=e["remaining"] + 1)),
            ("credit_note_issued", lambda e: e.update(offset=e["offset"] + 1)),
            ("funds_released", lambda e: e.update(debt_repaid=e["debt_repaid"] + 1)),
            ("suspense_assigned", lambda e: e.update(remaining=e["remaining"] + 1)),
            ("dunning_step_taken", lambda e: e.update(due_since="2026-01-01")),
            ("dunning_step_taken", lambda e: e.update(step="none")),
            ("periods_forgiven", lambda e: e.update(count=e["count"] + 1)),
            ("backlog_billed", lambda e: e.update(to="2031-01-01")),
            ("tariff_corrected", lambda e: e.update(minor=e["minor"] + 1)),
            ("draft_corrected", lambda e: e["lines"].append(e["lines"][0])),
            ("addon_added", lambda e: e.update(addon="CABLE", plan_version=1)),
            ("addon_removed", lambda e: e.update(addon="none")),
            ("addon_changed", lambda e: e.update(quantity=e["quantity"] + 1)),
        ]
        for wanted, change in changes:
            with self.subTest(wanted=wanted):  # What a run ends with may be of no consequence.
                self.assertTrue(any(map(is_noticed, broken(runs, wanted, change))))
        runs = [dumped("changes", seed, TURNS)[0] for seed in SEEDS]
        for scheduled, made, same in (
                ("plan_change_scheduled", "plan_changed", ("service", "plan", "plan_version")),
                ("addon_change_scheduled", "addon_changed",
                 ("service", "addon", "plan_version", "quantity"))):
            with self.subTest(made=made):
                model.book_of(moved_schedule(runs, scheduled, made, same, 0))
                with self.assertRaisesRegex(model.Fault, "too early"):
                    model.book_of(moved_schedule(runs, scheduled, made, same, 1))
        runs = [dumped("seed", 1, STEPS)[0]]
        with self.assertRaises(model.Fault):
            model.book_of(runs[0][:5] + runs[0][6:])

    def test_the_model_notices_what_mixes_currencies(self):
        runs = [dumped("seed", seed, STEPS)[0] for seed in SEEDS]
        types = foreign.foreign_types(runs)
        self.assertGreaterEqual(set(types), {
            "payment_received", "payment_reversed", "payment_moved", "wallet_charged",
            "charge_credited", "credit_granted", "deposit_taken", "invoice_issued",
            "funds_applied", "credit_note_issued", "refund_approved", "entities_settled",
            "opening_balances_posted"})
        changes = foreign.AT_ONCE + [
            (wanted, change) for wanted in types
            for change in (foreign.one_leg, foreign.all_in(foreign.OWN),
                           foreign.all_in(foreign.NOBODYS))]
        for wanted, change in changes:
            with self.subTest(wanted=wanted, change=change.__qualname__):
                self.assertTrue(is_noticed(foreign.first_broken(runs, wanted, change)))
        for wanted, change in foreign.LATER:
            with self.subTest(wanted=wanted, change=change.__qualname__):
                noticed = map(is_noticed, foreign.all_broken(runs, wanted, change))
                self.assertTrue(any(noticed))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

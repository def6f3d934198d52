"""kill -9 of a node in the middle of a billing run, again and again: what each run did is recorded.

    run_kill_test.py TOLLBOOK ROUNDS

Each round counts only when the killed run had charged some of what was due and not all of it. The
node that starts next records that run by itself, the run after it does the rest, and what all runs
say that they charged is what was charged.
"""

import datetime
import http.client
import json
import os
import random
import shutil
import signal
import sys
import threading
import time

import ledger_load as load
from finance_provider import Provider

TOLLBOOK, ROUNDS = sys.argv[1], int(sys.argv[2])
CUSTOMERS, PRICE, WITHIN, TRIES_MAX = 4_000, 1_000, 120, 12 * ROUNDS
FIRST = datetime.date(2026, 11, 20)
SETTINGS = ("billing.check_every_ms=50",)
SUMS = ("SELECT count(*), count(*) FILTER (WHERE state = 'running'), "
        "coalesce(sum(charged_minor), 0), coalesce(sum((counts->>'renewed')::bigint), 0) "
        "FROM tollbook.billing_runs")
CHARGED = "SELECT count(*), coalesce(sum(minor), 0) FROM tollbook.charges"
DEAD = ("SELECT run, (counts->>'due')::bigint, (counts->>'renewed')::bigint, charged_minor "
        "FROM tollbook.billing_runs WHERE state = 'interrupted' ORDER BY seq")
CAUSED = ("SELECT count(*) FROM tollbook.event_index WHERE type = 'wallet_charged' "
          "AND causation = 'run:' || '{}'")


def numbers(line):
    return [int(word) if word.lstrip("-").isdigit() else word for word in line.split("|")]


def open_provider(isp):
    isp.post("", {"name": "Savanna", "timezone": "UTC", "currency": "KES", "tills": ["main"],
                  "policies": {"recognition": "on_charge", "renewal_anchor": "fixed"},
                  "test_clock": "2026-11-20T06:00:00Z"})
    isp.plan("HOME", PRICE, "week")
    for first in range(0, CUSTOMERS, 250):
        items = []
        for n in range(first, min(first + 250, CUSTOMERS)):
            for kind, body in (
                    ("register_customer", {"customer": f"C{n}", "name": "N", "phone": "1",
                                           "references": [f"C{n}"]}),
                    ("record_payment", {"channel": "till:main", "receipt": f"R{n}", "user": "u",
                                        "customer": f"C{n}", "minor": PRICE * 10 * TRIES_MAX}),
                    ("add_service", {"service": f"C{n}-1", "customer": f"C{n}", "plan": "HOME",
                                     "renews_on": "2026-11-20"})):
                items.append({"key": f"{kind}-{n}", "type": kind, "body": body})
        answer = isp.post("/batch", items)
        assert answer["refused"] == 0, json.dumps(answer)[:2000]


class Rounds:
    def __init__(self, node, isp, chance):
        self.node, self.isp, self.chance = node, isp, chance
        self.weeks = self.counted = 0
        self.took = self.run()  # How long one takes that nobody kills.

    def run(self):
        began = time.monotonic()
        self.weeks += 1
        report = self.isp.post("/renewal-runs", {})
        self.isp.position = f"0:{report['position']}"
        assert report["failed"] == 0, report
        return time.monotonic() - began

    def next_week(self):
        day = FIRST + datetime.timedelta(weeks=self.weeks)
        self.isp.post("/clock/advance", {"to": f"{day}T06:00:00Z"})

    def killed_run(self):
        """Somewhere in its work."""
        self.next_week()
        asked = threading.Thread(target=self.ask, daemon=True)
        asked.start()
        time.sleep(self.chance.random() * self.took)
        self.node.end(signal.SIGKILL)
        asked.join()

    def ask(self):
        try:
            load.post(self.node.connect(), self.node, f"/v1/tenants/{self.isp.tenant}/renewal-runs",
                      {}, f"killed-{self.weeks}")
        except (OSError, http.client.HTTPException, json.JSONDecodeError):
            return

    def await_sums(self, runs_of_charges):
        """Until the read models have it all, and no run is under way."""
        deadline = time.monotonic() + WITHIN
        while True:
            runs, running, told, renewed = numbers(self.node.sql(SUMS)[0])
            charges, charged = numbers(self.node.sql(CHARGED)[0])
            if running == 0 and (told, renewed) == (charged, charges) and runs_of_charges(charges):
                return runs
            assert time.monotonic() < deadline, (runs, running, told, renewed, charges, charged)
            time.sleep(0.05)

    def round(self):
        dead = len(self.node.sql(DEAD))
        self.killed_run()
        self.node.start()
        self.isp.connection = self.node.connect()
        # The node records it by itself; nobody asks for a run before.
        done_before = self.weeks * CUSTOMERS
        self.await_sums(lambda charges: charges >= done_before)
        self.run()  # The rest.
        self.await_sums(lambda charges: charges == self.weeks * CUSTOMERS)
        for line in self.node.sql(DEAD)[dead:]:
            run, due, renewed, charged = numbers(line)
            assert due == CUSTOMERS and charged == renewed * PRICE, line
            assert self.node.sql(CAUSED.format(run)) == [str(renewed)], line
            self.counted += 0 < renewed < CUSTOMERS


def main():
    seed = int(os.environ.get("SEED", "20261121"))
    node = load.new_node(TOLLBOOK, "run-kill", SETTINGS)
    node.start()
    isp = Provider(node)
    open_provider(isp)
    rounds = Rounds(node, isp, random.Random(seed))
    tries = 0
    while rounds.counted < ROUNDS:
        tries += 1
        assert tries <= TRIES_MAX, f"{rounds.counted} of {tries} kills met a run at work"
        rounds.round()
    load.stop(node)
    node.run("verify")
    shutil.rmtree(node.directory)
    print(json.dumps({"rounds": rounds.counted, "kills": tries, "seed": seed,
                      "charges": rounds.weeks * CUSTOMERS,
                      "a_run_takes_s": round(rounds.took, 3)}))


main()

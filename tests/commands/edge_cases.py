#!/usr/bin/env python3
"""The acceptance list of billing: which of its 60 rows have a test named edge_NN, and which not yet.

    edge_cases.py <test program>...

Fails when a row is neither tested nor listed here, or listed although it is tested.
"""
import json
import re
import subprocess
import sys

ROWS = range(1, 61)

WAITING = {
    "gateways": [23, 25, 26, 27, 28, 29, 32, 34, 36],
    "vouchers": [38, 39],
    "resellers": [60],
    "radius": [56, 57, 58],
}

MISSING = []


def rows_of(program):
    listed = subprocess.run([program, "--list-test-cases"], check=True, capture_output=True)
    return [int(n) for n in re.findall(rb"^edge_(\d\d):", listed.stdout, re.MULTILINE)]


def main(programs):
    tested = [row for program in programs for row in rows_of(program)]
    waiting = [row for rows in WAITING.values() for row in rows]
    print(json.dumps({"tested": sorted(tested), "waiting": WAITING, "missing": MISSING}))
    told = sorted(tested + waiting + MISSING)
    wrong = {row for row in told if told.count(row) > 1} | set(told) ^ set(ROWS)
    if wrong:
        sys.exit(f"told twice or never: {sorted(wrong)}")


if __name__ == "__main__":
    main(sys.argv[1:])

"""The demo as a person runs it, and what must not be found afterwards.

    demo_test.py TOLLBOOK TEST_ROUTER SAMPLES
"""

import csv
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import make_day

TOLLBOOK, TEST_ROUTER, SAMPLES = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])


def demo(day, directory, *more):
    command = [TOLLBOOK, "demo", "--once", "--day", str(day), "--dir", str(directory),
               "--test-router", TEST_ROUTER, *more]
    return subprocess.run(command, capture_output=True, text=True, timeout=600)


class Demo(unittest.TestCase):
    def setUp(self):
        # PostgreSQL's own user must reach its cluster below.
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="tollbook-test-", dir="/var/tmp"))
        self.directory.chmod(0o711)
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def altered_day(self, change):
        day = self.directory / "day"
        shutil.copytree(SAMPLES / "isp-day", day)
        expected = json.loads((day / "expected.json").read_text())
        change(expected)
        (day / "expected.json").write_text(json.dumps(expected))
        return day

    def test_both_days_come_out_to_the_cent(self):
        for name in ("isp-day", "isp-day-2"):
            result = self.directory / f"{name}.json"
            ran = demo(SAMPLES / name, self.directory / name, "--result", str(result))
            self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
            self.assertIn("Every figure is as expected.", ran.stdout)
            expected = json.loads((SAMPLES / name / "expected.json").read_text())
            del expected["after_statement"]
            self.assertEqual(json.loads(result.read_text()), expected)

    def test_a_made_day_of_any_size_comes_out_as_an_independent_reading_says(self):
        for size in (1, 300):
            day = self.directory / f"day-{size}"
            make_day.make(day, size, seed=size)
            ran = demo(day, self.directory / f"node-{size}")
            self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
            self.assertIn("Every figure is as expected.", ran.stdout)

    def test_the_independent_reading_agrees_with_the_day_that_was_made_by_hand(self):
        for name in ("isp-day", "isp-day-2"):
            expected = json.loads((SAMPLES / name / "expected.json").read_text())
            del expected["after_statement"]
            self.assertEqual(make_day.Reading(SAMPLES / name).expected(), expected)

    def test_one_altered_wallet_is_named_and_red(self):
        def change(expected):
            expected["wallets_minor"]["ACC00001"] += 1
        ran = demo(self.altered_day(change), self.directory / "node")
        self.assertEqual(ran.returncode, 1, ran.stdout + ran.stderr)
        self.assertIn("The first difference: wallets_minor.ACC00001", ran.stdout)

    def test_no_name_phone_or_password_is_in_the_log_or_in_what_processes_say(self):
        node = self.directory / "node"
        ran = demo(SAMPLES / "isp-day", node)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        customers, services = (
            list(csv.DictReader((SAMPLES / "isp-day" / name).read_text().splitlines()))
            for name in ("customers.csv", "services.csv"))
        secrets = {row[field].encode() for row in customers for field in ("name", "phone")}
        secrets |= {row["ppp_password"].encode() for row in services}
        for line in (SAMPLES / "isp-day/arrivals.ndjson").read_text().splitlines():
            raw = json.loads(json.loads(line).get("raw") or "{}")
            secrets |= {raw[f].encode() for f in ("MSISDN", "FirstName", "LastName")
                        if raw.get(f)}
        self.assertGreater(len(secrets), 800)
        # Hashes and ciphertexts hold any three or four bytes by chance: IAN is sought as he is written.
        secrets = {b'"%s"' % secret if len(secret) < 5 else secret for secret in secrets}
        # Compressed blocks could hide a name: the export holds the frames as they were hashed.
        export = self.directory / "book.tbx"
        subprocess.run([TOLLBOOK, "--data", str(node), "export", "-o", str(export)], check=True,
                       capture_output=True)
        files = [p for p in (node / "log").rglob("*") if p.is_file()]
        files += [export, node / "node.log", node / "routers.log", node / "mark", node / "identity"]
        self.assertGreater(len(files), 8)
        for path in files:
            held = path.read_bytes()
            for secret in secrets:
                self.assertNotIn(secret, held, f"{path} holds {secret!r}")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

"""The sanitizers of a preset, with the options that its tests run under, report what they promise.

    canary_test.py CANARY SANITIZERS
"""

import subprocess
import sys
import unittest

CANARY, SANITIZERS = sys.argv[1], sys.argv[2].split(",")
REPORTED = {
    "address": {"use_after_free": "heap-use-after-free", "leak": "detected memory leaks"},
    "undefined": {"overflow": "signed integer overflow"},
    "thread": {"race": "data race", "race_of_copies": "data race"},
}


class Canary(unittest.TestCase):
    def test_each_bug_is_reported_with_its_function_and_file(self):
        for sanitizer in SANITIZERS:
            for bug, report in REPORTED[sanitizer].items():
                with self.subTest(bug):
                    run = subprocess.run([CANARY, bug], capture_output=True, text=True)
                    self.assertNotEqual(run.returncode, 0)
                    self.assertIn(report, run.stderr)
                    # Without a symbolizer there are only addresses, and no suppression matches.
                    self.assertRegex(run.stderr, rf"{bug}.*canary\.cpp:\d+")

    def test_what_is_right_is_not_reported(self):
        run = subprocess.run([CANARY], capture_output=True, text=True)
        self.assertEqual((run.returncode, run.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

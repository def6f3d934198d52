"""The rules of the tree that a compiler does not check: who may include whom, sizes, leftovers.

    structure_test.py ROOT BUILD_DIR PRESET
"""

import json
import pathlib
import re
import sys
import unittest

ROOT, BUILD, PRESET = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
ALLOWED = {
    "ledger": {"ledger"},
    "commands": {"ledger", "commands"},
    "projections": {"ledger", "projections"},
    "api": {"ledger", "commands", "projections", "api"},
}
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Wsign-conversion",
            "-Wold-style-cast", "-Werror", "-std=c++20"]
PROMISED = {
    "release": ["-O2"],
    "dev": ["-g"],
    "asan-ubsan": ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
    "tsan": ["-fsanitize=thread", "-fno-sanitize-recover=all"],
}


def sources(*folders):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".cpp", ".hpp"):
                yield path


class Structure(unittest.TestCase):
    def test_every_include_follows_the_arrows(self):
        count = 0
        for folder, allowed in ALLOWED.items():
            for path in sources(folder):
                for target in re.findall(r'^#include "([^"/]+)/', path.read_text(), re.M):
                    count += 1
                    self.assertIn(target, allowed, f"{path}: {folder} may not include {target}/")
        self.assertGreater(count, 100)

    def test_every_include_names_its_folder(self):
        for path in sources(*ALLOWED):
            for target in re.findall(r'^#include "([^"]+)"', path.read_text(), re.M):
                self.assertTrue((ROOT / target).exists() or (BUILD / target).exists(),
                                f"{path}: {target} is not a path from the root")

    def test_files_stay_small(self):
        for path in sources("ledger", "commands", "projections", "api", "bench", "tests"):
            limit = 500 if "tests" in path.relative_to(ROOT).parts[0] else 300
            lines = path.read_text().count("\n")
            self.assertLessEqual(lines, limit, f"{path} has {lines} lines")

    def test_nothing_is_left_for_later(self):
        for path in sources("ledger", "commands", "projections", "api", "bench", "tests"):
            self.assertIsNone(re.search(r"\b(TODO|FIXME|XXX|HACK)\b", path.read_text()), path)

    def test_headers_have_pragma_once(self):
        for path in sources("ledger", "commands", "projections", "api", "tests"):
            if path.suffix == ".hpp":
                self.assertIn("#pragma once", path.read_text(), path)


class Flags(unittest.TestCase):
    def test_every_own_file_is_compiled_with_what_the_preset_promises(self):
        commands = json.loads((BUILD / "compile_commands.json").read_text())
        own = [c for c in commands if "/_deps/" not in c["file"]]
        self.assertGreater(len(own), 50)
        for command in own:
            for flag in WARNINGS + PROMISED[PRESET]:
                self.assertIn(flag, command["command"].split(), command["file"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

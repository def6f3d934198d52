"""Mutation-tests verify.py: verify_test.py MAKE_EXPORT. What is compared is the seq that it names."""
import collections
import hashlib
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
MAKE_EXPORT = sys.argv[1]
VERIFY = str(pathlib.Path(__file__).with_name("verify.py"))
COMMANDS = 12
HEADER, SUM, ENVELOPE, CHECKSUM = 120, 8, 124, 8
sys.path.insert(0, os.path.dirname(VERIFY))
import verify  # noqa: E402


def made(commands=COMMANDS, fork_at=10**6, unbalanced=0):
    """An export's bytes, and what make_export says of it."""
    with tempfile.TemporaryDirectory() as scratch:
        path = os.path.join(scratch, "export")
        out = subprocess.run([MAKE_EXPORT, path, str(commands), str(fork_at), str(unbalanced)],
                             check=True, capture_output=True)
        return pathlib.Path(path).read_bytes(), json.loads(out.stdout)


def named(data, receipts=()):
    """The bad seq that verify.py names by its exit status and text; None: it proves the file."""
    with tempfile.TemporaryDirectory() as scratch:
        path, kept = os.path.join(scratch, "export"), os.path.join(scratch, "receipts")
        pathlib.Path(path).write_bytes(data)
        pathlib.Path(kept).write_text("".join(json.dumps(r) + "\n" for r in receipts))
        run = subprocess.run([sys.executable, VERIFY, path, kept], capture_output=True, text=True)
    if run.returncode == 0:
        return None
    assert run.returncode == 1 and run.stderr.startswith("bad seq "), run.stderr
    return int(run.stderr.split()[2].rstrip(":"))


def quickly(data):
    """The same in this process: thousands of mutations."""
    verifier = verify.Verifier()
    try:
        verifier.run(io.BytesIO(data), [])
    except verify.Bad as bad:
        return bad.args[1] or verifier.seq + 1
    except Exception:
        return verifier.seq + 1
    return None


def pieces(data):
    """Header, messages and trailer, without their sums."""
    found, at = [data[:HEADER]], HEADER + SUM
    while (size := int.from_bytes(data[at:at + 4], "big")) != 0:
        found.append(data[at + 4:at + 4 + size])
        at += 4 + size + SUM
    return found + [data[at + 4:at + 44]]


def joined(parts):
    """An export of these pieces, with right lengths and sums."""
    out, total = b"", b""
    for i, part in enumerate(parts):
        prefix = b"" if i == 0 else (0 if i == len(parts) - 1 else len(part)).to_bytes(4, "big")
        total = hashlib.sha256(total + prefix + part).digest()[:8]
        out += prefix + part + total
    return out


def edited(frame, cut=(0, 0), put=b"", records=0):
    """The frame with other bytes at `cut`, and so many records less, its length and range made right.
    (The checksum is not: verify.py does not read it, sums and hashes say more.)"""
    body = frame[:cut[0]] + put + frame[cut[1]:]
    last = int.from_bytes(frame[84:92], "big") - records
    return body[:4] + len(body).to_bytes(4, "big") + body[8:84] + last.to_bytes(8, "big") + body[92:]


class Verify(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.data, cls.told = made()
        cls.records, cls.receipts = cls.told["records"], cls.told["receipts"]
        cls.parts = pieces(cls.data)
        cls.last = cls.records[-1]["seq"]
        cls.at = []  # Where each message begins in the file.
        at = HEADER + SUM
        for part in cls.parts[1:-1]:
            cls.at.append(at + 4)
            at += 4 + len(part) + SUM

    def first_of(self, message):
        """The first seq that the message (from 0) tells of; of a claim: what it lets follow."""
        following = [r["seq"] for r in self.records if r["frame"] >= self.at[message]]
        return min(following, default=self.last + 1)

    def expected(self, offset):
        """The seq that the flip of bit `offset % 8` of this byte of the file leaves unproven."""
        if offset < HEADER + SUM:
            return 1
        for at, part in zip(self.at, self.parts[1:-1]):
            if at + 84 <= offset < at + 92 and part[3] == 0:  # The last seq of a frame.
                said, flip = int.from_bytes(part[84:92], "big"), 1 << offset % 8
                first, last = int.from_bytes(part[76:84], "big"), said ^ flip << 8 * (at + 91 - offset)
                return max(first, min(said, last) + 1)
        for record in self.records:
            if record["begin"] <= offset < record["end"]:
                return record["seq"]
        for i, part in enumerate(self.parts[1:-1]):
            if offset < self.at[i] + len(part) + SUM:
                return self.first_of(i)
        return self.last + 1

    def test_a_good_export_is_proven_and_balanced(self):
        self.assertIsNone(named(self.data, self.receipts))
        self.assertEqual(joined(self.parts), self.data)
        self.assertGreater(len(self.receipts), 10)
        with tempfile.NamedTemporaryFile() as file:
            file.write(self.data)
            file.flush()
            out = subprocess.run([sys.executable, VERIFY, file.name], capture_output=True, check=True)
        proven = json.loads(out.stdout)
        wanted = collections.Counter()
        for number in range(1, COMMANDS + 1):
            tenant = "other" if number % 4 == 0 else "acme"
            minor = 100 * number * (2 if number % 2 == 0 else 1)
            wanted[tenant, f"wallet:ACC{number % 5}"] += minor
            wanted[tenant, "revenue:period"] -= minor
        found = {(tenant, account): minor
                 for tenant, books in proven["trial_balance"].items()
                 for account, minor in books["main"]["KES"].items()}
        self.assertEqual(found, dict(wanted))
        self.assertEqual(proven["last_seq"], self.last)
        self.assertEqual(proven["hash"], self.receipts[-1]["hash"])

    def test_any_flipped_byte_is_named(self):
        for offset in range(len(self.data)):
            flipped = bytearray(self.data)
            flipped[offset] ^= 1 << offset % 8
            self.assertEqual(quickly(bytes(flipped)), self.expected(offset), f"byte {offset}")

    def test_any_flipped_byte_under_right_sums_is_named(self):
        skipped = 0
        for i, part in enumerate(self.parts[1:-1], 1):
            for at in range(len(part)):
                if at >= len(part) - CHECKSUM:
                    skipped += 1  # Only its own program reads it.
                    continue
                offset = self.at[i - 1] + at
                flipped = part[:at] + bytes([part[at] ^ 1 << offset % 8]) + part[at + 1:]
                data = joined(self.parts[:i] + [flipped] + self.parts[i + 1:])
                wanted = self.expected(offset)
                self.assertEqual(quickly(data), wanted, f"message {i}, byte {at}")
        self.assertEqual(skipped, CHECKSUM * (len(self.parts) - 2))

    def test_a_changed_head_or_end_under_right_sums_is_named(self):
        for at in range(HEADER):
            head = bytearray(self.parts[0])
            head[at] ^= 1 << at % 8
            seq = quickly(joined([bytes(head)] + self.parts[1:]))
            in_seq = 80 <= at < 88  # The seq that it says to begin at is the one to be named.
            self.assertIsNotNone(seq) if in_seq else self.assertEqual(seq, 1, f"byte {at}")
        for at in range(40):
            end = bytearray(self.parts[-1])
            end[at] ^= 1 << at % 8
            self.assertEqual(quickly(joined(self.parts[:-1] + [bytes(end)])), self.last + 1)

    def test_the_program_and_its_exit_status_say_the_same(self):
        sealed = self.data.index(b"\x01sealed\xff")
        payload = self.data.index(b'"C5-0"')
        for offset in (3, 200, sealed + 2, payload + 1, len(self.data) - 1):
            flipped = bytearray(self.data)
            flipped[offset] ^= 1 << offset % 8
            self.assertEqual(named(bytes(flipped)), self.expected(offset))

    def test_a_cut_file_is_named(self):
        for size in range(0, len(self.data), 7):
            seq = quickly(self.data[:size])
            whole = [r["seq"] for i, part in enumerate(self.parts[1:-1])
                     for r in self.records
                     if r["frame"] == self.at[i] and self.at[i] + len(part) + SUM <= size]
            self.assertIsNotNone(seq)
            self.assertGreater(seq, max(whole, default=0), f"cut at {size}")

    def test_a_message_removed_or_two_swapped_are_named(self):
        for i in range(1, len(self.parts) - 1):
            data = joined(self.parts[:i] + self.parts[i + 1:])
            self.assertEqual(quickly(data), self.first_of(i - 1), f"message {i} removed")
        for i in range(1, len(self.parts) - 2):
            parts = list(self.parts)
            parts[i], parts[i + 1] = parts[i + 1], parts[i]
            self.assertEqual(quickly(joined(parts)), self.first_of(i - 1), f"message {i} swapped")

    def commands_of(self, message):
        """(begin, end, first seq, records) of each command in a frame, in offsets of the frame."""
        found, base = [], self.at[message]
        for record in (r for r in self.records if r["frame"] == base):
            if record["index"] == 0:
                found.append([record["begin"] - base, 0, record["seq"], record["count"]])
            found[-1][1] = record["end"] - base
        return found

    def test_a_record_removed_is_named(self):
        removed = 0
        for i in range(1, len(self.parts) - 1):
            commands = self.commands_of(i - 1)
            for begin, end, seq, count in commands if len(commands) > 1 else []:
                frame = edited(self.parts[i], (begin, end), records=count)
                data = joined(self.parts[:i] + [frame] + self.parts[i + 1:])
                self.assertEqual(quickly(data), seq, f"command at seq {seq}")
                removed += 1
        self.assertGreater(removed, 5)

    def test_two_records_swapped_are_named(self):
        swapped = 0
        for i in range(1, len(self.parts) - 1):
            commands, frame = self.commands_of(i - 1), self.parts[i]
            for a, b in zip(commands, commands[1:]):
                put = frame[b[0]:b[1]] + frame[a[0]:a[1]]
                data = joined(self.parts[:i] + [edited(frame, (a[0], b[1]), put)]
                              + self.parts[i + 1:])
                self.assertEqual(quickly(data), a[2], f"commands at seq {a[2]}")
                swapped += 1
        self.assertGreater(swapped, 3)

    def test_postings_that_do_not_sum_to_zero_are_named(self):
        data, told = made(unbalanced=5)
        wanted = told["receipts"][4]["first_seq"]
        self.assertEqual(named(data), wanted)

    def test_a_tail_cut_and_chained_anew_is_caught_by_receipts_alone(self):
        for fork_at in (1, 6, COMMANDS):
            forked, _ = made(fork_at=fork_at)
            self.assertIsNone(named(forked))
            self.assertEqual(named(forked, self.receipts), self.receipts[fork_at - 1]["first_seq"])
            self.assertEqual(named(forked, self.receipts[-1:]), self.receipts[-1]["first_seq"])

    def test_a_tail_cut_is_caught_by_receipts_alone(self):
        short, told = made(commands=7)
        self.assertIsNone(named(short))
        self.assertIsNone(named(short, self.receipts[:7]))
        self.assertEqual(named(short, self.receipts), told["records"][-1]["seq"] + 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

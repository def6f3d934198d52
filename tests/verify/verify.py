#!/usr/bin/env python3
"""verify.py EXPORT [RECEIPTS]: proves an export of tollbook; written from docs/formats.md alone.

Re-hashes every record, checks chain, density and sums, adds up the postings and prints the trial
balance. Exit 1 and "bad seq N: reason": N is the first seq that the file does not prove."""
import hashlib, json, struct, sys

M = (1 << 64) - 1
sha = lambda data: hashlib.sha256(data).digest()
short = lambda data: struct.pack(">H", len(data)) + data
wide = lambda data: u32(len(data)) + data
u32, u64 = struct.Struct(">I").pack, struct.Struct(">Q").pack

class Bad(Exception): pass  # Why a seq is not proven, and which (None: the next one).
def need(holds, why, seq=None):
    if not holds: raise Bad(why, seq)

def uuid(data):
    h = bytearray(sha(data)[:16])
    h[6], h[8] = h[6] & 15 | 128, h[8] & 63 | 128
    return bytes(h)

class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0
    def take(self, count):
        self.at += count
        need(self.at <= len(self.data), "it is cut short")
        return self.data[self.at - count:self.at]
    def number(self, count):
        return int.from_bytes(self.take(count), "big")
    def varint(self):
        value, shift, byte = 0, 0, 128
        while byte > 127:
            byte = self.number(1)
            value, shift = value | (byte & 127) << shift, shift + 7
        need(value <= M and (byte or shift == 7), "a number is not in its shortest form")
        return value
    def signed(self, base):  # Zigzag, added to the base, wrapping around 64 bits.
        value = self.varint()
        value = (base + (value >> 1 ^ -(value & 1))) & M
        return value - (value >> 63 << 64)
    def text(self): return self.take(self.varint())
    def word(self, words):
        number = self.varint()
        need(number <= len(words), "a word is not known")
        text = words[number - 1] if number else self.text()
        if not number and len(words) < 64: words.append(text)
        return text

class Verifier:
    seq, sum = 0, b""
    def summed(self, file, size, prefix=b""):  # Bytes and their sum, which goes on from the last.
        data, stored = file.read(size), file.read(8)
        self.sum = sha(self.sum + prefix + data)[:8]
        return Reader(data), stored == self.sum
    def run(self, file, receipts):
        r, whole = self.summed(file, 120)
        need(whole and r.take(12) == b"TBEXPORT\0\0\0\1", "it is no export of version 1")
        self.cluster, self.incarnation, self.partition = r.take(16), r.take(16), r.take(4)
        self.leading, self.start, self.hash = r.take(32), r.number(8), r.take(32)
        self.seq, self.tenants, self.balance, self.receipts = self.start, {}, {}, {}
        self.ends = {self.start: self.hash}
        genesis = bytes(32) + sha(b"tollbook/genesis/1" + self.cluster + self.partition)
        need(self.start or self.leading + self.hash == genesis, "it does not begin at the genesis")
        for kept in map(json.loads, receipts):
            if kept["last_seq"] > self.start and u32(kept["partition"]) == self.partition:
                self.receipts.setdefault(kept["last_seq"], []).append(kept)
        while (prefix := file.read(4)) != bytes(4):
            first, size = self.seq + 1, int.from_bytes(prefix, "big")
            r, whole = self.summed(file, min(size, 1 << 19), prefix)
            self.message(r, size)
            need(whole, "a sum is wrong", first)
        r, whole = self.summed(file, 40, prefix)
        ends = r.take(40) == u64(self.seq) + self.hash and not file.read(1)
        need(whole and ends, "the end of the export is wrong")
        need(not self.receipts, "receipts go on, the log does not")
    def message(self, r, size):
        magic, kind, length = r.take(3), r.number(1), r.number(4)
        ours = r.take(36) == self.cluster + self.incarnation + self.partition
        leading, begin, end, before = r.take(32), r.number(8), r.number(8), r.take(32)
        need(magic == b"TB\1" and length == size and ours, "it is no message of this log")
        need(kind or before == self.hash, "the chain is broken")
        if kind:
            term = u64(int.from_bytes(self.leading[:8], "big") + 1)
            known = begin == end and self.ends.get(end) == before
            need(kind == 2 and leading[:8] == term and known, "no valid claim")
            self.leading = leading
        else:
            need(leading == self.leading, "its sender does not lead")
            need(begin == self.seq + 1 and end >= begin, "seq is not dense")
            self.words, self.decider, self.recorded, self.tenant_seq = [], bytes(32), 0, 0
            while self.seq < end:
                self.command(r, end)
            self.ends[end] = self.hash
        need(r.at == size - 8, "something follows the last record")
    def command(self, r, end):
        flags, tenant, key = r.number(1), r.word(self.words), r.text()
        names = short(tenant) + short(key)
        command_id = r.take(16) if flags & 1 else uuid(b"tollbook/command/1" + names)
        fingerprint, count = r.take(32), r.varint()
        self.decider = u64(r.varint()) + r.take(24) if flags & 2 else self.decider
        self.recorded, self.tenant_seq = r.signed(self.recorded), r.signed(self.tenant_seq)
        self.who = [r.word(self.words), r.text(), r.text()]  # Actor, correlation, causation.
        need(flags < 4 and 0 < count <= end - self.seq, "the count of the command does not fit")
        for self.index in range(count):
            place = u32(self.index) + u32(count)
            flags, kind, version, stream = r.number(1), r.word(self.words), r.varint(), r.text()
            revision, self.effective = r.varint(), r.signed(self.recorded)
            booked = r.signed(self.effective // 86_400_000_000)
            event = r.take(16) if flags & 1 else uuid(b"tollbook/event/1" + names + place[:4])
            payload, sealed = r.text(), b""
            if flags & 2:
                sealed = short(r.text()) + u32(r.varint()) + r.take(24) + wide(r.text())
            header = b"".join((
                b"\1", self.cluster, self.partition, u64(self.seq + 1), short(tenant),
                u64(self.tenant_seq & M), short(stream), u64(revision), event, short(kind),
                struct.pack(">H", version), command_id, place, short(key), fingerprint, self.decider,
                struct.pack(">qqi", self.recorded, self.effective, booked), *map(short, self.who),
                sha(wide(payload) + wide(sealed)), self.hash))
            digest = sha(b"tollbook/record/1\0" + header)
            need(flags < 4 and r.take(4) == digest[:4], "the record has another hash")
            self.take_in(digest, tenant.decode(), json.loads(payload, parse_float=int), kind, booked)
    def take_in(self, digest, tenant, payload, _kind, _booked_day):  # One proven record.
        before = self.tenants.get(tenant, self.tenant_seq - 1 if self.start else 0)
        need(self.tenant_seq == before + 1, "tenant seq is not dense")
        sums, books = {}, self.balance.setdefault(tenant, {})
        for leg in payload.get("postings", []):
            entity, currency, minor = leg.get("entity"), leg["currency"], leg["minor"]
            sums[entity, currency] = sums.get((entity, currency), 0) + minor
            rows = books.setdefault(entity or "main", {}).setdefault(currency, {})
            rows[leg["account"]] = rows.get(leg["account"], 0) + minor
        need(not any(sums.values()), "its postings do not sum to zero")
        for kept in self.receipts.pop(self.seq + 1, []):
            said = kept["hash"] + u64(kept["term"]).hex()
            need(said == (digest + self.decider[:8]).hex(), "receipt differs", kept["first_seq"])
        self.seq, self.hash, self.tenants[tenant] = self.seq + 1, digest, self.tenant_seq
        self.tenant_seq += 1

verifier = Verifier()
if __name__ == "__main__":
    try:
        with open(sys.argv[1], "rb") as export:
            verifier.run(export, open(sys.argv[2]) if len(sys.argv) > 2 else [])
    except Exception as error:
        why, seq = error.args if type(error) is Bad else (f"it cannot be read: {error!r}", None)
        sys.exit(f"bad seq {seq or verifier.seq + 1}: {why}")
    proven = {"last_seq": verifier.seq, "hash": verifier.hash.hex()}
    print(json.dumps(proven | {"trial_balance": verifier.balance}, sort_keys=True))

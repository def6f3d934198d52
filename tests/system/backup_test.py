"""Backups beside a node under load, and what is restored from them.

    backup_test.py TOLLBOOK VERIFY
"""

import http.client
import itertools
import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.parse

TOLLBOOK, VERIFY = sys.argv[1], sys.argv[2]
CLIENTS, ACKNOWLEDGED_MIN, AMOUNT = 4, 60, 100
KILLS_MAX, UNFINISHED_MIN = 40, 3
FULL = 100_000  # Bytes of a file on the disk that is full.
TENANT = "/v1/tenants/kept"
OK, FAILED, USAGE, DIFFERENCES = 0, 1, 2, 3


def run(*words, exit_code=OK, file_bytes_max=None):
    """What the command says: its line of JSON, or of its problem."""

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # Writing fails then, as on a full disk.
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes_max, file_bytes_max))

    done = subprocess.run([TOLLBOOK, "--json", *map(str, words)], capture_output=True, text=True,
                          preexec_fn=limit if file_bytes_max else None)
    assert done.returncode == exit_code, (words, done.returncode, done.stdout, done.stderr)
    return json.loads(done.stdout or done.stderr or "null")


def refused(why, *words, exit_code=FAILED, **more):
    problem = run(*words, exit_code=exit_code, **more)
    assert why in problem.get("detail", "") + problem.get("problem", ""), problem


class Node:
    def __init__(self, directory, key):
        self.directory, self.key = directory, key
        self.log = (directory / "node.log").open("ab")
        self.process = subprocess.Popen(
            [TOLLBOOK, "serve", "--data", str(directory), "--set", "http.listen=127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=self.log)
        line = self.process.stdout.readline()
        assert line, "the node did not start: " + (directory / "node.log").read_text()[-2000:]
        self.address = urllib.parse.urlparse(json.loads(line)["url"]).netloc

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait()
        self.process.stdout.close()
        self.log.close()
        assert status == 0, status

    def connect(self):
        return http.client.HTTPConnection(self.address, timeout=60)

    def post(self, connection, path, body, key):
        connection.request("POST", path, json.dumps(body), {
            "Authorization": f"Bearer {self.key}", "Content-Type": "application/json",
            "Idempotency-Key": key})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    def pay(self, connection, number):
        return self.post(connection, TENANT + "/payments", {
            "channel": "till:main", "receipt": f"R{number}", "customer": "C1", "minor": AMOUNT,
            "user": "cashier"}, f"pay-{number}")


class Load:
    """Clients that pay until they are told to stop."""

    def __init__(self, node):
        self.node, self.numbers, self.acknowledged = node, itertools.count(1), {}
        self.moved, self.stopping = threading.Condition(), False
        self.threads = [threading.Thread(target=self.client) for _ in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def client(self):
        connection = self.node.connect()
        while not self.stopping:
            with self.moved:
                number = next(self.numbers)
            status, receipt = self.node.pay(connection, number)
            assert status in (200, 201), receipt
            with self.moved:
                self.acknowledged[number] = receipt
                self.moved.notify_all()
        connection.close()

    def wait_for_more(self):
        with self.moved:
            enough = len(self.acknowledged) + ACKNOWLEDGED_MIN
            assert self.moved.wait_for(lambda: len(self.acknowledged) >= enough, 120), "no progress"

    def stop(self):
        self.stopping = True
        for thread in self.threads:
            thread.join()
        return self.acknowledged


def kill_creates(data, backup, load):
    """Creates that are killed while they write; how many left something unfinished."""
    unfinished = 0
    for turn in range(KILLS_MAX):
        load.wait_for_more()
        create = subprocess.Popen([TOLLBOOK, "--quiet", "backup", "create", "--data", str(data),
                                   "--to", str(backup)] + ["--full"] * (turn % 2),
                                  stdout=subprocess.DEVNULL)
        while create.poll() is None and not any(backup.glob("*.partial")):
            pass
        create.kill()
        create.wait()
        unfinished += any(backup.glob("*.partial"))
        assert run("backup", "verify", backup)["records"] > 0
        if unfinished == UNFINISHED_MIN:
            return unfinished
    raise AssertionError(f"{unfinished} of {KILLS_MAX} were killed while they wrote")


def keep(path, receipts):
    with path.open("w") as file:
        for receipt in receipts:
            file.write(json.dumps({k: receipt[k] for k in (
                "partition", "first_seq", "last_seq", "term", "hash")}) + "\n")
        file.flush()
        os.fsync(file.fileno())


def proven(export, receipts):
    proof = subprocess.run([sys.executable, VERIFY, str(export), str(receipts)],
                           capture_output=True, text=True)
    assert proof.returncode == 0, proof.stdout + proof.stderr


def exported(data, path):
    run("--data", data, "export", "-o", path)
    return path.read_bytes()


def check_beside_load(data, backup, load):
    load.wait_for_more()
    first = run("--data", data, "backup", "create", "--to", backup)
    load.wait_for_more()
    second = run("--data", data, "backup", "create", "--to", backup)
    assert (first["first_seq"], second["first_seq"]) == (1, first["last_seq"] + 1), (first, second)
    assert second["last_seq"] >= second["first_seq"] + ACKNOWLEDGED_MIN, second
    assert len(run("backup", "list", backup)["files"]) == 2
    assert run("backup", "verify", backup)["seq"] == second["last_seq"]
    return kill_creates(data, backup, load)


def check_whole(base, data, backup, acknowledged):
    """All of it elsewhere: the same bytes, and every key has its first receipt."""
    new = base / "new"
    line = run("restore", "--from", backup, "--data", new, "--keys", data)
    assert line["keys"] and not line["new_incarnation"], line
    assert exported(new, base / "new.tbx") == exported(data, base / "old.tbx")
    proven(base / "new.tbx", base / "receipts.ndjson")
    run("--data", new, "verify", "--skip-views")
    key = run("--data", new, "apikey", "create", "--tenant", "*", "--role", "platform")["key"]
    node = Node(new, key)
    refused("data.dir", "restore", "--from", backup, "--data", new)
    connection = node.connect()
    for number, receipt in acknowledged.items():
        status, again = node.pay(connection, number)
        assert status in (200, 201) and again["replayed"], (number, status, again)
        assert (again["first_seq"], again["hash"]) == (receipt["first_seq"], receipt["hash"])
    status, receipt = node.pay(connection, max(acknowledged) + 1000)
    assert status == 201 and not receipt["replayed"], receipt
    connection.close()
    node.stop()


def check_cut(base, backup, acknowledged):
    """Up to a receipt: its hash is the head's, the book is as it was, in another life."""
    receipt = sorted(acknowledged.values(), key=lambda r: r["last_seq"])[len(acknowledged) // 2]
    cut = base / "cut"
    line = run("restore", "--from", backup, "--data", cut, "--at", receipt["last_seq"])
    assert line["new_incarnation"] and not line["keys"], line
    assert line["incarnation"] != run("backup", "list", backup)["incarnation"]
    assert line["last_seq"] >= receipt["last_seq"], line
    now = run("--data", cut, "replay")
    then = run("replay", "--export", base / "old.tbx", "--seq", line["last_seq"])
    assert now == then and now["hash"] == line["last_hash"], (now, then)
    exported(cut, base / "cut.tbx")
    kept = [r for r in acknowledged.values() if r["last_seq"] <= line["last_seq"]]
    keep(base / "kept.ndjson", kept)
    proven(base / "cut.tbx", base / "kept.ndjson")
    refused("incarnation", "--data", cut, "backup", "create", "--to", backup)


def check_refusals(base, data, backup, acknowledged):
    last = run("backup", "list", backup)["last_seq"]
    refused("data.dir", "restore", "--from", backup, "--data", data)
    refused("--at", "restore", "--from", backup, "--data", base / "x", "--at", last + 1,
            exit_code=USAGE)
    refused("--keys", "restore", "--from", backup, "--data", base / "x", "--keys", base,
            exit_code=USAGE)
    run("--data", base / "other", "init")
    refused("cluster", "--data", base / "other", "backup", "create", "--to", backup)
    refused("holds no backup", "backup", "list", base / "other")

    full = base / "full"
    refused("export:", "--data", data, "backup", "create", "--to", full, file_bytes_max=FULL)
    refused("", "restore", "--from", backup, "--data", full, file_bytes_max=FULL)
    assert not any(full.iterdir()), list(full.iterdir())

    wrong = dict(max(acknowledged.values(), key=lambda r: r["last_seq"]), hash="00" * 32)
    keep(base / "wrong.ndjson", [wrong])
    refused(f"seq {wrong['last_seq']}:", "backup", "verify", backup, "--receipts",
            base / "wrong.ndjson", exit_code=DIFFERENCES)
    (base / "wrong.ndjson").write_text('{"partition":0,"last_seq":1}\n')
    refused("line 1", "backup", "verify", backup, "--receipts", base / "wrong.ndjson")
    newest = max(backup.glob("*.tbx"))
    content = bytearray(newest.read_bytes())
    content[len(content) // 2] ^= 1
    newest.write_bytes(content)
    refused(newest.name, "backup", "verify", backup, exit_code=DIFFERENCES)
    refused(newest.name, "--data", data, "backup", "create", "--to", backup)
    refused(newest.name, "restore", "--from", backup, "--data", base / "x")
    assert not (base / "x" / "identity").exists()


def main():
    base = pathlib.Path(tempfile.mkdtemp(prefix="tollbook-backup-", dir="/var/tmp"))
    base.chmod(0o711)
    data, backup = base / "data", base / "backup"
    node = Node(data, run("--data", data, "init")["key"])
    connection = node.connect()
    for path, body in (
            (TENANT, {"name": "Kept", "timezone": "UTC", "currency": "KES", "tills": ["main"]}),
            (TENANT + "/customers", {"customer": "C1", "name": "A", "phone": "1",
                                     "references": ["C1"]})):
        status, answer = node.post(connection, path, body, "open-" + path)
        assert status == 201, answer
    connection.close()

    load = Load(node)
    unfinished = check_beside_load(data, backup, load)
    load.wait_for_more()
    acknowledged = load.stop()
    node.stop()
    run("--data", data, "backup", "create", "--to", backup)
    assert "file" not in run("--data", data, "backup", "create", "--to", backup)
    assert not list(backup.glob("*.partial"))
    keep(base / "receipts.ndjson", acknowledged.values())
    checked = run("backup", "verify", backup, "--receipts", base / "receipts.ndjson")
    assert (checked["receipts"], checked["receipts_beyond"]) == (len(acknowledged), 0), checked

    check_whole(base, data, backup, acknowledged)
    check_cut(base, backup, acknowledged)
    check_refusals(base, data, backup, acknowledged)
    shutil.rmtree(base)
    print(json.dumps({"acknowledged": len(acknowledged), "left_unfinished": unfinished,
                      "records": checked["records"]}))


main()

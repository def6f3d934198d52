"""kill -9 of a node under load, again and again; nothing acknowledged may be lost or doubled.

    kill_test.py TOLLBOOK VERIFY ROUNDS

Each round counts only with at least 50 commands acknowledged and one unanswered since the last
kill. Receipts are kept here, outside the node, and synced before they count.
"""

import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.parse

TOLLBOOK, VERIFY, ROUNDS = sys.argv[1], sys.argv[2], int(sys.argv[3])
CLIENTS, ACKNOWLEDGED_MIN, AMOUNT = 8, 50, 100
TENANT = "/v1/tenants/kill"


class Node:
    def __init__(self, directory):
        self.directory = directory
        self.log = (directory / "node.log").open("ab")
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [TOLLBOOK, "serve", "--data", str(self.directory), "--set", "http.listen=127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=self.log)
        line = self.process.stdout.readline()
        assert line, "the node did not start: " + (self.directory / "node.log").read_text()[-2000:]
        self.address = urllib.parse.urlparse(json.loads(line)["url"]).netloc
        self.key = (self.directory / "platform.key").read_text().strip()

    def end(self, how):
        self.process.send_signal(how)
        status = self.process.wait()
        self.process.stdout.close()
        return status


def post(connection, node, path, body, key):
    connection.request("POST", path, json.dumps(body), {
        "Authorization": f"Bearer {node.key}", "Content-Type": "application/json",
        "Idempotency-Key": key})
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def pay(connection, node, number):
    return post(connection, node, TENANT + "/payments", {
        "channel": "till:main", "receipt": f"R{number}", "customer": "C1", "minor": AMOUNT,
        "user": "cashier"}, f"pay-{number}")


class Load:
    """Clients that pay until the node is gone."""

    def __init__(self, node, numbers):
        self.node, self.numbers = node, numbers
        self.lock = threading.Lock()
        self.enough = threading.Event()
        self.acknowledged, self.unanswered = {}, set()

    def client(self):
        connection = http.client.HTTPConnection(self.node.address, timeout=60)
        while True:
            with self.lock:
                number = next(self.numbers)
                self.unanswered.add(number)
            try:
                status, receipt = pay(connection, self.node, number)
            except (OSError, http.client.HTTPException, json.JSONDecodeError):
                return
            if status not in (200, 201):
                return
            with self.lock:
                self.unanswered.discard(number)
                self.acknowledged[number] = receipt
                if len(self.acknowledged) >= ACKNOWLEDGED_MIN:
                    self.enough.set()

    def run_and_kill(self, delay):
        threads = [threading.Thread(target=self.client) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        assert self.enough.wait(120), "too few acknowledged"
        threading.Event().wait(delay)  # Somewhere between two syncs.
        self.node.end(signal.SIGKILL)
        for thread in threads:
            thread.join()


def keep(file, receipt):
    file.write(json.dumps({k: receipt[k] for k in
                           ("partition", "first_seq", "last_seq", "term", "hash")}) + "\n")


def retry_all(node, acknowledged, unanswered):
    """Every key again: the first receipt comes back; what was not answered happens once."""
    connection = http.client.HTTPConnection(node.address, timeout=60)
    for number, first in acknowledged.items():
        status, again = pay(connection, node, number)
        assert status in (200, 201) and again["replayed"], (number, status, again)
        assert (again["first_seq"], again["hash"]) == (first["first_seq"], first["hash"]), number
    landed = 0
    for number in unanswered:
        status, again = pay(connection, node, number)
        assert status in (200, 201), (number, again)
        landed += again["replayed"]
    return landed


def main():
    directory = pathlib.Path(tempfile.mkdtemp(prefix="tollbook-kill-", dir="/var/tmp"))
    directory.chmod(0o711)
    seed = int(os.environ.get("SEED", "20261121"))
    chance = random.Random(seed)
    node = Node(directory)
    subprocess.run([TOLLBOOK, "--data", str(directory), "--quiet", "init"], check=True,
                   capture_output=True)
    node.start()
    connection = http.client.HTTPConnection(node.address, timeout=60)
    for path, body in (
            (TENANT, {"name": "Kill", "timezone": "UTC", "currency": "KES", "tills": ["main"]}),
            (TENANT + "/customers", {"customer": "C1", "name": "A", "phone": "1",
                                     "references": ["C1"]})):
        status, answer = post(connection, node, path, body, "open-" + path)
        assert status == 201, answer
    connection.close()

    numbers = iter(range(1, 1 << 40))
    acknowledged, unanswered, counted = {}, set(), 0
    with (directory / "receipts.ndjson").open("w") as receipts:
        while counted < ROUNDS:
            load = Load(node, numbers)
            load.run_and_kill(chance.random() * 0.01)
            for receipt in load.acknowledged.values():
                keep(receipts, receipt)
            receipts.flush()
            os.fsync(receipts.fileno())
            acknowledged |= load.acknowledged
            unanswered |= load.unanswered
            counted += bool(load.unanswered)
            node.start()
    landed = retry_all(node, acknowledged, unanswered)
    assert node.end(signal.SIGTERM) == 0

    export = directory / "book.tbx"
    subprocess.run([TOLLBOOK, "--data", str(directory), "export", "-o", str(export)], check=True,
                   capture_output=True)
    proof = subprocess.run([sys.executable, VERIFY, str(export), str(directory / "receipts.ndjson")],
                           capture_output=True, text=True)
    assert proof.returncode == 0, proof.stdout + proof.stderr
    balance = json.loads(proof.stdout)["trial_balance"]["kill"]["main"]["KES"]
    total = AMOUNT * (len(acknowledged) + len(unanswered))
    assert balance == {"cash:till:main": total, "wallet:C1": -total}, (balance, total)
    views = subprocess.run([TOLLBOOK, "--data", str(directory), "--quiet", "verify"],
                           capture_output=True, text=True)
    assert views.returncode == 0, views.stdout + views.stderr
    shutil.rmtree(directory)
    print(json.dumps({"rounds": counted, "seed": seed, "acknowledged": len(acknowledged),
                      "unanswered": len(unanswered), "of_them_in_the_log": landed}))


main()

"""A node under load whose clients keep their receipts outside of it."""

import atexit
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import urllib.parse

CLIENTS, ACKNOWLEDGED_MIN, AMOUNT, RETRIED_MAX = 8, 50, 100, 10_000
STATE_REFUSES, FAILED = 409, 1
TENANT = "/v1/tenants/load"


class Node:
    """One process. One with roles may share its directory with others."""

    def __init__(self, tollbook, directory, settings=(), roles=()):
        self.roles, self.listen = [word for role in roles for word in ("--role", role)], "127.0.0.1:0"
        self.tollbook, self.directory = tollbook, directory
        self.settings = [word for setting in settings for word in ("--set", setting)]
        self.log = (directory / "node.log").open("ab")
        self.process = None
        atexit.register(self.leave)  # A test that failed leaves its files to be looked at, no more.

    def start(self):
        self.process = subprocess.Popen(
            [self.tollbook, "serve", *self.roles, "--data", str(self.directory), *self.settings,
             "--set", f"http.listen={self.listen}"], stdout=subprocess.PIPE, stderr=self.log)
        line = self.process.stdout.readline()
        assert line, "the node did not start: " + (self.directory / "node.log").read_text()[-2000:]
        listening = json.loads(line)
        self.address, self.dsn = urllib.parse.urlparse(listening["url"]).netloc, listening["dsn"]
        self.key = (self.directory / "platform.key").read_text().strip()

    def end(self, how):
        self.process.send_signal(how)
        status = self.process.wait()
        self.process.stdout.close()
        return status

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()

    def leave(self):
        """Ends what still runs: the process, and the database that a killed one left behind."""
        self.kill()
        files = self.directory / "postgres"
        with contextlib.suppress(OSError):  # None runs.
            process = (files / "db/postmaster.pid").read_text().split()[0]
            if str(files) in pathlib.Path(f"/proc/{process}/cmdline").read_text():
                os.kill(int(process), signal.SIGQUIT)

    def run(self, *words, exits=0):
        """Another command on the same data; what it printed."""
        ran = subprocess.run(
            [self.tollbook, "--data", str(self.directory), "--quiet", *self.settings, *map(str, words)],
            capture_output=True, text=True)
        assert ran.returncode == exits, (words, ran.stdout[-2000:], ran.stderr[-2000:])
        return ran.stdout

    def connect(self):
        return http.client.HTTPConnection(self.address, timeout=120)

    def sql(self, query):
        """What its database says: lines, columns parted by `|`."""
        ran = subprocess.run(["psql", self.dsn, "--no-psqlrc", "-Atc", query], capture_output=True,
                             text=True)
        assert ran.returncode == 0, (query, ran.stderr)
        return ran.stdout.splitlines()


def new_node(tollbook, name, settings=()):
    directory = pathlib.Path(tempfile.mkdtemp(prefix=f"tollbook-{name}-", dir="/var/tmp"))
    directory.chmod(0o711)  # PostgreSQL's own user must reach its cluster below.
    node = Node(tollbook, directory, settings)
    node.run("init")
    return node


def node_of(case, tollbook, name, settings=(), before_start=None):
    """One that serves a class of tests, and goes with it. `before_start` is given it first."""
    node = new_node(tollbook, name, settings)
    case.addClassCleanup(shutil.rmtree, node.directory, ignore_errors=True)
    if before_start:
        before_start(node)
    node.start()
    case.addClassCleanup(node.end, signal.SIGTERM)
    case.addClassCleanup(node.log.close)
    return node


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


def open_provider(node):
    connection = node.connect()
    for path, body in (
            (TENANT, {"name": "Load", "timezone": "UTC", "currency": "KES", "tills": ["main"]}),
            (TENANT + "/customers", {"customer": "C1", "name": "A", "phone": "1",
                                     "references": ["C1"]})):
        status, answer = post(connection, node, path, body, "open-" + path)
        assert status == 201, answer
    connection.close()


class Book:
    """What the clients know: receipts, synced before they count, and what nobody answered. `send`
    sends the command of a number; the same one every time."""

    def __init__(self, directory, send=pay):
        self.send = send
        self.path = directory / "receipts.ndjson"
        self.file = self.path.open("w")
        self.acknowledged, self.unanswered = {}, set()

    def add(self, acknowledged, unanswered):
        for receipt in acknowledged.values():
            self.file.write(json.dumps({k: receipt[k] for k in (
                "partition", "first_seq", "last_seq", "term", "hash")}) + "\n")
        self.file.flush()
        os.fsync(self.file.fileno())
        self.acknowledged |= acknowledged
        self.unanswered |= unanswered

    def retry_all(self, node, chance):
        """Keys again: the first receipt comes back (of many: for a sample); what was not answered
        happens once, or is refused. How many of those had happened."""
        connection = node.connect()
        answered = list(self.acknowledged.items())
        for number, first in chance.sample(answered, min(len(answered), RETRIED_MAX)):
            status, again = self.send(connection, node, number)
            assert status in (200, 201) and again["replayed"], (number, status, again)
            assert (again["first_seq"], again["hash"]) == (first["first_seq"], first["hash"]), number
        landed = 0
        for number in self.unanswered:
            status, again = self.send(connection, node, number)
            assert status in (200, 201, STATE_REFUSES), (number, again)
            landed += again.get("replayed", False)
        return landed

    def total(self):
        return AMOUNT * (len(self.acknowledged) + len(self.unanswered))


class Load:
    """Clients that send commands until the node is gone, or for as long as they are wanted."""

    def __init__(self, node, numbers, send=pay):
        self.node, self.numbers, self.send = node, numbers, send
        self.lock = threading.Lock()
        self.changed = threading.Condition(self.lock)
        self.wanted = True
        self.acknowledged, self.unanswered = {}, set()
        self.refused = 0

    def start(self):
        self.threads = [threading.Thread(target=self.client, daemon=True) for _ in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def client(self):
        connection = self.node.connect()
        while self.wanted:
            with self.lock:
                number = next(self.numbers)
                self.unanswered.add(number)
            try:
                status, answer = self.send(connection, self.node, number)
            except (OSError, http.client.HTTPException, json.JSONDecodeError):
                return
            with self.changed:
                if status in (200, 201):
                    self.unanswered.discard(number)
                    self.acknowledged[number] = answer
                elif status in (503, STATE_REFUSES):  # It did not happen.
                    self.unanswered.discard(number)
                    self.refused += 1
                else:
                    assert status == 504, answer
                self.changed.notify_all()

    def wait_for(self, acknowledged):
        with self.changed:
            there = self.changed.wait_for(lambda: len(self.acknowledged) >= acknowledged, 240)
        assert there, f"only {len(self.acknowledged)} acknowledged"

    def join(self):
        self.wanted = False
        for thread in self.threads:
            thread.join()


def head_of(receipts):
    return max((receipt["last_seq"] for receipt in receipts), default=0)


def prove(node, book, verifier):
    """The stopped node's log holds every receipt, each payment once, and its views agree."""
    export = prove_log(node, book, verifier)
    node.run("verify")
    return export


def prove_log(node, book, verifier):
    export = node.directory / "book.tbx"
    node.run("export", "-o", export)
    proof = subprocess.run(["python3", verifier, str(export), str(book.path)],
                           capture_output=True, text=True)
    assert proof.returncode == 0, proof.stdout + proof.stderr
    balance = json.loads(proof.stdout)["trial_balance"]["load"]["main"]["KES"]
    expected = {"cash:till:main": book.total(), "wallet:C1": -book.total()}
    assert balance == expected, (balance, expected)
    node.run("verify", "--skip-views")
    return export


def prove_topic(node, export):
    """The topic alone makes the same log: another disk, filled from it, exports the same bytes."""
    node.run("verify", "--topic")
    other = Node(node.tollbook, pathlib.Path(tempfile.mkdtemp(dir=node.directory)))
    other.settings = node.settings
    other.run("init", "--from-topic")
    other.run("export", "-o", other.directory / "book.tbx")
    assert (other.directory / "book.tbx").read_bytes() == export.read_bytes(), "disk and topic differ"


def prove_heal(node, export):
    """A log that cannot be opened is filled from the topic, and exports the same bytes."""
    (node.directory / "log/CURRENT").write_text("MANIFEST-999999\n")
    node.run("verify", "--skip-views", exits=FAILED)
    node.run("heal")
    assert (node.directory / "log.damaged-1").is_dir()
    node.run("export", "-o", node.directory / "healed.tbx")
    assert (node.directory / "healed.tbx").read_bytes() == export.read_bytes(), "it healed otherwise"


def stop(node):
    assert node.end(signal.SIGTERM) == 0

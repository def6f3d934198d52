"""Every role a process of its own, fed from Kafka; each is killed under load, again and again.

    roles_test.py TOLLBOOK TEST_ROUTER ROUNDS

One ledger, and two of each other role. In each round at least 50 commands are acknowledged before
and after somebody is killed, and one is under way. In the end log, receipts, read models, the
independent model and the routers agree, and the topic alone makes the same log.
"""

import itertools
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys

import ledger_load as load
import provider
from postgres_server import Postgres

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import kafka_cluster  # noqa: E402

TOLLBOOK, TEST_ROUTER, ROUNDS = sys.argv[1], sys.argv[2], int(sys.argv[3])
ROLES = ("ledger", "projector", "projector", "enforcer", "enforcer", "api", "api")


def refusal(*words):
    """Why a process does not start."""
    ran = subprocess.run([TOLLBOOK, "--quiet", *map(str, words)], capture_output=True, text=True,
                         timeout=60)
    assert ran.returncode == 2, (words, ran.returncode, ran.stderr)
    return ran.stderr


def prove_refusals(node):
    """What a role needs and was not given is named."""
    data = ("--data", node.directory)
    brokers = ("--set", "kafka.bootstrap=127.0.0.1:1")
    assert "--role" in refusal(*data, "serve", "--role", "projectr")
    assert "kafka.bootstrap" in refusal(*data, "serve", "--role", "projector")
    assert "database.dsn_file" in refusal(*data, *brokers, "serve", "--role", "projector")
    assert "ledger.url" in refusal(*data, *brokers, "serve", "--role", "enforcer")
    assert "ledger.url" in refusal(*data, "serve", "--role", "api")
    assert "ledger.key_file" in refusal(*data, "--set", "ledger.url=http://127.0.0.1:1",
                                        "serve", "--role", "api")


def checks_of(node):
    connection = node.connect()
    connection.request("GET", "/readyz?verbose")
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return {check["name"]: check.get("detail", "") for check in answer["checks"]}


class Processes:
    def __init__(self, first, postgres):
        dsn = first.directory / "dsn"
        dsn.write_text(postgres.dsn + "\n")
        key = first.run("apikey", "create", "--tenant", "*", "--role", "node")
        (first.directory / "node.key").write_text(key)
        settings = [word for word in first.settings if word != "--set"]
        settings.append(f"database.dsn_file={dsn}")
        self.all = []
        for role in ROLES:
            self.all.append(load.Node(TOLLBOOK, first.directory, settings, (role,)))
            self.all[-1].role = role
            self.all[-1].start()
            if role == "ledger":  # The others know its address, so it keeps it.
                self.all[-1].listen = self.all[-1].address
                settings.append(f"ledger.url=http://{self.all[-1].address}")

    def of(self, role):
        return [node for node in self.all if node.role == role]

    def stop(self):
        for node in reversed(self.all):
            load.stop(node)

    def prove_duties(self):
        """Of those who may work one does."""
        views = sorted(checks_of(node)["read-models"].split(",")[0] for node in self.of("projector"))
        assert views == ["running", "standby"], views
        lines = [checks_of(node)["routers"] for node in self.of("enforcer")]
        assert lines.count("standby") == 1, lines


def prove_atomic(node):
    """Batches through a process without a log: all of one, or nothing."""
    connection = node.connect()

    def send(*customers):
        body = [{"key": f"atomic-{key}", "type": "register_customer", "body": {
            "customer": customer, "name": "A", "phone": "1", "references": [customer]}}
            for key, customer in customers]
        return load.post(connection, node, load.TENANT + "/batch?atomic=true", body, "unused")

    for told in ({"accepted": 2, "replayed": 0}, {"accepted": 0, "replayed": 2}):
        status, answer = send((1, "D1"), (2, "D2"))
        assert status == 200 and answer | told == answer, answer
    status, answer = send((3, "D3"), (4, "D1"))
    assert (status, answer["code"]) == (409, "customer-exists"), answer
    assert answer["detail"].startswith("item 1"), answer
    status, answer = send((3, "D3"), (4, "D4"))
    assert status == 200 and answer["accepted"] == 2, answer
    connection.close()


def one_round(number, processes, numbers, book, chance):
    """Whether a command was under way when somebody was killed."""
    role = sorted(set(ROLES))[number % 4]
    victim = chance.choice(processes.of(role))
    used = victim if role == "api" else chance.choice(processes.of("api"))
    clients = load.Load(used, numbers, provider.send)
    clients.start()
    clients.wait_for(load.ACKNOWLEDGED_MIN)
    in_flight = len(clients.unanswered)
    victim.end(signal.SIGKILL)
    if role == "api":  # Its clients are gone with it.
        victim.start()
    else:
        if role == "ledger":
            victim.start()
        clients.wait_for(len(clients.acknowledged) + load.ACKNOWLEDGED_MIN)
    clients.join()
    if role not in ("api", "ledger"):  # The others went on without it.
        victim.start()
    book.add(clients.acknowledged, clients.unanswered)
    return in_flight > 0


def main():
    seed = int(os.environ.get("SEED", "20261121"))
    chance = random.Random(seed)
    with kafka_cluster.Cluster() as kafka:
        first = load.new_node(TOLLBOOK, "roles", (
            f"kafka.bootstrap={kafka.bootstrap}", "kafka.unsafe_topic=true", "routers.timeout_ms=2000"))
        first.run("topic", "create", "--replicas", 1, "--min-insync", 1)
        prove_refusals(first)
        postgres = Postgres(first.directory / "server")
        try:
            with provider.Routers(TEST_ROUTER, first.directory) as routers:
                processes = Processes(first, postgres)
                used = processes.of("api")[0]
                provider.open_provider(used, routers)
                prove_atomic(used)
                book = load.Book(first.directory, provider.send)
                numbers = itertools.count()
                counted = sum(one_round(number, processes, numbers, book, chance)
                              for number in range(ROUNDS))
                assert counted * 2 >= ROUNDS, f"in {counted} rounds of {ROUNDS} something was under way"
                landed = book.retry_all(used, chance)
                records = provider.prove(used, book, routers)
                processes.prove_duties()
                processes.stop()
        finally:
            postgres.stop("immediate")
        load.prove_topic(first, first.directory / "book.tbx")
    shutil.rmtree(first.directory)
    print(json.dumps({"rounds": ROUNDS, "under_way": counted, "seed": seed, "records": records,
                      "acknowledged": len(book.acknowledged), "unanswered": len(book.unanswered),
                      "of_them_in_the_log": landed}))


main()

"""PostgreSQL is stopped, crashed, paused and restarted under load; commands go on meanwhile.

    postgres_test.py TOLLBOOK TEST_ROUTER ROUNDS

In each round at least 50 commands are acknowledged before, while it is away, and after; then the
read models catch up with all of them. In the end log, receipts, read models, the independent model
and the routers agree.
"""

import http.client
import json
import os
import random
import shutil
import signal
import sys

import ledger_load as load
import provider
from postgres_server import Postgres

TOLLBOOK, TEST_ROUTER, ROUNDS = sys.argv[1], sys.argv[2], int(sys.argv[3])
FAULTS = ("pause", "stop", "crash", "stop_and_kill_node")
ANSWERED_WITHIN = 20  # A command or a probe, whatever becomes of the database.


def acknowledge_more(clients):
    clients.wait_for(len(clients.acknowledged) + load.ACKNOWLEDGED_MIN)


def probe(node):
    """The node says that it serves, and has its figures."""
    for path in ("/readyz?verbose", "/metrics"):
        connection = http.client.HTTPConnection(node.address, timeout=ANSWERED_WITHIN)
        connection.request("GET", path, headers={"Authorization": f"Bearer {node.key}"})
        answer = connection.getresponse()
        assert answer.status == 200, (path, answer.status, answer.read())
        connection.close()


class Rounds:
    def __init__(self, node, postgres, book):
        self.node, self.postgres, self.book = node, postgres, book
        self.numbers = iter(range(1 << 40))
        self.clients = None
        self.counts = dict.fromkeys(FAULTS, 0)

    def run(self, fault):
        self.clients = load.Load(self.node, self.numbers, provider.send)
        self.clients.start()
        acknowledge_more(self.clients)
        getattr(self, fault)()
        acknowledge_more(self.clients)
        self.clients.join()
        head = load.head_of(self.clients.acknowledged.values())
        self.book.add(self.clients.acknowledged, self.clients.unanswered)
        connection = self.node.connect()
        provider.await_views(connection, self.node, f"0:{head}")
        connection.close()
        self.counts[fault] += 1

    def pause(self):
        self.postgres.signal(signal.SIGSTOP)
        acknowledge_more(self.clients)
        probe(self.node)
        self.postgres.signal(signal.SIGCONT)

    def stop(self, mode="fast"):
        self.postgres.stop(mode)
        acknowledge_more(self.clients)
        probe(self.node)
        self.postgres.start()

    def crash(self):
        self.stop("immediate")

    def stop_and_kill_node(self):
        """It starts, and takes commands, with nothing to fill."""
        self.postgres.stop()
        self.node.end(signal.SIGKILL)
        self.clients.join()
        self.book.add(self.clients.acknowledged, self.clients.unanswered)
        self.node.start()
        self.clients = load.Load(self.node, self.numbers, provider.send)
        self.clients.start()
        acknowledge_more(self.clients)
        probe(self.node)
        self.postgres.start()


def main():
    seed = int(os.environ.get("SEED", "20261121"))
    chance = random.Random(seed)
    node = load.new_node(TOLLBOOK, "postgres")
    postgres = Postgres(node.directory / "server")
    (node.directory / "dsn").write_text(postgres.dsn + "\n")
    node.settings += ["--set", f"database.dsn_file={node.directory}/dsn"]
    with provider.Routers(TEST_ROUTER, node.directory) as routers:
        node.start()
        provider.open_provider(node, routers)
        book = load.Book(node.directory, provider.send)
        rounds = Rounds(node, postgres, book)
        for number in range(ROUNDS):
            rounds.run(FAULTS[number] if number < len(FAULTS) else chance.choice(FAULTS))
        landed = book.retry_all(node, chance)
        records = provider.prove(node, book, routers)
        load.stop(node)
    postgres.stop()
    shutil.rmtree(node.directory)
    print(json.dumps({"rounds": ROUNDS, "seed": seed, "acknowledged": len(book.acknowledged),
                      "unanswered": len(book.unanswered), "of_them_in_the_log": landed,
                      "records": records} | rounds.counts))


main()

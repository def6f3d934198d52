"""kill -9 and pauses of brokers under load; nothing acknowledged may be lost or doubled.

    broker_test.py TOLLBOOK VERIFIER ROUNDS [LEVEL]

Three brokers and a topic as safe as it must be. In each round one broker is killed, or paused, while
at least 50 commands are acknowledged before and after. In one round of ten two are gone at once:
then nothing is confirmed, answers are 504 or 503, and all goes on when one comes back.
"""

import json
import os
import pathlib
import random
import shutil
import sys
import threading

import ledger_load as load

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import kafka_cluster  # noqa: E402

TOLLBOOK, VERIFIER, ROUNDS = sys.argv[1], sys.argv[2], int(sys.argv[3])
LEVEL = sys.argv[4] if len(sys.argv) > 4 else "both"


def outage(kafka, clients, chance):
    """Two brokers of three: fewer than min.insync.replicas. Refusals and unknowns must be told."""
    gone = chance.sample((1, 2, 3), 2)
    for broker in gone:
        kafka.kill(broker)
    if LEVEL == "local":
        clients.wait_for(len(clients.acknowledged) + load.ACKNOWLEDGED_MIN)
    else:
        before = clients.refused
        with clients.changed:
            told = clients.changed.wait_for(lambda: clients.refused > before, 120)
        assert told, "nobody was told that nothing is decided"
    kafka.restart(*gone)


def one_round(number, kafka, clients, chance):
    clients.wait_for(len(clients.acknowledged) + load.ACKNOWLEDGED_MIN)
    if number % 10 == 4:
        outage(kafka, clients, chance)
    elif number % 2:
        broker = chance.randint(1, 3)
        kafka.pause(broker)
        clients.wait_for(len(clients.acknowledged) + load.ACKNOWLEDGED_MIN)
        kafka.resume(broker)
    else:
        broker = chance.randint(1, 3)
        kafka.kill(broker)
        clients.wait_for(len(clients.acknowledged) + load.ACKNOWLEDGED_MIN)
        kafka.restart(broker)


def main():
    seed = int(os.environ.get("SEED", "20261121"))
    chance = random.Random(seed)
    with kafka_cluster.Cluster(brokers=3) as kafka:
        node = load.new_node(TOLLBOOK, "broker", (
            f"kafka.bootstrap={kafka.bootstrap}", f"kafka.acknowledge={LEVEL}",
            "book.answer_within_ms=3000"))
        node.run("topic", "create")
        node.start()
        load.open_provider(node)
        book = load.Book(node.directory)
        clients = load.Load(node, iter(range(1, 1 << 40)))
        clients.start()
        for number in range(ROUNDS):
            one_round(number, kafka, clients, chance)
        clients.wait_for(len(clients.acknowledged) + load.ACKNOWLEDGED_MIN)
        clients.join()
        assert clients.refused or LEVEL == "local" or ROUNDS < 5
        book.add(clients.acknowledged, clients.unanswered)
        landed = book.retry_all(node, chance)
        await_topic(node)
        load.stop(node)
        load.prove_topic(node, load.prove(node, book, VERIFIER))
    shutil.rmtree(node.directory)
    print(json.dumps({"rounds": ROUNDS, "seed": seed, "level": LEVEL,
                      "acknowledged": len(book.acknowledged), "unknown": len(book.unanswered),
                      "of_them_in_the_log": landed, "refused": clients.refused}))


def await_topic(node):
    """With `local` the topic follows the disk."""
    connection = node.connect()
    for _ in range(600):
        connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {node.key}"})
        lines = dict(line.rsplit(" ", 1) for line in connection.getresponse().read().decode().splitlines()
                     if line.startswith(("tollbook_log_position ", "tollbook_topic_position ")))
        if lines["tollbook_log_position"] == lines["tollbook_topic_position"]:
            return
        threading.Event().wait(0.1)
    raise AssertionError(f"the topic does not catch up: {lines}")


main()

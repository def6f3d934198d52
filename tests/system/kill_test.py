"""kill -9 of a node under load, again and again; nothing acknowledged may be lost or doubled.

    kill_test.py TOLLBOOK VERIFIER ROUNDS [--kafka]

Each round counts only with at least 50 commands acknowledged and one unanswered since the last
kill. With --kafka the answers wait for disk and topic, and both hold the same bytes in the end.
"""

import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import sys
import threading

import ledger_load as load

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import kafka_cluster  # noqa: E402

TOLLBOOK, VERIFIER, ROUNDS = sys.argv[1], sys.argv[2], int(sys.argv[3])
KAFKA = "--kafka" in sys.argv


def settings_of(kafka):
    if not kafka:
        return ()
    return (f"kafka.bootstrap={kafka.bootstrap}", "kafka.unsafe_topic=true")


def kill_rounds(node, book, chance):
    numbers = iter(range(1, 1 << 40))
    counted = 0
    while counted < ROUNDS:
        clients = load.Load(node, numbers)
        clients.start()
        clients.wait_for(load.ACKNOWLEDGED_MIN)
        threading.Event().wait(chance.random() * 0.01)  # Somewhere between two syncs.
        node.end(signal.SIGKILL)
        clients.join()
        book.add(clients.acknowledged, clients.unanswered)
        counted += bool(clients.unanswered)
        node.start()
    return counted


def main():
    seed = int(os.environ.get("SEED", "20261121"))
    with contextlib.ExitStack() as stack:
        kafka = stack.enter_context(kafka_cluster.Cluster()) if KAFKA else None
        node = load.new_node(TOLLBOOK, "kill", settings_of(kafka))
        if kafka:
            node.run("topic", "create", "--replicas", 1, "--min-insync", 1)
        node.start()
        load.open_provider(node)
        book = load.Book(node.directory)
        chance = random.Random(seed)
        counted = kill_rounds(node, book, chance)
        landed = book.retry_all(node, chance)
        load.stop(node)
        export = load.prove(node, book, VERIFIER)
        if kafka:
            load.prove_topic(node, export)
            load.prove_heal(node, export)
            node.start()
            book.retry_all(node, chance)
            load.stop(node)
    shutil.rmtree(node.directory)
    print(json.dumps({"rounds": counted, "seed": seed, "acknowledged": len(book.acknowledged),
                      "unanswered": len(book.unanswered), "of_them_in_the_log": landed}))


main()

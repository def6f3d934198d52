"""The projector or the enforcer is killed under load, again and again; in the end all agree.

    role_kill_test.py TOLLBOOK TEST_ROUTER ROLE ROUNDS

Each round counts only with at least 50 commands acknowledged and one unanswered since the last
kill, and when the victim had work to do. Every other round its process is killed; in the others the
projector loses its session in PostgreSQL within a transaction, and the enforcer is killed while a
router does not answer, answers garbage or drops what it is told half-way.
"""

import json
import os
import random
import shutil
import signal
import sys
import threading

import ledger_load as load
import provider

TOLLBOOK, TEST_ROUTER, ROLE, ROUNDS = *sys.argv[1:4], int(sys.argv[4])
TRIES_MAX = 4 * ROUNDS
ROUTER_FAULTS = ("never_answer", "garbage", "drop_halfway", "drop_next_write", "lose_next_write")
END_SESSION = ("SELECT state, pg_terminate_backend(pid) FROM pg_stat_activity "
               "WHERE application_name = 'tollbook projector' AND state <> 'idle'")


def kill(node, clients):
    node.end(signal.SIGKILL)
    clients.join()


class Projector:
    def __init__(self, node, _):
        self.node, self.sessions = node, 0

    def kill(self, clients, number, _):
        """Whether it was behind what was acknowledged."""
        if number % 2:
            return self.end_session(clients)
        kill(self.node, clients)
        projected = self.node.sql("SELECT min(seq) FROM tollbook.projection_checkpoints")
        self.node.start()
        return int(projected[0]) < load.head_of(clients.acknowledged.values())

    def end_session(self, clients):
        """Commands go on meanwhile."""
        ended = self.node.sql(END_SESSION)
        self.sessions += len(ended)
        clients.wait_for(len(clients.acknowledged) + load.ACKNOWLEDGED_MIN)
        clients.join()
        return bool(ended)

    def told(self):
        assert self.sessions or ROUNDS < 4, "no session was ended"
        return {"sessions_ended": self.sessions}


class Enforcer:
    def __init__(self, node, routers):
        self.node, self.routers, self.wanted = node, routers, {}

    def kill(self, clients, number, chance):
        """Whether a line was not yet as acknowledged."""
        router = chance.choice(sorted(self.routers.ports))
        if number % 2:
            self.routers.fault(router, chance.choice(ROUTER_FAULTS))
            clients.wait_for(len(clients.acknowledged) + load.ACKNOWLEDGED_MIN)
        kill(self.node, clients)
        self.routers.fault(router, "none")
        for number, receipt in clients.acknowledged.items():
            self.note(*divmod(number, provider.SERVICES), receipt["last_seq"])
        lines = self.routers.lines()
        self.node.start()
        return any(user not in lines or lines[user][1] != on
                   for user, (_, on) in self.wanted.items())

    def note(self, turn, service, seq):
        user = f"user{service}"
        if turn % 2 == 0 and seq > self.wanted.get(user, (0, None))[0]:
            self.wanted[user] = (seq, turn % 4 == 2)

    def told(self):
        return {}


def kill_rounds(node, victim, book, chance):
    numbers = iter(range(1 << 40))
    counted = 0
    for number in range(TRIES_MAX):
        clients = load.Load(node, numbers, provider.send)
        clients.start()
        clients.wait_for(load.ACKNOWLEDGED_MIN)
        threading.Event().wait(chance.random() * 0.02)  # Somewhere in its work.
        in_flight = len(clients.unanswered)
        had_work = victim.kill(clients, number, chance)
        book.add(clients.acknowledged, clients.unanswered)
        counted += had_work and in_flight > 0
        if counted == ROUNDS:
            return number + 1
    raise AssertionError(f"{counted} of {TRIES_MAX} kills met the {ROLE} at work")


def main():
    seed = int(os.environ.get("SEED", "20261121"))
    chance = random.Random(seed)
    node = load.new_node(TOLLBOOK, ROLE, ("routers.timeout_ms=2000",))
    with provider.Routers(TEST_ROUTER, node.directory) as routers:
        node.start()
        provider.open_provider(node, routers)
        book = load.Book(node.directory, provider.send)
        victim = {"projector": Projector, "enforcer": Enforcer}[ROLE](node, routers)
        tries = kill_rounds(node, victim, book, chance)
        landed = book.retry_all(node, chance)
        records = provider.prove(node, book, routers)
        load.stop(node)
    shutil.rmtree(node.directory)
    print(json.dumps({"role": ROLE, "rounds": ROUNDS, "kills": tries, "seed": seed,
                      "acknowledged": len(book.acknowledged), "unanswered": len(book.unanswered),
                      "of_them_in_the_log": landed, "records": records} | victim.told()))


main()

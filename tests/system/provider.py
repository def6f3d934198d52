"""A provider whose lines are on test routers, commands that move its money and its lines, and what
must hold of it in the end: log, receipts, read models, the independent model and the routers agree.
"""

import datetime
import itertools
import json
import pathlib
import subprocess
import sys
import threading

import ledger_load as load

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path += [str(TESTS / "model"), str(TESTS / "verify")]
import model  # noqa: E402
import verify  # noqa: E402

ROUTERS, SERVICES, CHARGE = 4, 40, 60
SETTLED_WITHIN = 180


class Routers:
    """The test routers, a process of their own. They forget nothing while a node is away."""

    def __init__(self, program, directory):
        password = directory / "router-password"
        password.write_text("secret\n")
        self.process = subprocess.Popen(
            [program, "--routers", str(ROUTERS), "--user", "api", "--password-file", str(password)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        lines = [json.loads(self.process.stdout.readline()) for _ in range(ROUTERS)]
        self.ports = {line["router"]: line["port"] for line in lines}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def order(self, line, answers=1):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return [json.loads(self.process.stdout.readline()) for _ in range(answers)]

    def fault(self, router, name):
        assert self.order(f"fault {router} {name}") == [{"router": router, "fault": name}]

    def lines(self):
        """Of each user name, whether its line is on, and the router that says so."""
        found = {}
        for dump in self.order("dump", ROUTERS):
            for secret in dump["secrets"]:
                assert secret["name"] not in found, f"{secret['name']} is on two routers"
                found[secret["name"]] = (dump["router"], not secret["disabled"])
        return found


def open_provider(node, routers):
    connection, keys = node.connect(), itertools.count()

    def post(path, body):
        status, answer = load.post(connection, node, load.TENANT + path, body, f"open-{next(keys)}")
        assert status == 201, (path, answer)
        return answer["position"]

    post("", {"name": "Load", "timezone": "UTC", "currency": "KES", "tills": ["main"]})
    post("/plans", {"plan": "P", "name": "P", "price_minor": 1000, "currency": "KES",
                    "down_mbps": 1, "up_mbps": 1})
    for router, port in routers.ports.items():
        post("/routers", {"router": router, "driver": "routeros-api", "address": "127.0.0.1",
                          "port": port, "username": "api", "password": "secret"})
    names = sorted(routers.ports)
    for number in range(SERVICES):
        customer, service, site = f"C{number}", f"V{number}", f"S{number}"
        post("/customers", {"customer": customer, "name": "A", "phone": "1",
                            "references": [customer]})
        post("/services", {"service": service, "customer": customer, "plan": "P", "site": site,
                           "renews_on": "2099-01-01"})
        at = post("/sites", {"site": site, "kind": "ppp", "target": names[number % ROUTERS],
                             "username": f"user{number}", "password": "p", "profile": "P"})
    await_views(connection, node, at)
    connection.close()


def send(connection, node, number):
    """Each service in turn is suspended, paid for, reinstated and charged. Clients that overtake
    each other are refused (409): what they want is so already."""
    turn, service = divmod(number, SERVICES)
    path, body = [
        (f"/services/V{service}/suspend", {"reason": "admin"}),
        ("/payments", {"channel": "till:main", "receipt": f"R{number}", "customer": f"C{service}",
                       "minor": load.AMOUNT, "user": "cashier"}),
        (f"/services/V{service}/reinstate", {"reason": "admin"}),
        (f"/wallets/C{service}/charge", {"charge": f"X{number}", "lines": [
            {"component": "fee", "net": CHARGE, "tax": 0}]}),
    ][turn % 4]
    status, answer = load.post(connection, node, load.TENANT + path, body, f"send-{number}")
    if answer.get("code") == "insufficient-funds":  # The charge overtook its payment.
        status = load.STATE_REFUSES
    return status, answer


class Proof(verify.Verifier):
    """The verifier, with the independent model behind it."""

    def __init__(self):
        self.book = model.Model()

    def take_in(self, digest, tenant, payload, kind, booked_day):
        super().take_in(digest, tenant, payload, kind, booked_day)
        began = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        day = began.date() + datetime.timedelta(booked_day)
        at = began + datetime.timedelta(microseconds=self.effective)
        self.book.take({"seq": self.seq, "tenant": tenant, "type": kind.decode(),
                        "index": self.index, "causation": self.who[2].decode(),
                        "effective_at": at.isoformat(), "booked_on": day.isoformat(),
                        "payload": payload})


def prove(node, book, routers):
    """All that is known of the running node agrees; the verified log's last seq."""
    export = node.directory / "book.tbx"
    node.run("export", "-o", export)
    proof = Proof()
    with export.open("rb") as file, book.path.open() as receipts:
        proof.run(file, receipts)
    told = proof.book.told()
    head = load.head_of(book.acknowledged.values())
    assert proof.seq >= head > 0, (proof.seq, head)
    prove_views(node, told, proof.seq)
    prove_lines(node, told, routers)
    node.run("verify")
    return proof.seq


def read(connection, node, path):
    connection.request("GET", load.TENANT + path, headers={"Authorization": f"Bearer {node.key}"})
    answer = connection.getresponse()
    body = json.loads(answer.read())
    assert answer.status == 200, (path, body)
    return body


def await_views(connection, node, position):
    """The read models have come so far."""
    for _ in range(SETTLED_WITHIN * 10):
        connection.request("GET", f"{load.TENANT}?min_position={position}",
                           headers={"Authorization": f"Bearer {node.key}"})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status == 200:
            return
        assert answer.status == 503, body
        threading.Event().wait(0.1)
    raise AssertionError(f"the read models do not come to {position}: {body}")


def prove_views(node, told, seq):
    """The read models, asked over HTTP, and the model of the exported facts."""
    connection = node.connect()
    await_views(connection, node, f"0:{seq}")
    services = read(connection, node, "/services?limit=200")["data"]
    assert len(services) == SERVICES == len(told["services"])
    for number in range(SERVICES):
        service = read(connection, node, f"/services/V{number}")
        ours = {"blocks": sorted(service["blocks"]), "renews_on": service["renews_on"]}
        modelled = {key: told["services"][f"V{number}"][key] for key in ours}
        assert ours == modelled, (service["service"], ours, modelled)
        wallet = read(connection, node, f"/wallets/C{number}")
        lots = [[lot["lot"], lot["remaining_minor"]] for lot in wallet["lots"]
                if lot["remaining_minor"]]
        modelled = told["wallets"][f"C{number}"]
        assert lots == modelled["lots"], (wallet, modelled)
    accounts = read(connection, node, "/accounts")["accounts"]
    balances = {row["account"]: row["balance_minor"] for row in accounts if row["balance_minor"]}
    wallets = {name: minor for name, minor in told["accounts"].items() if name[:7] == "wallet:"}
    others = dict(told["accounts"].items() - wallets.items())
    assert balances == others | {"wallets": sum(wallets.values())}, (balances, told["accounts"])
    connection.close()


def prove_lines(node, told, routers):
    """The routers come to show what the book says, and no more."""
    names = sorted(routers.ports)
    wanted = {f"user{n}": (names[n % ROUTERS], not told["services"][f"V{n}"]["blocks"])
              for n in range(SERVICES)}
    for _ in range(SETTLED_WITHIN * 10):
        if (lines := routers.lines()) == wanted:
            return
        threading.Event().wait(0.1)
    wrong = {name: (lines.get(name), line) for name, line in wanted.items()
             if lines.get(name) != line}
    raise AssertionError(f"lines (as they are, as wanted): {wrong}")

"""Ten thousand idle clients, and slow, half-open, pipelining and oversized ones: honest clients go
on, and the node's memory stays bounded.

    clients_test.py TOLLBOOK VERIFIER
"""

import json
import pathlib
import random
import resource
import shutil
import subprocess
import sys

import ledger_load as load

TOLLBOOK, VERIFIER = sys.argv[1:3]
IDLE, DESCRIPTORS, ACKNOWLEDGED_MIN, HOSTILE_MIN = 10_000, 16_000, 2_000, 20
SHELL_DESCRIPTORS = 1_024
RSS_MB_MAX = 300  # Of the node, whoever is connected.


def resident_mb(process):
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) >> 10
    raise AssertionError("the node has no VmRSS")


def metric(node, name):
    connection = node.connect()
    connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {node.key}"})
    lines = connection.getresponse().read().decode().splitlines()
    connection.close()
    return float(next(line for line in lines if line.startswith(name + " ")).split()[1])


def beside(node, book):
    """Honest clients while the others are there; what the others did, and the node's memory."""
    host, port = node.address.split(":")
    hostile = subprocess.Popen(
        [sys.executable, pathlib.Path(__file__).with_name("hostile_clients.py"), host, port,
         str(IDLE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert hostile.stdout.readline() == "here\n", "the hostile clients are not there"
    while metric(node, "tollbook_http_connections") < IDLE:  # They wait to be accepted.
        assert hostile.poll() is None
    clients = load.Load(node, iter(range(1, 1 << 40)))
    clients.start()
    clients.wait_for(ACKNOWLEDGED_MIN)
    connected = metric(node, "tollbook_http_connections")
    resident = resident_mb(node.process)
    clients.join()
    told, _ = hostile.communicate("\n")
    assert hostile.returncode == 0
    assert not clients.refused, f"{clients.refused} honest commands were refused"
    book.add(clients.acknowledged, clients.unanswered)
    return json.loads(told), connected, resident


def main():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard >= DESCRIPTORS, f"{DESCRIPTORS} open files are needed, the limit is {hard}"
    resource.setrlimit(resource.RLIMIT_NOFILE, (SHELL_DESCRIPTORS, hard))
    node = load.new_node(TOLLBOOK, "clients")
    node.start()  # It raises its limit itself.
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, hard))
    load.open_provider(node)
    book = load.Book(node.directory)
    before = resident_mb(node.process)
    told, connected, resident = beside(node, book)
    assert resident < RSS_MB_MAX, f"the node takes {resident} MB"
    assert connected > IDLE and told["idle"] == IDLE, (connected, told)
    assert min(told[kind] for kind in told) >= HOSTILE_MIN, told
    book.retry_all(node, random.Random(1))
    load.stop(node)
    load.prove(node, book, VERIFIER)
    shutil.rmtree(node.directory)
    print(json.dumps({"acknowledged": len(book.acknowledged), "connections": connected,
                      "resident_mb": resident, "resident_mb_before": before} | told))


main()

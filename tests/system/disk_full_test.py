"""A disk that runs full under load: commands are refused in time, nothing acknowledged is lost, and
all goes on when there is room again.

    disk_full_test.py TOLLBOOK VERIFIER

The data directory is a tmpfs in a mount namespace of its own. The read models are away: they are no
part of this.
"""

import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile

import ledger_load as load

TOLLBOOK, VERIFIER = sys.argv[1:3]
DISK, REFUSED_MIN = "192m", 50
TOO_LITTLE = 63 << 20  # Of disk_free_bytes_min in ledger/rocks_log.hpp.


class Disk:
    def __init__(self, path):
        self.path, self.ballast = path, path / "ballast"
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0711", "tmpfs", path],
                       check=True)

    def free(self):
        disk = os.statvfs(self.path)
        return disk.f_bavail * disk.f_frsize

    def fill(self, left=0):
        """A file of somebody else takes all but so many bytes."""
        with self.ballast.open("ab", buffering=0) as file:
            while (room := self.free() - left) > 0:
                try:
                    file.write(bytes(min(room, 1 << 20)))
                except OSError:
                    return

    def make_room(self):
        self.ballast.unlink()


def refused(node, clients):
    """Clients are refused, by name; what was answered is answered again, and reads go on."""
    with clients.changed:
        enough = clients.refused + REFUSED_MIN
        assert clients.changed.wait_for(lambda: clients.refused >= enough, 120), "nobody is refused"
    connection = node.connect()
    status, problem = load.pay(connection, node, 1 << 40)
    assert (status, problem["code"]) == (503, "read-only-mode"), problem
    number, first = next(iter(clients.acknowledged.items()))
    status, again = load.pay(connection, node, number)
    assert again.get("replayed") and again["hash"] == first["hash"], again
    connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {node.key}"})
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    connection.close()


def take_more(clients):
    clients.wait_for(len(clients.acknowledged) + load.ACKNOWLEDGED_MIN)


def start_on_full_disk(node, disk):
    """It says why it cannot, or starts and refuses; both leave the log as it was."""
    disk.fill()
    started = subprocess.run(
        [node.tollbook, "serve", "--data", str(node.directory), *node.settings],
        capture_output=True, text=True, timeout=120)
    assert started.returncode not in (0, -signal.SIGABRT, -signal.SIGSEGV), started
    assert "No space left" in started.stderr or "read-only-mode" in started.stderr, started.stderr
    return started.returncode


def lives(node, disk, book):
    numbers = iter(range(1, 1 << 40))
    clients = load.Load(node, numbers)
    clients.start()
    take_more(clients)
    disk.fill(left=TOO_LITTLE)
    refused(node, clients)
    disk.make_room()
    take_more(clients)
    disk.fill()  # At once, and to the last byte.
    refused(node, clients)
    disk.make_room()
    take_more(clients)
    disk.fill()
    node.end(signal.SIGKILL)
    clients.join()
    book.add(clients.acknowledged, clients.unanswered)
    exit_code = start_on_full_disk(node, disk)
    disk.make_room()
    node.start()
    return {"refused": clients.refused, "exit_on_full_disk": exit_code}


def main():
    outside = pathlib.Path(tempfile.mkdtemp(prefix="tollbook-disk-full-", dir="/var/tmp"))
    (outside / "data").mkdir()
    (outside / "dsn").write_text("host=/nowhere user=nobody\n")
    disk = Disk(outside / "data")
    node = load.Node(TOLLBOOK, disk.path, [f"database.dsn_file={outside}/dsn"])
    node.run("init")
    try:
        node.start()
        load.open_provider(node)
        book = load.Book(outside)
        told = lives(node, disk, book)
        landed = book.retry_all(node, random.Random(1))
        load.stop(node)
        load.prove_log(node, book, VERIFIER)
    finally:
        node.kill()
    subprocess.run(["umount", "--lazy", disk.path], check=True)
    shutil.rmtree(outside)
    print(json.dumps({"acknowledged": len(book.acknowledged), "unanswered": len(book.unanswered),
                      "of_them_in_the_log": landed} | told))


if sys.argv[-1] == "inside":
    main()
else:
    rights = [] if os.geteuid() == 0 else ["--map-root-user"]
    os.execvp("unshare", ["unshare", "--mount", *rights, sys.executable, *sys.argv, "inside"])

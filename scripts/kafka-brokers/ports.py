"""Ports for the brokers, and who answers on one."""

import fcntl
import os
import pathlib
import random
import socket
import struct

from cluster import Failure

PORTS = range(20000, 30000)  # Below those that outgoing connections take.
LISTENING = "0A"  # In /proc/net/tcp.


def claim_ports(directory, count):
    """Free ports. No other cluster gets them while `directory` exists, its brokers running or not."""
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    claims = pathlib.Path(cache) / "tollbook" / "kafka" / "ports"
    claims.mkdir(parents=True, exist_ok=True)
    claimed = []
    with open(claims / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for port in random.sample(PORTS, len(PORTS)):
            claim = claims / str(port)
            if claim.exists() or not free(port):
                continue
            claim.unlink(missing_ok=True)  # Of a directory that is gone.
            claim.symlink_to(directory)
            claimed.append(port)
            if len(claimed) == count:
                return claimed
    raise Failure(f"fewer than {count} ports are free from {PORTS.start} to {PORTS.stop - 1}")


def free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # As Java does.
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def listens(pid, port):
    """Whether it is this process that listens on the port."""
    sockets = set()
    for table in ("tcp", "tcp6"):
        for line in pathlib.Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[1].endswith(f":{port:04X}") and fields[3] == LISTENING:
                sockets.add(f"socket:[{fields[9]}]")
    return any(os.readlink(fd) in sockets for fd in pathlib.Path(f"/proc/{pid}/fd").iterdir())


def members(port):
    """The brokers that the one on `port` knows to be alive; none if it does not answer."""
    # Metadata, version 4: of no topic, creating none.
    request = struct.pack(">hhih5si?", 3, 4, 1, 5, b"probe", 0, False)
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            with connection.makefile("rb") as answer:
                answer.read(4 + 4 + 4)  # Its size, correlation, throttling.
                count, = struct.unpack(">i", answer.read(4))
                return [read_broker(answer) for _ in range(count)]
    except (OSError, struct.error):
        return []


def read_broker(answer):
    broker, host_bytes = struct.unpack(">ih", answer.read(6))
    answer.read(host_bytes)
    _, rack_bytes = struct.unpack(">ih", answer.read(6))
    answer.read(max(rack_bytes, 0))
    return broker

"""What lies below a cluster's directory, and the processes that are its brokers."""

import contextlib
import json
import os
import pathlib
import select
import signal
import time

USER = "tollbook"


class Failure(Exception):
    """Told to the user as it is."""


class Cluster:
    """cluster.json says how it was made; a directory per broker has its settings, data, log, pid."""

    def __init__(self, directory):
        self.directory = directory
        try:
            self.facts = json.loads((directory / "cluster.json").read_text())
        except (FileNotFoundError, NotADirectoryError):
            raise Failure(f"{directory} holds no cluster") from None
        self.ports = {int(broker): ports for broker, ports in self.facts["ports"].items()}

    def home(self, broker):
        if broker not in self.ports:
            raise Failure(f"there is no broker {broker} in {self.directory}")
        return self.directory / str(broker)

    def settings(self, broker):
        return self.home(broker) / "server.properties"

    @contextlib.contextmanager
    def process(self, broker):
        """(pid, handle) of the broker's process; None if it is gone, its pid perhaps another's now.

        The handle keeps meaning the process that was looked at, whatever becomes of the pid.
        """
        home, handle, found = self.home(broker), None, False
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            pid = int((home / "pid").read_text())
            handle = os.pidfd_open(pid)
            arguments = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            found = str(self.settings(broker)).encode() in arguments
        try:
            yield (pid, handle) if found else None
        finally:
            if handle is not None:
                os.close(handle)

    def state(self, broker):
        """("running", pid), ("paused", pid) or ("dead", None)"""
        with self.process(broker) as process, contextlib.suppress(FileNotFoundError,
                                                                  ProcessLookupError):
            if process is not None:
                stat = pathlib.Path(f"/proc/{process[0]}/stat").read_text()
                paused = stat.rpartition(")")[2].split()[0] == "T"
                return ("paused" if paused else "running"), process[0]
        return "dead", None

    def protocol(self):
        """The security protocol of the clients' listener, as Kafka and its clients name it."""
        encrypted = "SSL" if self.facts["tls"] else "PLAINTEXT"
        return f"SASL_{encrypted}" if self.facts["sasl"] else encrypted

    def describe(self):
        brokers = []
        for broker, ports in self.ports.items():
            state, pid = self.state(broker)
            brokers.append({"id": broker, "pid": pid, "port": ports["client"], "state": state})
        told = {
            "bootstrap": ",".join(f"127.0.0.1:{broker['port']}" for broker in brokers),
            "dir": str(self.directory),
            "version": self.facts["version"],
            "protocol": self.protocol(),
            "brokers": brokers,
        }
        if self.facts["tls"]:
            told["ca_file"] = str(self.directory / "tls" / "ca.pem")
        if self.facts["sasl"]:
            told["user"] = USER
            told["password_file"] = str(self.directory / "password")
        return told


def send(handle, how):
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(handle, how)


def gone(handle, seconds):
    return bool(select.select([handle], [], [], seconds)[0])


def end(cluster, brokers, how, seconds_max):
    """Ends those of the brokers that run, and returns when they are gone.

    What has not obeyed after `seconds_max` is killed: the last of three, asked with TERM, would wait
    minutes for the others.
    """
    deadline = time.monotonic() + seconds_max
    with contextlib.ExitStack() as held:
        processes = [held.enter_context(cluster.process(broker)) for broker in brokers]
        handles = [process[1] for process in processes if process is not None]
        for handle in handles:
            send(handle, how)
            send(handle, signal.SIGCONT)  # A paused one would not hear TERM.
        for handle in handles:
            if not gone(handle, max(0, deadline - time.monotonic())):
                send(handle, signal.SIGKILL)
                gone(handle, None)

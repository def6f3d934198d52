"""Real Kafka brokers for tests: scripts/kafka as a context manager.

    with Cluster(brokers=3) as kafka:
        kafka.bootstrap
        kafka.kill(2)
        kafka.restart(2)
"""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "kafka"


def run(*arguments):
    """What scripts/kafka prints; RuntimeError with what it complains about."""
    ran = subprocess.run([SCRIPT, *map(str, arguments)], capture_output=True, text=True)
    if ran.returncode != 0:
        raise RuntimeError(ran.stderr)
    return json.loads(ran.stdout)


class Cluster:
    """Brokers that run until stop(), which takes their data with them, or until this process ends.

    `facts` is what start printed: ca_file, user and password_file stand there with tls and sasl.
    """

    def __init__(self, brokers=1, version=None, tls=False, sasl=False):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="tollbook-kafka-", dir="/var/tmp"))
        options = ["--version", version] if version else []
        options += [flag for flag, wanted in (("--tls", tls), ("--sasl", sasl)) if wanted]
        try:
            self.facts = self._run("start", "--brokers", brokers, "--until", os.getpid(), *options)
        except BaseException:
            shutil.rmtree(self.directory)
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def bootstrap(self):
        return self.facts["bootstrap"]

    def brokers(self):
        """By id, as they are now: pid, port and state (running, paused, dead)."""
        return {broker["id"]: broker for broker in self._run("status")["brokers"]}

    def kill(self, broker, signal="KILL"):
        """Returns when the broker is gone; TERM lets it hand its partitions over first."""
        self._run("kill-broker", "--id", broker, "--signal", signal)

    def pause(self, broker):
        self._run("kill-broker", "--id", broker, "--signal", "STOP")

    def resume(self, broker):
        self._run("kill-broker", "--id", broker, "--signal", "CONT")

    def restart(self, *brokers):
        """Starts brokers that were killed, with the same ports and data; they answer when it returns."""
        self._run("start-broker", "--id", *brokers)

    def stop(self):
        try:
            self._run("stop")
        finally:
            shutil.rmtree(self.directory)

    def _run(self, verb, *arguments):
        return run(verb, "--dir", self.directory, *arguments)

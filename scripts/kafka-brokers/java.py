"""The brokers' Java, and how they start on it."""

import glob
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

from cluster import Failure, end
from ports import members

HERE = pathlib.Path(__file__).resolve().parent
START_SECONDS_MAX = 90
LOGGING = [f"-Dlog4j.configuration=file:{HERE}/log4j.properties",
           f"-Dlog4j2.configurationFile=file:{HERE}/log4j2.properties"]
COMMON = ["-XX:+UseSerialGC", "-XX:-UsePerfData", *LOGGING]
TOOL = ["-XX:TieredStopAtLevel=1", *COMMON]
BROKER = ["-Xms96m", "-Xmx320m", "-Xss512k", "-XX:MaxMetaspaceSize=160m", "-Djava.awt.headless=true",
          *COMMON]


class PortTaken(Failure):
    """Somebody else listens where a broker should."""


class Java:
    """A Java that is new enough, and the jars of one Kafka version."""

    def __init__(self, version):
        subprocess.run([HERE.parent / "install", "kafka"], check=True)
        debian = glob.glob("/usr/lib/jvm/java-17-openjdk-*/bin/java")
        self.program = debian[0] if debian else shutil.which("java")
        fetched = subprocess.run([HERE / "fetch", version], stdout=subprocess.PIPE, text=True)
        if fetched.returncode != 0:
            sys.exit(fetched.returncode)
        self.environment = {**os.environ, "CLASSPATH": fetched.stdout.strip()}

    def tool(self, *arguments):
        return subprocess.Popen(
            [self.program, *TOOL, *arguments], env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def broker(self, cluster, broker):
        home = cluster.home(broker)
        with open(home / "broker.log", "ab") as log:
            # A session of its own: it outlives the shell and the terminal that asked for it.
            process = subprocess.Popen(
                [self.program, *BROKER, "kafka.Kafka", cluster.settings(broker)],
                env=self.environment, stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, cwd=home, start_new_session=True)
        (home / "pid").write_text(f"{process.pid}\n")


def bring_up(cluster, brokers, java):
    """Starts brokers and waits until each of them answers and knows all of them; else ends them."""
    try:
        for broker in brokers:
            java.broker(cluster, broker)
        await_answers(cluster, brokers)
    except BaseException:
        for broker in brokers:
            end(cluster, broker, signal.SIGKILL)
        raise


def await_answers(cluster, brokers):
    deadline = time.monotonic() + START_SECONDS_MAX
    waiting = list(brokers)
    while waiting:
        time.sleep(0.1)
        for broker in brokers:
            if cluster.state(broker)[0] == "dead":
                said = last_words(cluster, broker)
                kind = PortTaken if "Address already in use" in said else Failure
                raise kind(f"broker {broker} ended:\n{said}")
        if set(brokers) <= set(members(cluster.ports[waiting[0]]["internal"])):
            waiting.pop(0)
        elif time.monotonic() > deadline:
            raise Failure(f"broker {waiting[0]} does not answer after {START_SECONDS_MAX} s:\n"
                          + last_words(cluster, waiting[0]))


def last_words(cluster, broker):
    return (cluster.home(broker) / "broker.log").read_text()[-4000:]

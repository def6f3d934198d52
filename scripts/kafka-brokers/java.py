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
from ports import listens, members

HERE = pathlib.Path(__file__).resolve().parent
START_SECONDS_MAX = 90
LOGGING = [f"-Dlog4j.configuration=file:{HERE}/log4j.properties",
           f"-Dlog4j2.configurationFile=file:{HERE}/log4j2.properties"]
# With the quick compiler alone a broker starts in half the processor time, and serves no worse.
COMMON = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData", *LOGGING]
BROKER = ["-Xms96m", "-Xmx320m", "-Xss512k", "-XX:MaxMetaspaceSize=160m", "-Djava.awt.headless=true",
          *COMMON]


class PortTaken(Failure):
    """Somebody else listens where a broker should. It would take its time to end."""


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
            [self.program, *COMMON, *arguments], env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def broker(self, cluster, broker):
        """Starts one; where in its log it began."""
        home = cluster.home(broker)
        with open(home / "broker.log", "ab") as log:
            began = log.tell()
            # A session of its own: it outlives the shell and the terminal that asked for it.
            process = subprocess.Popen(
                [self.program, *BROKER, "kafka.Kafka", cluster.settings(broker)],
                env=self.environment, stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, cwd=home, start_new_session=True)
        (home / "pid").write_text(f"{process.pid}\n")
        return began


def bring_up(cluster, brokers, java):
    """Starts brokers and waits until each of them answers and knows all of them; else ends them."""
    try:
        began = {broker: java.broker(cluster, broker) for broker in brokers}
        await_answers(cluster, began)
    except BaseException:
        end(cluster, brokers, signal.SIGKILL, 0)
        raise


def await_answers(cluster, began):
    deadline = time.monotonic() + START_SECONDS_MAX
    waiting = list(began)
    while waiting:
        time.sleep(0.1)
        for broker in began:
            said = last_words(cluster, broker, began)
            if "Address already in use" in said:
                raise PortTaken(f"broker {broker} may not listen:\n{said}")
            if cluster.state(broker)[0] == "dead":
                raise Failure(f"broker {broker} ended:\n{said}")
        if serves(cluster, waiting[0], set(began)):
            waiting.pop(0)
        elif time.monotonic() > deadline:
            raise Failure(f"broker {waiting[0]} does not answer after {START_SECONDS_MAX} s:\n"
                          + last_words(cluster, waiting[0], began))


def serves(cluster, broker, known):
    """It answers, knows the others, and clients reach it rather than somebody else on their port."""
    ports = cluster.ports[broker]
    if not known <= set(members(ports["internal"])):
        return False
    with cluster.process(broker) as process:
        return process is not None and listens(process[0], ports["client"])


def last_words(cluster, broker, began):
    with open(cluster.home(broker) / "broker.log", "rb") as log:
        log.seek(began[broker])
        return log.read().decode(errors="replace")[-4000:]

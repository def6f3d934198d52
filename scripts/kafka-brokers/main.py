"""The verbs of scripts/kafka."""

import argparse
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from cluster import Cluster, Failure, end, send
from java import Java, PortTaken, bring_up
from layout import format_data, lay_out, make_secrets

PORT_ATTEMPTS_MAX = 5
TERM_SECONDS_MAX = 15  # A broker hands its partitions over first.
STOP_SECONDS_MAX = 3


def start(options):
    cluster = start_somewhere(options)
    if options.until:
        watch(cluster, options.until)
    return cluster


def watch(cluster, pid):
    """From a process of its own, which outlives this one."""
    watcher = pathlib.Path(__file__).with_name("watch.py")
    subprocess.Popen([sys.executable, watcher, cluster.directory, str(pid)], start_new_session=True,
                     stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def start_somewhere(options):
    if options.dir and (options.dir / "cluster.json").exists():
        return start_again(options)
    if options.dir:
        return start_new(options.dir, options)
    directory = pathlib.Path(tempfile.mkdtemp(prefix="tollbook-kafka-", dir="/var/tmp"))
    try:
        return start_new(directory, options)
    except BaseException:
        shutil.rmtree(directory)
        raise


def start_new(directory, options):
    facts = {"version": options.version or "4.1.1", "tls": options.tls, "sasl": options.sasl}
    java = Java(facts["version"])
    directory.mkdir(parents=True, exist_ok=True)
    make_secrets(directory, facts)
    for attempt in range(1, PORT_ATTEMPTS_MAX + 1):
        cluster = lay_out(directory, facts, options.brokers or 1)
        format_data(cluster, java)
        try:
            bring_up(cluster, list(cluster.ports), java)
            return cluster
        except PortTaken:
            if attempt == PORT_ATTEMPTS_MAX:
                raise


def start_again(options):
    if options.brokers or options.version or options.tls or options.sasl:
        raise Failure(f"{options.dir} holds a cluster: start it as it is, with --dir alone")
    cluster = Cluster(options.dir)
    dead = [broker for broker in cluster.ports if cluster.state(broker)[0] == "dead"]
    bring_up(cluster, dead, Java(cluster.facts["version"]))
    return cluster


def start_broker(options):
    cluster = Cluster(options.dir)
    for broker in options.id:
        state = cluster.state(broker)[0]
        if state != "dead":
            raise Failure(f"broker {broker} is {state} already")
    bring_up(cluster, options.id, Java(cluster.facts["version"]))
    return cluster


def kill_broker(options):
    cluster = Cluster(options.dir)
    how = signal.Signals[f"SIG{options.signal}"]
    with cluster.process(options.id) as process:
        if process is None:
            raise Failure(f"broker {options.id} does not run")
        if how in (signal.SIGSTOP, signal.SIGCONT):
            send(process[1], how)
            while cluster.state(options.id)[0] == ("running" if how == signal.SIGSTOP else "paused"):
                time.sleep(0.01)
            return cluster
    end(cluster, [options.id], how, TERM_SECONDS_MAX)
    return cluster


def stop(options):
    cluster = Cluster(options.dir)
    end(cluster, cluster.ports, signal.SIGTERM, STOP_SECONDS_MAX)
    return cluster


def status(options):
    return Cluster(options.dir)


def parse(arguments):
    parser = argparse.ArgumentParser(prog="scripts/kafka", epilog="scripts/kafka itself says more.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    for name, carry_out in (("start", start), ("status", status), ("stop", stop),
                            ("kill-broker", kill_broker), ("start-broker", start_broker)):
        verb = verbs.add_parser(name)
        verb.set_defaults(carry_out=carry_out)
        verb.add_argument("--dir", type=lambda path: pathlib.Path(path).resolve(),
                          required=carry_out is not start)
        if carry_out is start:
            verb.add_argument("--brokers", type=int, choices=(1, 3))
            verb.add_argument("--version")
            verb.add_argument("--until", type=int, metavar="PID")
            verb.add_argument("--tls", action="store_true")
            verb.add_argument("--sasl", action="store_true")
        if carry_out is kill_broker:
            verb.add_argument("--id", type=int, required=True)
            verb.add_argument("--signal", choices=("KILL", "TERM", "STOP", "CONT"), default="KILL")
        if carry_out is start_broker:
            verb.add_argument("--id", type=int, required=True, nargs="+")
    return parser.parse_args(arguments)


def main():
    options = parse(sys.argv[1:])
    # An interrupted start ends what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        print(json.dumps(options.carry_out(options).describe()))
    except Failure as failure:
        sys.exit(f"scripts/kafka: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)


main()

"""scripts/kafka and the module that tests use it through, seen by a client that we did not write.

Needs python3-confluent-kafka, which belongs to Debian's own Python.
"""

import concurrent.futures
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from unittest import mock

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "scripts" / "kafka-brokers")]
import kafka_cluster  # noqa: E402
import ports  # noqa: E402

SECONDS_MAX = 60
FETCH = ROOT / "scripts" / "kafka-brokers" / "fetch"
JARS = FETCH.parent / "jars"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")


def client(cluster, **more):
    """Settings of a client that may do all; `more` has its names with _ for the dots."""
    facts = cluster.facts
    settings = {"bootstrap_servers": cluster.bootstrap, "reconnect_backoff_max_ms": 500,
                "security_protocol": facts["protocol"]}
    if "ca_file" in facts:
        settings["ssl_ca_location"] = facts["ca_file"]
    if "user" in facts:
        settings.update(sasl_mechanism="SCRAM-SHA-512", sasl_username=facts["user"],
                        sasl_password=pathlib.Path(facts["password_file"]).read_text())
    named = {name.replace("_", "."): value for name, value in {**settings, **more}.items()}
    return {**named, "log_level": 0}


def create(settings, topic, copies=1):
    admin = AdminClient(settings)
    admin.create_topics([NewTopic(topic, 1, copies)])[topic].result(SECONDS_MAX)


class Sender:
    """Sends numbered messages; `failed` holds the code of each one that was not delivered."""

    def __init__(self, settings, topic, seconds_max=SECONDS_MAX):
        self.topic, self.sent, self.delivered, self.failed = topic, 0, [], []
        self.producer = Producer({**settings, "enable.idempotence": True,
                                  "message.timeout.ms": seconds_max * 1000})

    def send(self, count):
        for _ in range(count):
            value = b"%d" % self.sent
            self.producer.produce(self.topic, value, callback=self.told)
            self.sent += 1

    def told(self, error, message):
        if error is None:
            self.delivered.append(message.value())
        else:
            self.failed.append(error.code())

    def settle(self):
        self.producer.flush(SECONDS_MAX)


def read(settings, topic, count):
    """The first `count` values; fewer when they do not come."""
    consumer = Consumer({**settings, "group.id": "reader", "enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, 0, 0)])
    values, deadline = [], time.monotonic() + SECONDS_MAX
    while len(values) < count and time.monotonic() < deadline:
        values += [m.value() for m in consumer.consume(count - len(values), 1) if not m.error()]
    consumer.close()
    return values


def processes_of(directory):
    """The brokers that have their settings there."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            arguments = path.read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if b"kafka.Kafka" in arguments and str(directory).encode() in arguments:
            found.append(path.parent.name)
    return found


def await_file(path):
    """Its text, as soon as there is any."""
    deadline = time.monotonic() + SECONDS_MAX
    while not path.exists() or not path.read_text():
        assert time.monotonic() < deadline, path
        time.sleep(0.01)
    return path.read_text()


class Brokers(unittest.TestCase):
    """Three clusters, started at the same time: `one`, `three`, and the oldest version, `secure`.

    The SCRAM of librdkafka 2.0.2 is refused by later ones: it repeats its own nonce.
    """

    @classmethod
    def setUpClass(cls):
        wanted = {"one": {}, "three": {"brokers": 3, "tls": True},
                  "secure": {"version": "3.9.1", "tls": True, "sasl": True}}
        with concurrent.futures.ThreadPoolExecutor() as pool:
            started = {name: pool.submit(kafka_cluster.Cluster, **how)
                       for name, how in wanted.items()}
        for name, future in started.items():
            setattr(cls, name, future.result())
            cls.addClassCleanup(future.result().stop)

    def test_a_killed_broker_comes_back_with_its_port_and_its_data(self):
        settings = client(self.one)
        create(settings, "kept")
        sender = Sender(settings, "kept")
        sender.send(100)
        sender.settle()
        before = self.one.brokers()[1]
        self.assertEqual(before["state"], "running")
        self.one.kill(1)
        self.assertEqual(self.one.brokers()[1], {**before, "state": "dead", "pid": None})
        self.one.restart(1)
        after = self.one.brokers()[1]
        self.assertEqual(after, {**before, "pid": after["pid"]})
        self.assertNotEqual(after["pid"], before["pid"])
        sender.send(1)
        sender.settle()
        expected = [b"%d" % n for n in range(101)]
        self.assertEqual(sender.delivered, expected)
        self.assertEqual(read(settings, "kept", 101), expected)

    def test_a_paused_broker_takes_nothing_until_it_is_resumed(self):
        settings = client(self.one)
        create(settings, "paused")
        impatient = Sender(settings, "paused", seconds_max=2)
        self.one.pause(1)
        self.assertEqual(self.one.brokers()[1]["state"], "paused")
        impatient.send(1)
        impatient.settle()
        self.assertEqual((impatient.delivered, impatient.failed), ([], [KafkaError._MSG_TIMED_OUT]))
        self.one.resume(1)
        self.assertEqual(self.one.brokers()[1]["state"], "running")
        patient = Sender(settings, "paused")
        patient.send(1)
        patient.settle()
        self.assertEqual(patient.delivered, [b"0"])

    def test_nobody_makes_a_topic_by_writing_to_it(self):
        producer = Producer(client(self.one))
        asked = producer.list_topics("typo", SECONDS_MAX).topics["typo"]
        self.assertEqual(asked.error.code(), KafkaError.UNKNOWN_TOPIC_OR_PART)
        self.assertNotIn("typo", producer.list_topics(timeout=SECONDS_MAX).topics)

    def test_two_of_three_go_on_without_the_one_that_led(self):
        settings = client(self.three)
        create(settings, "led", copies=3)
        sender = Sender(settings, "led")
        sender.send(100)
        sender.settle()
        leader = AdminClient(settings).list_topics("led").topics["led"].partitions[0].leader
        self.three.kill(leader)
        sender.send(100)
        sender.settle()
        self.assertEqual((len(sender.delivered), sender.failed), (200, []))
        self.three.restart(leader)
        self.assertEqual({b["state"] for b in self.three.brokers().values()}, {"running"})
        self.assertEqual(read(settings, "led", 200), [b"%d" % n for n in range(200)])

    def test_tls_and_scram_let_in_who_has_the_ca_and_the_password(self):
        self.assertEqual(self.secure.facts["protocol"], "SASL_SSL")
        settings = client(self.secure)
        create(settings, "secret")
        sender = Sender(settings, "secret")
        sender.send(1)
        sender.settle()
        self.assertEqual(read(settings, "secret", 1), [b"0"])
        for wrong, reason in (({"sasl_password": "wrong"}, KafkaError._AUTHENTICATION),
                              ({"ssl_ca_location": "/etc/ssl/certs/ca-certificates.crt"},
                               KafkaError._SSL)):
            refused = []
            stranger = Producer({**client(self.secure, **wrong),
                                 "error_cb": lambda error, seen=refused: seen.append(error.code())})
            deadline = time.monotonic() + SECONDS_MAX
            while reason not in refused and time.monotonic() < deadline:
                stranger.poll(0.1)
            self.assertIn(reason, refused)
            with self.assertRaises(KafkaException):
                stranger.list_topics(timeout=1)

    def test_stop_leaves_no_process_and_start_runs_the_same_brokers_on(self):
        before = self.one.brokers()[1]
        self.assertEqual(processes_of(self.one.directory), [str(before["pid"])])
        kafka_cluster.run("stop", "--dir", self.one.directory)
        self.assertEqual(self.one.brokers()[1]["state"], "dead")
        self.assertEqual(processes_of(self.one.directory), [])
        with self.assertRaisesRegex(RuntimeError, "start it as it is"):
            kafka_cluster.run("start", "--dir", self.one.directory, "--brokers", 3)
        again = kafka_cluster.run("start", "--dir", self.one.directory)
        self.assertEqual(again["bootstrap"], self.one.bootstrap)
        self.assertEqual(self.one.brokers()[1]["state"], "running")

    def test_a_process_that_has_the_pid_of_a_broker_now_is_left_alone(self):
        pid_file = self.one.directory / "1" / "pid"
        pid = pid_file.read_text()
        other = subprocess.Popen(["sleep", "600"])
        try:
            pid_file.write_text(f"{other.pid}\n")
            self.assertEqual(self.one.brokers()[1]["state"], "dead")
            with self.assertRaisesRegex(RuntimeError, "broker 1 does not run"):
                self.one.kill(1)
            kafka_cluster.run("stop", "--dir", self.one.directory)
            self.assertIsNone(other.poll())
        finally:
            pid_file.write_text(pid)
            other.kill()
            other.wait()


class Script(unittest.TestCase):
    """What needs a cluster of its own, or none."""

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="tollbook-test-", dir="/var/tmp"))
        self.addCleanup(shutil.rmtree, self.directory)
        self.brokers = self.directory / "brokers"
        self.addCleanup(self.stop)

    def kafka(self, verb, *arguments):
        return kafka_cluster.run(verb, "--dir", self.brokers, *arguments)

    def stop(self):
        if (self.brokers / "cluster.json").exists():
            self.kafka("stop")

    def test_a_port_that_somebody_takes_is_left_to_them(self):
        taken = []

        def take():
            text = await_file(self.brokers / "cluster.json")
            taken.append(socket.create_server(
                ("127.0.0.1", json.loads(text)["ports"]["1"]["client"])))
        thread = threading.Thread(target=take)
        thread.start()
        started = self.kafka("start")
        thread.join()
        self.addCleanup(taken[0].close)
        self.assertNotEqual(started["brokers"][0]["port"], taken[0].getsockname()[1])
        self.assertEqual(started["brokers"][0]["state"], "running")

    def test_clusters_that_start_at_once_share_no_port_while_their_directories_exist(self):
        directories = [self.directory / str(number) for number in range(20)]
        for directory in directories:
            directory.mkdir()
        with mock.patch.dict(os.environ, XDG_CACHE_HOME=str(self.directory)), \
                mock.patch.multiple(ports, PORTS=range(20000, 20100), free=lambda port: True), \
                concurrent.futures.ThreadPoolExecutor(20) as pool:
            claimed = list(pool.map(lambda directory: ports.claim_ports(directory, 5), directories))
            self.assertEqual(sorted(sum(claimed, [])), list(range(20000, 20100)))
            with self.assertRaisesRegex(ports.Failure, "fewer than 5 ports are free"):
                ports.claim_ports(directories[0], 5)
            directories[1].rmdir()
            self.assertEqual(set(ports.claim_ports(directories[0], 5)), set(claimed[1]))

    def test_an_interrupted_start_leaves_no_process(self):
        start = subprocess.Popen([kafka_cluster.SCRIPT, "start", "--dir", self.brokers],
                                 stdout=subprocess.DEVNULL)
        pid = int(await_file(self.brokers / "1" / "pid"))
        self.assertEqual(processes_of(self.brokers), [str(pid)])
        start.send_signal(signal.SIGTERM)
        self.assertEqual(start.wait(), 143)
        self.assertEqual(processes_of(self.brokers), [])

    def test_brokers_end_with_the_process_that_wanted_them(self):
        wants = subprocess.Popen(["sleep", "600"])
        self.kafka("start", "--until", wants.pid)
        self.assertEqual(len(processes_of(self.brokers)), 1)
        wants.kill()
        wants.wait()
        deadline = time.monotonic() + SECONDS_MAX
        while processes_of(self.brokers) or self.brokers.exists():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)

    def fetch(self, repository):
        """Into a cache of our own; the repository is a directory."""
        return subprocess.Popen(
            [FETCH, "4.1.1"], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "XDG_CACHE_HOME": str(self.directory),
                 "MAVEN_CENTRAL": f"file://{repository}"})

    def test_a_jar_is_what_the_lock_file_says_or_it_is_refused_and_fetched_again(self):
        central = self.directory / "central"
        subprocess.run([FETCH, "4.1.1"], check=True, stdout=subprocess.DEVNULL)
        shutil.copytree(CACHE / "tollbook" / "kafka" / "4.1.1", central)
        jar = (JARS / "4.1.1.txt").read_text().split()[1]
        right = (central / jar).read_bytes()
        (central / jar).write_bytes(b"another")
        refused = self.fetch(central)
        self.assertIn(jar, refused.communicate()[1])
        self.assertEqual(refused.returncode, 1)

        (central / jar).write_bytes(right)
        both = [self.fetch(central), self.fetch(central)]
        said = [each.communicate() for each in both]
        self.assertEqual(said[0][0], said[1][0])
        # One of them fetched the one jar, the other found it.
        self.assertEqual(sorted(len(err.splitlines()) for _, err in said), [0, 1])
        paths = said[0][0].strip().split(":")
        self.assertEqual(len(paths), len((JARS / "4.1.1.txt").read_text().splitlines()))
        self.assertTrue(all(pathlib.Path(path).is_file() for path in paths))

    def test_a_version_without_a_lock_file_is_refused_with_those_that_have_one(self):
        with self.assertRaisesRegex(RuntimeError, r"Kafka 2\.0\.0 \(3\.8\.1 3\.9\.1 4\.1\.1\)"):
            self.kafka("start", "--version", "2.0.0")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)

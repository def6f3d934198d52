"""Makes a new cluster: ports, settings, certificates, user, and empty data directories."""

import base64
import json
import os
import secrets
import shutil
import subprocess
import uuid

from cluster import USER, Cluster, Failure
from ports import claim_ports

LISTENERS = ("client", "internal", "controller")
CERTIFICATE = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
               "-noenc", "-days", "30"]


def properties(cluster, broker):
    ports, copies = cluster.ports[broker], len(cluster.ports)
    in_sync = min(copies, 2)
    addresses = {name: f"{name.upper()}://127.0.0.1:{ports[name]}" for name in LISTENERS}
    lines = {
        "process.roles": "broker,controller",
        "node.id": broker,
        "controller.quorum.voters": ",".join(
            f"{id}@127.0.0.1:{its['controller']}" for id, its in cluster.ports.items()),
        "listeners": ",".join(addresses.values()),
        "advertised.listeners": f"{addresses['client']},{addresses['internal']}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "INTERNAL",
        "listener.security.protocol.map":
            f"CLIENT:{cluster.protocol()},INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": cluster.home(broker) / "data",
        "default.replication.factor": copies,
        "min.insync.replicas": in_sync,
        "offsets.topic.replication.factor": copies,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": in_sync,
        "auto.create.topics.enable": "false",
        "unclean.leader.election.enable": "false",
        # Small: the defaults are 50 partitions each, and a cleaner's buffer of 128 MiB.
        "offsets.topic.num.partitions": 1,
        "transaction.state.log.num.partitions": 1,
        "log.cleaner.dedupe.buffer.size": 4 << 20,
        "log.segment.bytes": 64 << 20,
        "log.index.size.max.bytes": 1 << 20,
        "num.network.threads": 1,
        "num.io.threads": 2,
        # Quick to notice that a broker is gone, and to go on without it.
        "group.initial.rebalance.delay.ms": 0,
        "broker.session.timeout.ms": 1500,
        "broker.heartbeat.interval.ms": 300,
        "controller.quorum.fetch.timeout.ms": 1000,
        "controller.quorum.election.timeout.ms": 500,
        "controller.quorum.election.backoff.max.ms": 300,
    }
    if cluster.facts["tls"]:
        lines["listener.name.client.ssl.keystore.type"] = "PEM"
        lines["listener.name.client.ssl.keystore.location"] = cluster.directory / "tls" / "broker.pem"
    if cluster.facts["sasl"]:
        mechanisms = ["SCRAM-SHA-512"]
        if cluster.facts["tls"]:  # In the clear it would show the password.
            mechanisms.append("PLAIN")
            password = (cluster.directory / "password").read_text()
            lines["listener.name.client.plain.sasl.jaas.config"] = (
                "org.apache.kafka.common.security.plain.PlainLoginModule required "
                f'user_{USER}="{password}";')
        lines["listener.name.client.sasl.enabled.mechanisms"] = ",".join(mechanisms)
        lines["listener.name.client.scram-sha-512.sasl.jaas.config"] = (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;")
    return "".join(f"{name}={value}\n" for name, value in lines.items())


def lay_out(directory, facts, brokers):
    """Writes the files of a cluster; what an earlier attempt left of it is gone."""
    ports = iter(claim_ports(directory, len(LISTENERS) * brokers))
    facts["cluster_id"] = base64.urlsafe_b64encode(b"\0" + uuid.uuid4().bytes[1:]).decode()[:22]
    facts["ports"] = {id: {name: next(ports) for name in LISTENERS} for id in range(1, brokers + 1)}
    (directory / "cluster.json").write_text(json.dumps(facts, indent=2) + "\n")
    cluster = Cluster(directory)
    for broker in cluster.ports:
        shutil.rmtree(cluster.home(broker), ignore_errors=True)
        cluster.home(broker).mkdir()
        write_private(cluster.settings(broker), properties(cluster, broker))
    return cluster


def format_data(cluster, java):
    """Makes the brokers' data directories, with the user if there is to be one."""
    user = []
    if cluster.facts["sasl"]:
        password = (cluster.directory / "password").read_text()
        user = ["--add-scram", f"SCRAM-SHA-512=[name={USER},password={password}]"]
    tools = [java.tool("kafka.tools.StorageTool", "format", "--cluster-id",
                       cluster.facts["cluster_id"], "--config", cluster.settings(broker), *user)
             for broker in cluster.ports]
    said = [tool.communicate()[0] for tool in tools]
    if any(tool.returncode for tool in tools):
        raise Failure("StorageTool format: " + "".join(said))


def make_secrets(directory, facts):
    if facts["tls"]:
        (directory / "tls").mkdir(exist_ok=True)
        make_certificates(directory / "tls")
    if facts["sasl"]:
        write_private(directory / "password", secrets.token_urlsafe(18))


def make_certificates(directory):
    """A CA, and a certificate of it for 127.0.0.1 that all brokers share."""
    for more in (["-subj", "/CN=Throw-away CA", "-keyout", "ca.key", "-out", "ca.pem"],
                 ["-subj", "/CN=127.0.0.1", "-keyout", "broker.key", "-out", "broker.crt", "-CA",
                  "ca.pem", "-CAkey", "ca.key", "-addext", "basicConstraints=critical,CA:FALSE",
                  "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]):
        made = subprocess.run([*CERTIFICATE, *more], cwd=directory, capture_output=True, text=True)
        if made.returncode != 0:
            raise Failure("openssl: " + made.stderr)
    both = (directory / "broker.key").read_text() + (directory / "broker.crt").read_text()
    write_private(directory / "broker.pem", both)


def write_private(path, text):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)

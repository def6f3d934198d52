"""One client session of librouteros 3 against a test router: PORT USER PASSWORD [ROUTER_OPTION ...]."""

import ssl
import sys

import librouteros
from librouteros.exceptions import FatalError, TrapError
from librouteros.login import plain, token
from librouteros.query import Key, Or

NAME, COMMENT, DISABLED = Key("name"), Key("comment"), Key("disabled")


def connect(port, user, password, options):
    arguments = {"port": port, "timeout": 20, "login_method": token if "--legacy-login" in options else plain}
    if "--tls" in options:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        arguments["ssl_wrapper"] = context.wrap_socket
    return librouteros.connect("127.0.0.1", user, password, **arguments)


def trap_of(work):
    try:
        work()
    except TrapError as trap:
        return trap
    raise AssertionError("no trap")


def check_login(port, user, options):
    text = str(trap_of(lambda: connect(port, user, "wrong", options)))
    assert text == ("cannot log in" if "--legacy-login" in options else "invalid user name or password (6)"), text


def check_system(api):
    assert next(iter(api.path("system", "identity")))["name"] == "rtr-01"
    assert "stable" in next(iter(api.path("system", "resource")))["version"]


def check_one_secret(secrets):
    assert list(secrets) == []  # !empty since 7.18, nothing before.
    made = secrets.add(name="alice", password="x1", service="pppoe", profile="default", comment="isp:6f1c")
    assert made.startswith("*"), made
    duplicate = trap_of(lambda: secrets.add(name="alice", password="x1"))
    assert str(duplicate) == "failure: secret with the same name already exists"
    assert trap_of(lambda: secrets.add(name="bob", profile="none")).category == 1
    [alice] = secrets.select(NAME, COMMENT, DISABLED).where(NAME == "alice")
    assert alice == {"name": "alice", "comment": "isp:6f1c", "disabled": False}, alice
    secrets.update(**{".id": made, "disabled": True})
    assert [row["name"] for row in secrets.select(NAME).where(DISABLED == True)] == ["alice"]  # noqa: E712
    secrets.update(**{".id": "alice", "comment": "x" * 20_000})
    [alice] = secrets.select(COMMENT).where(NAME == "alice")
    assert alice["comment"] == "x" * 20_000
    secrets.remove(made)
    gone = trap_of(lambda: secrets.remove(made))
    assert (str(gone), gone.category) == ("no such item", 0)


def check_many_secrets(secrets):
    names = [f"user-{number}" for number in range(400)]
    for name in names:
        secrets.add(name=name, password="p")
    assert [row["name"] for row in secrets] == names
    some = secrets.select(NAME).where(Or(NAME == "user-7", NAME == "user-9", NAME == "nobody"))
    assert [row["name"] for row in some] == ["user-7", "user-9"]
    assert len(list(secrets.select(NAME).where(NAME != "user-7"))) == len(names) - 1
    secrets.remove(*names)
    assert list(secrets) == []


def check_end(api):
    assert str(trap_of(lambda: tuple(api("/ppp/nothing/print")))) == "no such command prefix"
    try:
        tuple(api("/quit"))
    except FatalError as fatal:
        assert str(fatal) == "session terminated on request"
    else:
        raise AssertionError("no fatal")


def main(port, user, password, *options):
    check_login(int(port), user, options)
    api = connect(int(port), user, password, options)
    check_system(api)
    check_one_secret(api.path("ppp", "secret"))
    check_many_secrets(api.path("ppp", "secret"))
    check_end(api)


if __name__ == "__main__":
    main(*sys.argv[1:])

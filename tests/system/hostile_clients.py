"""Clients that nobody wants: idle, slow, half-open, pipelining and oversized ones.

    hostile_clients.py HOST PORT IDLE

Says "here" once IDLE connections stand open and say nothing; then the others come and go until its
input ends. Prints how often each was there.
"""

import json
import select
import socket
import sys

HOST, PORT, IDLE = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
GET = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /v1/tenants/x HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
SLOW_MAX, PIPELINED, ANSWER_WITHIN = 500, 200, 60


def connected():
    peer = socket.create_connection((HOST, PORT))
    peer.settimeout(ANSWER_WITHIN)
    return peer


def says_something(source):
    poll = select.poll()  # select() knows 1024 descriptors.
    poll.register(source, select.POLLIN)
    return bool(poll.poll(0))


class Hostile:
    def __init__(self):
        self.slow, self.half_open = [], []
        self.counts = dict.fromkeys(("slow", "half_open", "pipelining", "oversized"), 0)

    def be_slow(self):
        """A head that comes byte by byte and never ends."""
        if len(self.slow) < SLOW_MAX:
            self.slow.append(connected())
            self.slow[-1].sendall(b"GET /livez HTTP/1.1\r\nX: ")
        for peer in list(self.slow):
            try:
                peer.sendall(b"x")
            except OSError:
                self.slow.remove(peer)

    def be_half_open(self):
        """Half a body, and then nothing; or all is said, and nobody reads the answer."""
        if len(self.half_open) == SLOW_MAX:
            self.half_open.pop(0).close()
        peer = connected()
        if self.counts["half_open"] % 2:
            peer.sendall(POST % 1000 + b"x" * 500)
        else:
            peer.sendall(GET)
            peer.shutdown(socket.SHUT_WR)
        self.half_open.append(peer)

    def be_pipelining(self):
        """Many requests at once; each is answered."""
        with connected() as peer:
            peer.sendall(GET * PIPELINED)
            answers = b""
            while answers.count(b"HTTP/1.1 200") < PIPELINED:
                more = peer.recv(1 << 16)
                assert more, f"{answers.count(b'HTTP/1.1 200')} of {PIPELINED} answered"
                answers += more

    def be_oversized(self):
        """A body or a head above every limit; it is refused or cut off."""
        piece = b"x" * (1 << 16)
        big_head = self.counts["oversized"] % 2
        with connected() as peer:
            try:
                peer.sendall(b"GET /livez HTTP/1.1\r\nX: " + piece if big_head else POST % (1 << 40))
                for _ in range(256):
                    peer.sendall(piece)
                    if says_something(peer):
                        break
                answer = peer.recv(1 << 16)
            except ConnectionError:
                return
            assert not answer or answer.split()[1] in (b"400", b"401", b"413", b"431"), answer[:200]


def main():
    idle = [connected() for _ in range(IDLE)]
    print("here", flush=True)
    hostile = Hostile()
    while not says_something(sys.stdin):
        for kind in hostile.counts:
            getattr(hostile, "be_" + kind)()
            hostile.counts[kind] += 1
    print(json.dumps(dict(hostile.counts, idle=len(idle))), flush=True)


main()

"""A PostgreSQL that no node starts or stops."""

import atexit
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess


class Postgres:
    """A server of its own: a node does not start it again, as it does with its private one."""

    def __init__(self, directory):
        self.directory = directory
        self.as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self.binaries = max(pathlib.Path("/usr/lib/postgresql").iterdir()) / "bin"
        directory.mkdir(mode=0o700)
        if self.as_user:
            shutil.chown(directory, "postgres")
        atexit.register(self.leave)
        self.run("initdb", "-D", directory / "db", "-A", "trust", "-U", "tollbook")
        self.start()
        self.dsn = f"host={directory} port=5432 user=tollbook dbname=postgres"

    def run(self, program, *words):
        ran = subprocess.run(self.as_user + [str(self.binaries / program), *map(str, words)],
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        assert ran.returncode == 0, (program, ran.stderr)

    def start(self):
        self.run("pg_ctl", "start", "-w", "-D", self.directory / "db", "-l", self.directory / "log",
                 "-o", f"-c listen_addresses= -c unix_socket_directories={self.directory}")

    def stop(self, mode="fast"):
        self.run("pg_ctl", "stop", "-w", "-m", mode, "-D", self.directory / "db")

    def leave(self):
        """Ends it if a test that failed left it running, or paused."""
        with contextlib.suppress(OSError):
            self.signal(signal.SIGCONT)
            self.stop("immediate")

    def processes(self):
        postmaster = int((self.directory / "db/postmaster.pid").read_text().split()[0])
        children = pathlib.Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text()
        return [postmaster, *map(int, children.split())]

    def signal(self, which):
        for process in self.processes():
            os.kill(process, which)

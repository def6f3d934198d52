"""Ends a cluster's brokers, and removes its directory, when a process is gone.

    watch.py DIR PID
"""

import os
import pathlib
import select
import shutil
import signal
import sys

from cluster import Cluster, Failure, end

LOOK_EVERY_SECONDS = 2  # Whether somebody removed the cluster in good order.


def main():
    directory, pid = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        handle = None
    while handle is not None and not select.select([handle], [], [], LOOK_EVERY_SECONDS)[0]:
        if not (directory / "cluster.json").exists():
            return
    try:
        cluster = Cluster(directory)
    except Failure:
        return
    end(cluster, cluster.ports, signal.SIGKILL, 0)
    shutil.rmtree(directory, ignore_errors=True)


main()

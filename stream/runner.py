"""The stream runner: one Spark driver for each pipeline that is wanted, as the heads say. It holds no state of its own.

A pipeline is wanted while its head is `ready`. A driver that ends is started again after a pause that grows while it
keeps ending early; a pipeline that is dropped loses its driver. Two runners would do no harm: the drivers of one would
be fenced by those of the other.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from cassandra_store import open_cassandra_store

JOB = Path(__file__).with_name("job.py")
LOOK_EVERY_S = 1.0
REPORT_EVERY_S = 5.0
CASSANDRA_PATIENCE_S = 300
PAUSE_LEAST_S = 0.5
PAUSE_MOST_S = 8.0
# A driver that lived so long did not fail at its start.
HEALTHY_AFTER_S = 30.0
STOP_TIMEOUT_S = 5.0


@dataclass
class Driver:
    """A pipeline's driver process, or the pause before its next one."""

    process: subprocess.Popen | None = None
    started_s: float = 0.0
    start_after_s: float = 0.0
    starts: int = 0
    pause_s: float = PAUSE_LEAST_S
    last_exit: int | None = None


@dataclass
class Runner:
    """Follows the heads of one architecture."""

    store: object
    command: list
    architecture: str
    drivers: dict = field(default_factory=dict)
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self):
        """Reconciles until it is asked to stop, then stops all drivers."""
        reported_s = 0.0
        while not self.stopping.is_set():
            try:
                self.look()
                if time.monotonic() - reported_s > REPORT_EVERY_S:
                    self.store.report("stream-runner", self.state())
                    reported_s = time.monotonic()
            except Exception as error:  # noqa: BLE001 - Cassandra may be away for a while; drivers notice by themselves
                log("runner", f"could not look at the heads: {error!r}")
            self.stopping.wait(LOOK_EVERY_S)
        for pipeline in list(self.drivers):
            self.stop(pipeline)

    def look(self):
        """Reconciles with the heads as they are. None at all: setup is not done; afterwards a lab always has one."""
        heads = self.store.read_heads()
        if heads:
            self.reconcile({head.pipeline for head in heads if head.status == "ready"})

    def reconcile(self, wanted):
        """Starts what is wanted and not running, stops what is running and not wanted."""
        for pipeline in [name for name in self.drivers if name not in wanted]:
            log("runner", f"{pipeline} is not wanted any more")
            self.stop(pipeline)
        for pipeline in sorted(wanted):
            driver = self.drivers.setdefault(pipeline, Driver())
            if driver.process is not None and driver.process.poll() is not None:
                note_end(pipeline, driver)
            if driver.process is None and time.monotonic() >= driver.start_after_s:
                self.start(pipeline, driver)

    def start(self, pipeline, driver):
        # A group of its own: the JVM must not outlive a Python that was killed, and a kill reaches both.
        command = [*self.command, "--pipeline", pipeline]
        driver.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        )
        driver.started_s = time.monotonic()
        driver.starts += 1
        log("runner", f"started the driver of {pipeline}, start {driver.starts}, pid {driver.process.pid}")
        threading.Thread(target=pass_on, args=(pipeline, driver.process.stdout), daemon=True).start()

    def stop(self, pipeline):
        driver = self.drivers.pop(pipeline)
        if driver.process is None:
            return
        driver.process.terminate()
        try:
            driver.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            log("runner", f"the driver of {pipeline} did not end within {STOP_TIMEOUT_S} s and is killed")
        kill_group(driver.process)

    def state(self):
        """What the runner reports: each pipeline's driver."""
        return {
            "drivers": {
                pipeline: {
                    "running": driver.process is not None and driver.process.poll() is None,
                    "starts": driver.starts,
                    "lastExit": driver.last_exit,
                }
                for pipeline, driver in self.drivers.items()
            }
        }


def note_end(pipeline, driver):
    """Clears up after a driver that ended, and says when the next one may start."""
    kill_group(driver.process)
    lived_s = time.monotonic() - driver.started_s
    driver.last_exit = driver.process.returncode
    driver.process = None
    driver.pause_s = PAUSE_LEAST_S if lived_s > HEALTHY_AFTER_S else min(driver.pause_s * 2, PAUSE_MOST_S)
    driver.start_after_s = time.monotonic() + driver.pause_s
    log(
        "runner",
        f"the driver of {pipeline} ended with {driver.last_exit} after {lived_s:.1f} s; next start in {driver.pause_s} s",
    )


def kill_group(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def pass_on(pipeline, stream):
    for line in iter(stream.readline, b""):
        log(pipeline, line.decode("utf-8", "replace").rstrip("\n"))


def log(who, line):
    sys.stdout.write(f"[{who}] {line}\n")
    sys.stdout.flush()


def main():
    environment = os.environ
    architecture, cassandra = environment["SNACKLAB_LAB"], environment["SNACKLAB_CASSANDRA"]
    command = [sys.executable, str(JOB), "--architecture", architecture, "--cassandra", cassandra]
    webhdfs = environment.get("SNACKLAB_WEBHDFS")
    archive = ["--webhdfs", webhdfs] if webhdfs else []
    runner = Runner(None, [*command, "--brokers", environment["SNACKLAB_KAFKA"], *archive], architecture)
    signal.signal(signal.SIGTERM, lambda *_: runner.stopping.set())
    signal.signal(signal.SIGINT, lambda *_: runner.stopping.set())
    # Ahead of the heads, by the name that setup gives: a driver takes as long to start as all that it waits for. Where
    # that pipeline is gone, the first look at the heads stops it.
    runner.reconcile({f"{architecture}-1"})
    runner.store = open_cassandra_store(cassandra, architecture, CASSANDRA_PATIENCE_S)
    runner.run()


if __name__ == "__main__":
    main()

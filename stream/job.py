"""The stream job of one pipeline: slices of the log, each committed by moving the head.

One process at a time writes a pipeline; another that starts takes over, and this one ends at its next look at the
head. The head, not Spark's checkpoint, says where to go on. Any step may be killed at any point. It does not decide
which pipelines run (runner.py does), and it reads no event in Python.
"""

import argparse
import json
import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import driver
from archived_past import ArchivedPast, must_have_come
from batch_query import BatchQuery
from cassandra_store import open_cassandra_store
from commit import WriterEnds, commit_slice, must_still_own, take_over
from dead_letters import write_dead_letters
from log_bounds import log_bounds
from progress import Progress
from question_plan import plan_questions
from readiness import until_open, until_set_up
from slice_parts import slice_of_rows
from warm_up import warm_up

TOPIC = "snack_automat_message"
RULE_FILE = Path(__file__).with_name("event-rule.json")
PLACES_FILE = Path(__file__).with_name("machine-places.json")
# A replay pays for the start of each slice, and loses one when it is killed: this is two seconds of it.
MESSAGES_MAX = 1_000_000
LOOK_EVERY_S = 0.8
# A killed worker is back within this time; a driver that waits longer has been forgotten by the master. The first executor
# starts with the driver, and on a busy machine that takes longer.
EXECUTOR_PATIENCE_S = 20
FIRST_EXECUTOR_PATIENCE_S = 180
# Micro-batches without a pause would take all of a small machine, and age nothing by less: a batch takes about as long.
TRIGGER = "250 milliseconds"
MASTER_PATIENCE_S = 300
CASSANDRA_PATIENCE_S = 300
SETUP_PATIENCE_S = 300
EXIT_CODES = {"replaced": 3, "in-doubt": 4, "no-pipeline": 5}


def main():
    arguments = _arguments()
    settings = driver.spark_settings(
        application=arguments.pipeline,
        host=arguments.host,
        master=arguments.master,
        executor_memory=arguments.executor_memory,
        executor_cores=arguments.cores,
    )
    jvm, connection = driver.start_jvm(settings, arguments.driver_heap)
    # Docker and the runner ask with SIGTERM. A slice that is cut off by it is an orphan, as after any kill.
    signal.signal(signal.SIGTERM, lambda *_: _end(jvm, 0, "asked to stop"))
    try:
        rule = RULE_FILE.read_text("utf-8")
        places = json.loads(PLACES_FILE.read_text("utf-8"))
        opening = ThreadPoolExecutor(1).submit(_open_store, arguments)
        if not arguments.master.startswith("local"):
            until_open(arguments.master.removeprefix("spark://"), MASTER_PATIENCE_S)
        spark = driver.connect(jvm, connection)
        # In a lab that is up there are messages waiting: the first of them warm up as well.
        if not opening.done():
            warm_up(spark, rule)
        StreamJob(opening.result(), spark, rule, places, arguments, lambda why: _end(jvm, 1, why)).run()
    except WriterEnds as end:
        _end(jvm, EXIT_CODES[end.why], str(end))
    except Exception as error:  # noqa: BLE001 - said in one line, and the process ends either way
        _end(jvm, 1, f"{type(error).__name__}: {error}")


def _open_store(arguments):
    store = open_cassandra_store(arguments.cassandra, arguments.architecture, CASSANDRA_PATIENCE_S)
    until_set_up(store, SETUP_PATIENCE_S)
    return store


class StreamJob:
    """The running job. Only the thread that commits changes `writer`; the watcher reads it."""

    def __init__(self, store, spark, rule, places, arguments, give_up):
        self.store = store
        self.rule = rule
        self.places = places
        self.give_up = give_up
        self.spark = spark
        self.arguments = arguments
        self.ended = None
        self.progress = Progress(arguments.pipeline)
        self.past = ArchivedPast(arguments.webhdfs, TOPIC)
        self.streaming = None

    def run(self):
        """Takes over, then commits slices until this process is replaced or something fails. Always throws."""
        arguments = self.arguments
        # Before the take-over: a job that cannot read the log must not stop one that can.
        starts, ends = log_bounds(self.spark._jvm, arguments.brokers, TOPIC)
        self.writer, head = take_over(
            self.store, arguments.pipeline, lambda head: self.past.must_reach(head.position, starts)
        )
        print(f"took over {arguments.pipeline} as epoch {self.writer.epoch} at slice {self.writer.number}", flush=True)
        self.expected_messages = min(sum(ends) - sum(self.writer.position), MESSAGES_MAX)
        self.plan = plan_questions(head.questions, json.loads(self.rule), self.places)
        self.query = BatchQuery(self.spark, self.plan, self.rule)
        threading.Thread(target=self._watch, daemon=True).start()
        self._commit_past(starts)
        self.streaming = self._start_query()
        try:
            self.streaming.awaitTermination()
        except Exception as error:
            raise self.ended or error from error
        raise self.ended or RuntimeError("the streaming query ended by itself")

    def _commit_past(self, starts):
        """Commits from the archive what the log has lost already, until the log has all that comes next."""
        while ranges := self.past.next_ranges(self.writer.position, starts, MESSAGES_MAX):
            self.expected_messages = sum(one.messages for one in ranges)
            self._commit(self.past.read(self.spark, ranges))
            must_have_come(ranges, self.writer.position)
            starts, _ = log_bounds(self.spark._jvm, self.arguments.brokers, TOPIC)

    def _start_query(self):
        position = {str(partition): offset for partition, offset in enumerate(self.writer.position)}
        stream = (
            self.spark.readStream.format("kafka")
            .option("kafka.bootstrap.servers", self.arguments.brokers)
            .option("assign", json.dumps({TOPIC: [int(partition) for partition in position]}))
            .option("startingOffsets", json.dumps({TOPIC: position}))
            .option("failOnDataLoss", "true")
            .option("maxOffsetsPerTrigger", str(MESSAGES_MAX))
            .option("kafka.max.poll.records", "20000")
            .option("kafka.max.partition.fetch.bytes", str(4 << 20))
            .option("kafka.fetch.max.bytes", str(16 << 20))
            .load()
        )
        checkpoint = f"/tmp/checkpoint-{os.getpid()}-{time.time_ns()}"
        writer = stream.writeStream.foreachBatch(self._on_batch).option("checkpointLocation", checkpoint)
        return writer.trigger(processingTime=TRIGGER).start()

    def _on_batch(self, batch, _batch_id):
        try:
            self._commit(batch, as_read=True)
        except WriterEnds as end:
            self.ended = end
            raise

    def _commit(self, batch, as_read=False):
        started_s = time.monotonic()
        rows = self.query.rows(batch, self.expected_messages, as_read)
        next_slice = slice_of_rows(self.plan, rows, self.writer.position)
        if next_slice is None:
            return
        until, parts, rejected = next_slice
        computed_s = time.monotonic()
        letters = (lambda: self._dead_letters(batch)) if rejected > 0 else None
        self.writer = commit_slice(self.store, self.writer, until, parts, letters)
        self.expected_messages = parts[0].messages
        self.progress.add(parts[0].messages, rejected, computed_s - started_s, time.monotonic() - computed_s)

    def _dead_letters(self, batch):
        parsed = batch.selectExpr("partition", "offset", "value", "parse_event(value) AS e")
        write_dead_letters(parsed, self.arguments.brokers, self.arguments.pipeline)

    def _watch(self):
        """Looks at the head while nothing is committed, and reports."""
        alone_since_s = None
        patience_s = FIRST_EXECUTOR_PATIENCE_S
        while True:
            time.sleep(LOOK_EVERY_S)
            if self._has_no_executor():
                alone_since_s = alone_since_s or time.monotonic()
                if time.monotonic() - alone_since_s > patience_s:
                    self.give_up(f"no executor for {patience_s} s: the next start asks the master anew")
            else:
                alone_since_s, patience_s = None, EXECUTOR_PATIENCE_S
            try:
                if self.progress.idle_s() > LOOK_EVERY_S:
                    must_still_own(self.store, self.writer)
                last = None if self.streaming is None else self.streaming.lastProgress
                self.store.report(f"stream-{self.writer.pipeline}", self.progress.report(self.writer, last), wait=False)
            except WriterEnds as end:
                self.ended = end
                if self.streaming is None:
                    self.give_up(str(end))
                self.streaming.stop()
                return
            except Exception as error:  # noqa: BLE001 - the commit finds out by itself whether Cassandra is away
                print(f"could not look at the head: {error!r}", flush=True)

    def _has_no_executor(self):
        # A standalone master that was started again knows nothing of this application, and never sends it an executor.
        if self.arguments.master.startswith("local"):
            return False
        return self.spark._jsparkSession.sparkContext().getExecutorMemoryStatus().size() <= 1


def _end(jvm, code, why):
    print(f"stream job ends ({code}): {why}", file=sys.stderr, flush=True)
    # The JVM first: Python's own end would wait for threads that wait for the JVM.
    jvm.kill()
    os._exit(code)


def _arguments():
    parser = argparse.ArgumentParser(description="Runs the stream job of one pipeline until it is replaced.")
    parser.add_argument("--architecture", required=True, help="lambda or kappa")
    parser.add_argument("--pipeline", required=True, help="name of the pipeline, e.g. lambda-1")
    parser.add_argument("--brokers", required=True, help="Kafka, host:port")
    parser.add_argument("--cassandra", required=True, help="Cassandra, host:port")
    parser.add_argument("--webhdfs", help="the archive's NameNode, host:port; without it there is only the log")
    parser.add_argument("--master", default="spark://spark-master:7077", help="Spark's master")
    parser.add_argument("--host", default="stream-runner", help="the name by which executors reach this driver")
    parser.add_argument("--driver-heap", default="512m")
    parser.add_argument("--executor-memory", default="768m")
    parser.add_argument("--cores", type=int, default=2, help="cores of the cluster that this job may take")
    return parser.parse_args()


if __name__ == "__main__":
    main()

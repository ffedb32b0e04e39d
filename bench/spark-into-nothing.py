"""Spark reading the whole log and parsing it into nothing: what a replay on the same machine can be measured against.

Runs in the stream runner's container, from standard input, as an application of its own with the settings, cores and
memory of a stream job, its Kafka reader and its parser; it sums nothing, commits nothing and answers nothing. Prints
one JSON line.

    QUESTIONS='[…]' PYTHONPATH=/opt/snacklab python - --architecture kappa --pipeline into-nothing \\
        --brokers kafka:29092 --cassandra unused
"""

import json
import os
import sys
import time
import traceback

import driver
import job
from batch_query import BatchQuery
from log_bounds import log_bounds
from question_plan import plan_questions

# As much as a replay's first slice, from which on its rate is counted: both are measured with classes loaded.
WARM_UP_MESSAGES = job.MESSAGES_MAX


def main():
    # The stream job's own arguments and defaults: what it is given, this is given too.
    arguments = job._arguments()
    settings = driver.spark_settings(
        application=arguments.pipeline,
        host=arguments.host,
        master=arguments.master,
        executor_memory=arguments.executor_memory,
        executor_cores=arguments.cores,
    )
    # Spark reads Kafka in batches through an older interface unless told, which converts each message twice; streams,
    # and with this also this reading, use the newer one. It is Spark's default without kafka.
    settings["spark.sql.sources.useV1SourceList"] = "avro,csv,json,orc,parquet,text"
    jvm, connection = driver.start_jvm(settings, arguments.driver_heap)
    code = 0
    try:
        print(json.dumps(measure(driver.connect(jvm, connection), arguments.brokers)), flush=True)
    except Exception:  # noqa: BLE001 - said as it is, and the process ends either way
        traceback.print_exc()
        code = 1
    # The JVM first, as the stream job ends: Python's own end would wait for threads that wait for the JVM.
    jvm.kill()
    sys.stderr.flush()
    os._exit(code)


def measure(spark, brokers):
    """Reads the first messages to warm up, then all that the log has now. Seconds are of the second reading alone."""
    rule = job.RULE_FILE.read_text("utf-8")
    # Registers parse_event as the stream job does, for the same fields of an event; its query is not run.
    BatchQuery(spark, plan_questions(json.loads(os.environ["QUESTIONS"]), json.loads(rule)), rule)
    starts, ends = log_bounds(spark._jvm, brokers, job.TOPIC)
    share = -(-WARM_UP_MESSAGES // len(ends))
    count(spark, brokers, starts, tuple(min(start + share, end) for start, end in zip(starts, ends)))
    started_s = time.monotonic()
    messages, rejected = count(spark, brokers, starts, ends)
    seconds = time.monotonic() - started_s
    if messages != sum(ends) - sum(starts):
        raise RuntimeError(f"read {messages} messages of {sum(ends) - sum(starts)}")
    return {"messages": messages, "rejected": rejected, "seconds": seconds}


def count(spark, brokers, starts, ends):
    """How many messages there are from `starts` up to `ends`, and how many of them parse_event gives a reason for."""
    log = (
        spark.read.format("kafka")
        .option("kafka.bootstrap.servers", brokers)
        .option("assign", json.dumps({job.TOPIC: list(range(len(ends)))}))
        .option("startingOffsets", offsets(starts))
        .option("endingOffsets", offsets(ends))
        .option("failOnDataLoss", "true")
        # As the stream job reads.
        .option("kafka.max.poll.records", "20000")
        .option("kafka.max.partition.fetch.bytes", str(4 << 20))
        .option("kafka.fetch.max.bytes", str(16 << 20))
        .load()
    )
    counts = log.selectExpr("parse_event(value) AS e").selectExpr("count(1)", "count(e.reason)")
    row = counts._jdf.collectAsList().get(0)
    return row.getLong(0), row.getLong(1)


def offsets(position):
    return json.dumps({job.TOPIC: {str(partition): offset for partition, offset in enumerate(position)}})


if __name__ == "__main__":
    main()

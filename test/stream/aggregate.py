"""For ask-spark.ts: answers questions over messages with the stream job's own query, in a local Spark.

Standard input: a JSON list of rounds {questions, messages}, a message as [partition, offset, base64 text or null].
Standard output: for each round a line RESULT with {answers, stages, overflow, rejections, hasTwoSteps}: an answer for each
way of the query and in how many stages it was found, or what the query said of a sum that left 64 bits.
Runs in the image, where job.py has its modules.
"""

import base64
import json
import sys
import time

sys.path.insert(0, sys.argv[1])

import driver
from batch_query import MESSAGE_COLUMNS, BatchQuery, SumOverflow
from question_plan import plan_questions
from slice_parts import slice_of_rows
from warm_up import as_micro_batch, warm_up

RULE_FILE = sys.argv[2]
PLACES_FILE = sys.argv[3]
# In one task, in several, and in one again by the same plan.
EXPECTED_MESSAGES = (0, 1_000_000, 0)


def main():
    rule = open(RULE_FILE, encoding="utf-8").read()
    settings = driver.spark_settings("test", "localhost", "local[2]", executor_memory="512m", executor_cores=2)
    jvm, connection = driver.start_jvm(settings, "512m")
    spark = driver.connect(jvm, connection)
    # As the job does: it must leave nothing behind that the real query sees.
    warm_up(spark, rule)
    for given in json.load(sys.stdin):
        print("RESULT " + json.dumps(result_of(spark, rule, given)), flush=True)
    jvm.kill()


def result_of(spark, rule, given):
    places = json.load(open(PLACES_FILE, encoding="utf-8"))
    plan = plan_questions(given["questions"], json.loads(rule), places)
    query = BatchQuery(spark, plan, rule)
    rows = [
        (None, None if text is None else bytearray(base64.b64decode(text)), "log", partition, offset, None, 0)
        for partition, offset, text in given["messages"]
    ]
    messages = spark.createDataFrame(rows, MESSAGE_COLUMNS).repartition(3)
    batch = as_micro_batch(spark, messages)
    answers, stages, overflow = [], [], None
    try:
        for expected in EXPECTED_MESSAGES:
            rows, in_stages = with_stages(spark, lambda: query.rows(batch, expected))
            answers.append(answer_of(plan, rows))
            stages.append(in_stages)
    except SumOverflow as error:
        overflow = str(error)
    steps = {"hasTwoSteps": plan.sql_of_many != plan.sql}
    return {"answers": answers, "stages": stages, "overflow": overflow, "rejections": rejections_of(batch), **steps}


def with_stages(spark, act):
    """What `act` returns, and how many stages its jobs had."""
    context = spark.sparkContext
    name = f"asked-{time.time_ns()}"
    context.setJobGroup(name, name)
    result = act()
    # What it knows comes to it a moment later.
    context._jsc.sc().listenerBus().waitUntilEmpty()
    tracker = context.statusTracker()
    return result, sum(len(tracker.getJobInfo(job).stageIds) for job in tracker.getJobIdsForGroup(name))


def answer_of(plan, rows):
    until, parts, rejected = slice_of_rows(plan, rows, (0, 0, 0, 0))
    return {
        "until": until,
        "rejected": rejected,
        "parts": [
            {
                "question": part.question,
                "messages": part.messages,
                "rejected": part.rejected,
                "leastEventMs": part.least_event_ms,
                "greatestEventMs": part.greatest_event_ms,
                "sums": [[key, [None if value is None else str(value) for value in sums]] for key, sums in part.sums],
            }
            for part in parts
        ],
    }


def rejections_of(batch):
    """As the job picks its dead letters."""
    parsed = batch.selectExpr("partition", "offset", "parse_event(value) AS e").where("e.reason IS NOT NULL")
    letters = parsed.selectExpr("partition", "offset", "e.reason AS reason").collect()
    return [{"partition": row.partition, "offset": row.offset, "reason": row.reason} for row in letters]


main()

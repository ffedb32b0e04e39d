"""For questions.docker.test.ts: answers questions over messages with the stream job's own query, in a local Spark.

Standard input: one JSON document {questions, messages}, each message a base64 text or null. Standard output: a line
with the slice's part of each question. Runs in the image, where job.py has its modules.
"""

import base64
import json
import sys

sys.path.insert(0, sys.argv[1])

import driver
from batch_query import MESSAGE_COLUMNS, BatchQuery
from question_plan import plan_questions
from slice_parts import slice_of_rows
from warm_up import as_micro_batch, warm_up

RULE_FILE = sys.argv[2]


def main():
    given = json.load(sys.stdin)
    rule = open(RULE_FILE, encoding="utf-8").read()
    plan = plan_questions(given["questions"], json.loads(rule))
    settings = driver.spark_settings("test", "localhost", "local[2]", executor_memory="512m", executor_cores=2)
    jvm, connection = driver.start_jvm(settings, "512m")
    spark = driver.connect(jvm, connection)
    # As the job does: it must leave nothing behind that the real query sees.
    warm_up(spark, rule)
    query = BatchQuery(spark, plan, rule)
    values = [None if text is None else bytearray(base64.b64decode(text)) for text in given["messages"]]
    rows = [(None, value, "log", index % 3, index // 3, None, 0) for index, value in enumerate(values)]
    messages = spark.createDataFrame(rows, MESSAGE_COLUMNS).repartition(3)
    batch = as_micro_batch(spark, messages)
    for expected in (0, 1_000_000, 0):
        until, parts, rejected = slice_of_rows(plan, query.rows(batch, expected), (0, 0, 0, 0))
        answer = {
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
        print("ANSWER " + json.dumps(answer), flush=True)
    jvm.kill()


main()

"""Runs what a micro-batch runs once, on messages that it makes, before there is anything to read.

A driver and an executor that have run nothing take ten seconds for their first batch: loading classes and compiling.
That is done while the other engines are still starting. It changes nothing but the time of the first slice.
"""

import json

from batch_query import BatchQuery
from question_plan import plan_questions
from pyspark.sql import DataFrame

MESSAGES = 400
QUESTION = {
    "name": "warm-up",
    "where": {"kind": "sale"},
    "key": ["item"],
    "sums": {"count": {"sum": "count"}, "cents": {"sum": "total", "field": "price_cents"}},
}
EVENT = {
    **{"event_id": "e", "kind": "sale", "purchase_id": "p", "purchase_index": 1, "snack_automat_id": "SNACK--0"},
    **{"item": "apple", "slot": 1, "customer_id": 0, "healthy": True, "price_cents": 1, "cost_cents": 1, "timestamp": 0},
}


def warm_up(spark, rule):
    """Answers a question over made-up messages on the executors. `rule` is the text of event-rule.json."""
    query = BatchQuery(spark, plan_questions([QUESTION], json.loads(rule)), rule)
    messages = spark.sql(
        f"SELECT CAST(NULL AS BINARY) AS key, CAST('{json.dumps(EVENT)}' AS BINARY) AS value, 'log' AS topic,"
        " 0 AS partition, id AS offset, CAST(NULL AS TIMESTAMP) AS timestamp, 0 AS timestampType"
        f" FROM range(0, {MESSAGES}, 1, 2)"
    )
    query.rows(as_micro_batch(spark, messages), expected_messages=MESSAGES)


def as_micro_batch(spark, messages):
    """What foreachBatch hands over: a plan that is nothing but an RDD of rows."""
    rdd = messages._jdf.queryExecution().toRdd()
    return DataFrame(spark._jsparkSession.internalCreateDataFrame(rdd, messages._jdf.schema(), False), spark)

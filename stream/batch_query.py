"""The questions' query on Spark: the parser as a function of the session, and one pass over a micro-batch."""

import json

# The columns of Spark's Kafka source.
MESSAGE_COLUMNS = (
    "`key` BINARY, `value` BINARY, `topic` STRING, `partition` INT, `offset` BIGINT, `timestamp` TIMESTAMP,"
    " `timestampType` INT"
)
# Below so many messages one task reads all partitions: a second stage would cost more than it saves.
ONE_TASK_MESSAGES_MAX = 20_000


class BatchQuery:
    """A plan on a session. Each of its two ways, in one task and in several, is planned once, when it is first used."""

    def __init__(self, spark, plan, rule_json):
        self._spark = spark
        self._plan = plan
        self._ways = {}
        parse_event = spark._jvm.snacklab.ParseEvent
        parse_event.register(spark._jsparkSession, "parse_event", rule_json, ",".join(plan.wanted), plan.struct_type)

    def rows(self, batch, expected_messages):
        """The rows of `plan.sql` over a batch of foreachBatch. `expected_messages` need not be right."""
        one_task = expected_messages <= ONE_TASK_MESSAGES_MAX
        if one_task not in self._ways:
            java_query = self._spark._jvm.snacklab.BatchQuery
            sql = self._plan.sql if one_task else self._plan.sql_of_many
            self._ways[one_task] = java_query(self._spark._jsparkSession, MESSAGE_COLUMNS, sql, one_task)
        return json.loads(self._ways[one_task].rows(batch._jdf))

"""The questions' query on Spark: the parser as a function of the session, and one pass over a micro-batch."""

import json

from question_plan import plan_questions

# The columns of Spark's Kafka source.
MESSAGE_COLUMNS = (
    "`key` BINARY, `value` BINARY, `topic` STRING, `partition` INT, `offset` BIGINT, `timestamp` TIMESTAMP,"
    " `timestampType` INT"
)
# Below so many messages one task reads all partitions: a second stage would cost more than it saves.
ONE_TASK_MESSAGES_MAX = 20_000


class SumOverflow(Exception):
    """A sum of a question leaves 64 bits. Nothing was rounded and nothing committed; the next start meets it again."""


class BatchQuery:
    """A plan on a session. Each of its two ways, in one task and in several, is planned once, when it is first used."""

    def __init__(self, spark, plan, rule_json):
        self._spark = spark
        self._plan = plan
        self._rule_json = rule_json
        self._ways = {}
        parse_event = spark._jvm.snacklab.ParseEvent
        parse_event.register(spark._jsparkSession, "parse_event", rule_json, ",".join(plan.wanted), plan.struct_type)

    def rows(self, batch, expected_messages, as_read=False):
        """The rows of `plan.sql` over a batch of foreachBatch. `expected_messages` need not be right; `as_read` must be:
        it says that the batch is what a source read, with nothing done to it.

        Throws SumOverflow, which names the sums, where one leaves 64 bits.
        """
        try:
            return self._rows(batch, expected_messages, as_read)
        except Exception as error:
            if not _is_overflow(error):
                raise
            text = self._overflow_text(batch, expected_messages)
            # By itself in the log: what Spark makes of the exception has many lines.
            print(text, flush=True)
            raise SumOverflow(text) from error

    def _rows(self, batch, expected_messages, as_read=False):
        one_task = expected_messages <= ONE_TASK_MESSAGES_MAX
        if one_task not in self._ways:
            java_query = self._spark._jvm.snacklab.BatchQuery
            sql = self._plan.sql if one_task else self._plan.sql_of_many
            self._ways[one_task] = java_query(self._spark._jsparkSession, MESSAGE_COLUMNS, sql, one_task)
        return json.loads(self._ways[one_task].rows(batch._jdf, as_read))

    def _overflow_text(self, batch, expected_messages):
        """Spark does not say which sum it was: each is asked for by itself. This process ends after that."""
        names = [
            f"{sum_name} of {question['name']}"
            for question in self._plan.declared
            for sum_name, sum_ in question["sums"].items()
            if self._overflows({**question, "sums": {sum_name: sum_}}, batch, expected_messages)
        ]
        return (
            f"the sum {' and '.join(names) or 'of a question'} left 64 bits within one micro-batch; nothing of it is counted:"
            " start a version whose questions leave that sum out, or have a finer key"
        )

    def _overflows(self, question, batch, expected_messages):
        try:
            plan = plan_questions([question], json.loads(self._rule_json), self._plan.places)
            BatchQuery(self._spark, plan, self._rule_json)._rows(batch, expected_messages)
        except Exception as error:
            if not _is_overflow(error):
                raise
            return True
        return False


def _is_overflow(error):
    # Spark's error class in ANSI mode, and what Java's own arithmetic says.
    return "ARITHMETIC_OVERFLOW" in str(error) or "long overflow" in str(error)

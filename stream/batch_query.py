"""The questions' query on Spark: the parser as a function of the session, and one pass over a micro-batch."""

# Below so many messages one task reads all partitions: a second stage would cost more than it saves.
ONE_TASK_MESSAGES_MAX = 20_000


def register_parser(spark, plan, rule_json):
    """Makes `parse_event(value)` known to the session: a struct of `plan.struct_type`."""
    parse_event = spark._jvm.snacklab.ParseEvent
    parse_event.register(spark._jsparkSession, "parse_event", rule_json, ",".join(plan.wanted), plan.struct_type)


def run_plan(batch, plan, expected_messages):
    """The rows of `plan.sql` over a batch of columns partition, offset, value. `expected_messages` need not be right."""
    if expected_messages <= ONE_TASK_MESSAGES_MAX:
        batch = batch.coalesce(1)
    batch.selectExpr("partition", "offset", "parse_event(value) AS e").createOrReplaceTempView("batch_events")
    return [tuple(row) for row in batch.sparkSession.sql(plan.sql).collect()]

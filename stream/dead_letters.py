"""Messages that the rule rejected, kept in a topic of their own with the reason.

The key is partition and offset, so a message that is written again, by a job that was killed before its commit, is the
same dead letter (protocol rule 14). Each is acknowledged before `write_dead_letters` returns.
"""

TOPIC = "snack_automat_dead_letter"
VALUE_BYTES_MAX = 65_536


def write_dead_letters(batch, brokers, pipeline):
    """Writes the rejected messages of a batch: columns partition, offset, value and e, the parsed event."""
    from pyspark.sql import functions

    raw = functions.col("value")
    length = functions.coalesce(functions.length(raw), functions.lit(0))
    letter = functions.struct(
        functions.col("partition"),
        functions.col("offset"),
        functions.col("e.reason").alias("reason"),
        functions.base64(functions.substring(raw, 1, VALUE_BYTES_MAX)).alias("value_base64"),
        length.alias("length"),
        (length > VALUE_BYTES_MAX).alias("truncated"),
        functions.lit(pipeline).alias("pipeline"),
    )
    (
        batch.where("e.reason IS NOT NULL")
        .select(
            functions.concat_ws(":", "partition", "offset").alias("key"),
            functions.to_json(letter, {"ignoreNullFields": "false"}).alias("value"),
        )
        .write.format("kafka")
        .option("kafka.bootstrap.servers", brokers)
        .option("kafka.acks", "all")
        .option("topic", TOPIC)
        .save()
    )

"""Whether the log still has what comes after the head (protocol rule 13). Asks Kafka through the driver's JVM."""

import os


class LogDoesNotFit(Exception):
    """The log lost messages that the head has not counted, or is another log than the head's."""


def log_bounds(jvm, brokers, topic):
    """The first offset of each partition that is still there, and the next one: two tuples."""
    settings = jvm.java.util.Properties()
    settings.setProperty("bootstrap.servers", brokers)
    admin = jvm.org.apache.kafka.clients.admin.AdminClient.create(settings)
    try:
        names = jvm.java.util.ArrayList()
        names.add(topic)
        topics = admin.describeTopics(names).allTopicNames().get()
        partitions = sorted(partition.partition() for partition in topics.get(topic).partitions())
        partitions_of_topic = [jvm.org.apache.kafka.common.TopicPartition(topic, number) for number in partitions]
        spec = jvm.org.apache.kafka.clients.admin.OffsetSpec
        return tuple(_offsets(jvm, admin, partitions_of_topic, kind) for kind in (spec.earliest(), spec.latest()))
    finally:
        admin.close()


def _offsets(jvm, admin, partitions, kind):
    wanted = jvm.java.util.HashMap()
    for partition in partitions:
        wanted.put(partition, kind)
    offsets = admin.listOffsets(wanted).all().get()
    return tuple(offsets.get(partition).offset() for partition in partitions)


def must_have_all_after(position, starts, topic, architecture=None):
    """Throws when the log does not hold every message from the position on.

    The remedy names the lab by its architecture: by default the one that the container was given.
    """
    lab = f"snacklab {architecture or os.environ.get('SNACKLAB_LAB', 'LAB')}"
    start_anew = f"A version that is not live goes with {lab} drop VERSION; else start anew: {lab} down --volumes"
    if len(starts) != len(position):
        raise LogDoesNotFit(
            f"the topic {topic} has {len(starts)} partitions and the head counts {len(position)}: it is another log."
            f" {start_anew}"
        )
    for partition, (start, next_offset) in enumerate(zip(starts, position)):
        if start > next_offset:
            raise LogDoesNotFit(
                f"partition {partition} of {topic} begins at offset {start}, but the head stands at {next_offset}:"
                f" {start - next_offset} messages are lost and no answer could be exact."
                f" {start_anew}"
            )

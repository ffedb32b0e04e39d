"""A micro-batch's rows, turned into the next slice: how far it goes, and each question's part of it. Pure.

It believes no bound that Spark gives: the batch must begin where the head stands and have every message from there
on, each once (protocol rule 11). What a partition lacks keeps its bound.
"""

from commit import SlicePart
from question_plan import question_sums


class NotTheNextSlice(Exception):
    """The batch does not continue the head; this process must end and begin anew from the head."""


def slice_of_rows(plan, rows, position):
    """Returns (until, parts, rejected) of the rows of `plan.sql`, or None for an empty batch, which is no slice."""
    partitions = [_Partition(plan, row) for row in rows if row[0] == plan.partition_group]
    if not partitions:
        return None
    for partition in partitions:
        partition.must_continue(position)
    ends = {partition.number: partition.greatest_offset + 1 for partition in partitions}
    until = tuple(ends.get(number, offset) for number, offset in enumerate(position))
    rejected = sum(partition.rejected for partition in partitions)
    counts = {
        "messages": sum(partition.messages for partition in partitions),
        "rejected": rejected,
        "least_event_ms": _extreme(min, [partition.least_event_ms for partition in partitions]),
        "greatest_event_ms": _extreme(max, [partition.greatest_event_ms for partition in partitions]),
    }
    parts = [SlicePart(question=planned.name, sums=question_sums(planned, rows), **counts) for planned in plan.questions]
    return until, parts, rejected


class _Partition:
    """What the batch has of one partition of the log."""

    def __init__(self, plan, row):
        self.number = row[1]
        (
            self.messages,
            self.rejected,
            self.least_offset,
            self.greatest_offset,
            self.least_event_ms,
            self.greatest_event_ms,
        ) = row[plan.partition_columns : plan.partition_columns + 6]

    def must_continue(self, position):
        if not 0 <= self.number < len(position):
            raise NotTheNextSlice(f"the batch has messages of partition {self.number}, the head knows {len(position)}")
        expected = position[self.number]
        if self.least_offset != expected:
            raise NotTheNextSlice(
                f"partition {self.number} of the batch begins at offset {self.least_offset}, the head stands at {expected}"
            )
        offsets = self.greatest_offset - self.least_offset + 1
        if self.messages != offsets:
            raise NotTheNextSlice(
                f"partition {self.number} of the batch has {self.messages} messages from offset {self.least_offset} to"
                f" {self.greatest_offset}, which are {offsets}"
            )


def _extreme(choose, values):
    known = [value for value in values if value is not None]
    return choose(known) if known else None

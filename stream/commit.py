"""The stream job's side of the head: take over, then commit slice after slice, each by one conditional write.

A writer that was replaced is refused at its next write; one whose write is in doubt ends, and the next one reads the
head anew (protocol rules 1 to 3). A switch may hold a commit for a moment, so that another version gets ahead. The same sequence of effects as src/serving/commit.ts; test/stream/commit-cases.json
holds both to it. It knows neither Spark nor Cassandra: `store` has read_head, change_head and write_slices.
"""

import time
from dataclasses import dataclass, replace

# A commit is held for no longer, whatever became of the command that asked for it.
HOLD_S = 1.0
LOOK_EVERY_S = 0.02


@dataclass(frozen=True)
class Head:
    """A pipeline's row, as far as a stream job reads it. `position` holds the next offset of each partition."""

    pipeline: str
    incarnation: int
    status: str
    epoch: int
    number: int
    position: tuple
    segments: tuple
    base_number: int
    hold: int
    is_live: bool
    questions: tuple = ()


@dataclass(frozen=True)
class Writer:
    """Where a stream job stands: what it last committed, the epoch it writes under, and the hold that it knows."""

    pipeline: str
    incarnation: int
    epoch: int
    number: int
    position: tuple
    hold: int


@dataclass(frozen=True)
class SlicePart:
    """One question's part of the next slice. `sums` holds [key parts, sums as integers or None] for each key."""

    question: str
    messages: int
    rejected: int
    least_event_ms: int | None
    greatest_event_ms: int | None
    sums: tuple


@dataclass(frozen=True)
class Slice:
    """A part under its key, which is never written twice with other content."""

    incarnation: int
    epoch: int
    number: int
    from_position: tuple
    until_position: tuple
    part: SlicePart


class WriterEnds(Exception):
    """This process may not write any more; `why` is `replaced`, `in-doubt` or `no-pipeline`."""

    def __init__(self, why, message):
        super().__init__(message)
        self.why = why


def take_over(store, pipeline, check=None):
    """Takes the pipeline over from whoever wrote it last. Returns the new Writer and the Head that it starts from.

    `check` may look at that head before, and throw.
    """
    head = store.read_head(pipeline)
    if head is None or head.status != "ready":
        status = "missing" if head is None else head.status
        raise WriterEnds("no-pipeline", f"there is no pipeline {pipeline} to write: its head is {status}")
    if check is not None:
        check(head)
    epoch = head.epoch + 1
    outcome = store.change_head(
        pipeline,
        {"incarnation": head.incarnation, "status": "ready", "epoch": head.epoch, "number": head.number},
        {"epoch": epoch, "segments": segments_after_take_over(head, epoch)},
    )
    _must_apply(outcome, f"take over {pipeline} as epoch {epoch}")
    return Writer(pipeline, head.incarnation, epoch, head.number, head.position, head.hold), head


def commit_slice(store, writer, until, parts, before_commit=None, clock=time):
    """Writes the next slice's parts, then commits it by moving the head. Returns the Writer that stands there.

    `before_commit` runs while the parts are being written: the dead letters, which must be acknowledged first as well
    (protocol rule 14).
    """
    number = writer.number + 1
    written = store.write_slices(
        [Slice(writer.incarnation, writer.epoch, number, writer.position, until, part) for part in parts]
    )
    if before_commit is not None:
        before_commit()
    # Head after rows: a crash may leave a slice that nobody names, never a head that names half of one.
    written.result()
    return replace(writer, number=number, position=until, hold=_move_head(store, clock, writer, until))


def must_still_own(store, writer):
    """Looks at the head: an idle job looks too, so that a replaced one ends (protocol rule 11)."""
    head = store.read_head(writer.pipeline)
    mine = (writer.incarnation, writer.epoch, "ready")
    if head is None or (head.incarnation, head.epoch, head.status) != mine:
        now = "no head" if head is None else f"{head.status}, incarnation {head.incarnation}, epoch {head.epoch}"
        raise WriterEnds("replaced", f"{writer.pipeline} is no longer epoch {writer.epoch}'s: there is {now}")


def segments_after_take_over(head, epoch):
    """The segments that slices above the base still need, and the new writer's own: (epoch, after), ascending."""
    needed = [index for index, (_, after) in enumerate(head.segments) if after <= head.base_number]
    return (*head.segments[needed[-1] if needed else 0 :], (epoch, head.number))


def _move_head(store, clock, writer, until):
    """Moves the head to the slice that was written. Returns the hold that it has then."""
    mine = {"incarnation": writer.incarnation, "epoch": writer.epoch, "number": writer.number}
    following = {"number": writer.number + 1, "position": until}
    what = f"commit slice {writer.number + 1} of {writer.pipeline} as epoch {writer.epoch}"
    outcome = store.change_head(writer.pipeline, {**mine, "hold": writer.hold}, following)
    if outcome != "refused":
        _must_apply(outcome, what)
        return writer.hold
    # Refused is certain, unlike in doubt: where only the hold is another, the same slice is committed after it.
    hold = _until_released(store, clock, writer)
    _must_apply("refused" if hold is None else store.change_head(writer.pipeline, mine, following), what)
    return hold


def _until_released(store, clock, writer):
    """Waits until readers have moved away, or the hold is over. None when it is no hold: the head is another's."""
    ends_s = clock.monotonic() + HOLD_S
    while True:
        head = store.read_head(writer.pipeline)
        if head is None or (head.incarnation, head.epoch) != (writer.incarnation, writer.epoch) or head.hold == writer.hold:
            return None
        if not head.is_live or clock.monotonic() >= ends_s:
            return head.hold
        clock.sleep(LOOK_EVERY_S)


def _must_apply(outcome, what):
    if outcome == "refused":
        raise WriterEnds("replaced", f"could not {what}: another writer has taken over")
    if outcome == "in-doubt":
        raise WriterEnds("in-doubt", f"could not {what}: the write is in doubt")
    if outcome != "applied":
        raise ValueError(f"a conditional write had the outcome {outcome!r}")

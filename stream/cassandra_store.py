"""The serving store in Cassandra, as far as the stream job and its runner use it: the store of commit.py, and reports.

Heads change by conditional writes only, and each is sent once: whatever answer but yes or no comes back, the write is
in doubt (protocol rules 3 and 16). Slices are written under keys that have one content, so they may be sent twice.
The columns are those of src/runtimes/docker/schema.ts.
"""

import json
import time

from cassandra import ConsistencyLevel, InvalidRequest
from cassandra.protocol import SyntaxException

from cassandra_session import open_session
from commit import Head
from packed import pack

KEYSPACE = "snacklab"
# As in src/runtimes/docker/cassandra-store.ts: an older report says nothing of now.
REPORT_S = 900
# commit.py's names of a head's columns, how each is stored.
HEAD_COLUMNS = {
    "incarnation": lambda value: value,
    "status": lambda value: value,
    "epoch": lambda value: value,
    "number": lambda value: value,
    "position": lambda value: format_position(value),
    "segments": lambda value: format_segments(value),
    "hold": lambda value: value,
}


def open_cassandra_store(address, architecture, patience_s):
    """Connects to `host:port`, trying for `patience_s` while nobody answers there."""
    return CassandraStore(open_session(address, KEYSPACE, patience_s), architecture)


class CassandraStore:
    """Heads, slices and reports of one architecture. Closes with `close`."""

    def __init__(self, session, architecture):
        self._session = session
        self._architecture = architecture

    def read_heads(self):
        """All pipelines' heads at one instant: the read settles what is in doubt."""
        select = "SELECT * FROM heads WHERE architecture = ?"
        rows = self._session.execute(select, (self._architecture,), ConsistencyLevel.LOCAL_SERIAL)
        return [head_of_row(row) for row in rows if row.pipeline is not None]

    def read_head(self, pipeline):
        return next((head for head in self.read_heads() if head.pipeline == pipeline), None)

    def change_head(self, pipeline, expected, change):
        """`applied`, `refused` or `in-doubt`. Throws only when the statement itself is at fault."""
        assignments = ", ".join(f"{column} = ?" for column in change)
        conditions = " AND ".join(f"{column} = ?" for column in expected)
        update = f"UPDATE heads SET {assignments} WHERE architecture = ? AND pipeline = ? IF {conditions}"
        try:
            values = (*_stored(change), self._architecture, pipeline, *_stored(expected))
            return "applied" if self._session.execute(update, values).was_applied else "refused"
        except (InvalidRequest, SyntaxException):
            raise
        except Exception as error:  # noqa: BLE001 - whatever else happened, nobody knows whether it was applied
            print(f"the change of the head of {pipeline} is in doubt: {error!r}", flush=True)
            return "in-doubt"

    def write_slices(self, slices):
        """Starts writing them all at once. Returns what to ask for the `result()`, which throws if one failed."""
        insert = (
            "INSERT INTO slices (incarnation, question, number, epoch, from_position, until_position, messages, rejected,"
            " least_event_ms, greatest_event_ms, committed_ms, sums, sums_bytes)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        now_ms = int(time.time() * 1000)
        return _All([self._session.execute_async(insert, _slice_values(slice_, now_ms)) for slice_ in slices])

    def report(self, service, report, wait=True):
        """Says how a service is. Without `wait` a report may be lost: the next one says the same, and more."""
        insert = f"INSERT INTO reports (architecture, service, at_ms, report) VALUES (?, ?, ?, ?) USING TTL {REPORT_S}"
        text = json.dumps(report, separators=(",", ":"))
        written = self._session.execute_async(insert, (self._architecture, service, int(time.time() * 1000), text))
        if wait:
            written.result()

    def close(self):
        self._session.close()


class _All:
    def __init__(self, futures):
        self._futures = futures

    def result(self):
        for future in self._futures:
            future.result()


def head_of_row(row):
    return Head(
        pipeline=row.pipeline,
        incarnation=row.incarnation,
        status=row.status,
        epoch=row.epoch,
        number=row.number,
        position=parse_position(row.position),
        segments=tuple((segment["epoch"], segment["after"]) for segment in json.loads(row.segments)),
        base_number=row.base_number,
        hold=row.hold,
        is_live=row.live == row.pipeline,
        questions=tuple(json.loads(row.questions)),
    )


def format_position(position):
    """Compact, as src/positions/position.ts writes it: conditional writes compare positions as texts."""
    return json.dumps(list(position), separators=(",", ":"))


def parse_position(text):
    """Throws on anything but a JSON array of offsets: a position is never guessed."""
    position = json.loads(text)
    if not isinstance(position, list) or not all(type(offset) is int and offset >= 0 for offset in position):
        raise ValueError(f"not a position: {text}")
    return tuple(position)


def format_segments(segments):
    return json.dumps([{"epoch": epoch, "after": after} for epoch, after in segments], separators=(",", ":"))


def _stored(columns):
    return [HEAD_COLUMNS[name](value) for name, value in columns.items()]


def _slice_values(slice_, now_ms):
    part = slice_.part
    sums = pack(part.sums)
    return (
        *(slice_.incarnation, part.question, slice_.number, slice_.epoch),
        *(format_position(slice_.from_position), format_position(slice_.until_position)),
        *(part.messages, part.rejected, part.least_event_ms, part.greatest_event_ms),
        *(now_ms, sums, len(sums)),
    )

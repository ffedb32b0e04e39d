"""A session with Cassandra that is opened anew where its driver has lost Cassandra and does not find it again.

The driver looks for a lost node by itself. But two of its threads that find the node at once may each leave it to the
other, and then nobody looks any more: `Cluster.on_up` returns where another thread is at it, and if that one fails, the
host counts as being looked for (cassandra-driver 3.29.2). Every later statement ends with NoHostAvailable.
"""

import threading
import time
from dataclasses import dataclass, field

from cassandra import (
    ConsistencyLevel,
    InvalidRequest,
    RequestExecutionException,
    RequestValidationException,
    UnresolvableContactPoints,
)
from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile, NoHostAvailable
from cassandra.policies import ConstantReconnectionPolicy, FallthroughRetryPolicy, RoundRobinPolicy

ANSWER_TIMEOUT_S = 10
# The driver tries twice a second: it has had time enough, and a Cassandra that is away longer costs an attempt a look.
LOST_AFTER_S = 10
# Nobody answers there, or there is no such keyspace yet.
NOT_THERE = (NoHostAvailable, InvalidRequest, UnresolvableContactPoints)


@dataclass
class Opened:
    """What was opened together, and what was prepared there."""

    cluster: object
    session: object
    statements: dict = field(default_factory=dict)


class CassandraSession:
    """Statements to one Cassandra, each prepared once. Threads may share it. Closes with `close`.

    `connect` returns an Opened, or throws while nobody answers.
    """

    def __init__(self, connect, clock=time):
        self._connect = connect
        self._clock = clock
        self._opened = connect()
        self._opening = threading.Lock()
        self._lost_since_s = None

    def execute(self, cql, values, consistency=ConsistencyLevel.LOCAL_QUORUM):
        """The rows, of one attempt. Throws what the driver throws."""
        opened = self._opened
        try:
            rows = opened.session.execute(_prepared(opened, cql, consistency), values)
        except NoHostAvailable:
            self._note_lost(opened)
            raise
        except (RequestExecutionException, RequestValidationException):
            # It was Cassandra that refused: the driver has not lost it.
            self._lost_since_s = None
            raise
        self._lost_since_s = None
        return rows

    def execute_async(self, cql, values):
        """Starts it. Returns what to ask for the `result()`."""
        opened = self._opened
        return opened.session.execute_async(_prepared(opened, cql, ConsistencyLevel.LOCAL_QUORUM), values)

    def close(self):
        self._opened.cluster.shutdown()

    def _note_lost(self, lost):
        """Connects anew where the driver has not found Cassandra for long enough. Another thread may be at it."""
        now_s = self._clock.monotonic()
        since_s = self._lost_since_s
        if since_s is None:
            self._lost_since_s = since_s = now_s
        if now_s - since_s < LOST_AFTER_S or not self._opening.acquire(blocking=False):
            return
        try:
            if lost is self._opened:
                self._opened = self._connect()
                self._lost_since_s = None
                lost.cluster.shutdown()
                print("the driver had lost Cassandra and did not find it again: connected anew", flush=True)
        except NOT_THERE:
            pass  # It is away indeed. The next statement that fails tries again.
        finally:
            self._opening.release()


def open_session(address, keyspace, patience_s):
    """Connects to `host:port`, trying for `patience_s` while it is not there."""
    ends_s = time.monotonic() + patience_s
    while True:
        try:
            return CassandraSession(lambda: _connected(address, keyspace))
        except NOT_THERE:
            if time.monotonic() > ends_s:
                raise
            time.sleep(0.5)


def _connected(address, keyspace):
    cluster = _cluster(address)
    try:
        return Opened(cluster, cluster.connect(keyspace))
    except Exception:
        cluster.shutdown()
        raise


def _prepared(opened, cql, consistency):
    if cql not in opened.statements:
        statement = opened.session.prepare(cql)
        statement.consistency_level = consistency
        statement.serial_consistency_level = ConsistencyLevel.LOCAL_SERIAL
        opened.statements[cql] = statement
    return opened.statements[cql]


def _cluster(address):
    host, _, port = address.rpartition(":")
    profile = ExecutionProfile(
        # One way in; the addresses that Cassandra announces for itself are of its own network.
        load_balancing_policy=RoundRobinPolicy(),
        retry_policy=FallthroughRetryPolicy(),
        consistency_level=ConsistencyLevel.LOCAL_QUORUM,
        serial_consistency_level=ConsistencyLevel.LOCAL_SERIAL,
        request_timeout=ANSWER_TIMEOUT_S,
    )
    return Cluster(
        [host],
        port=int(port),
        execution_profiles={EXEC_PROFILE_DEFAULT: profile},
        reconnection_policy=ConstantReconnectionPolicy(0.5, max_attempts=None),
        compression=False,
        schema_metadata_enabled=False,
        token_metadata_enabled=False,
    )

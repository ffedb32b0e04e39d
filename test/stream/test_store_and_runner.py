"""What cassandra_store.py says of a conditional write, when cassandra_session.py connects anew, and which drivers runner.py
keeps. Needs cassandra-driver."""

import importlib.util
import sys
import time
import unittest
from types import SimpleNamespace

from packed import unpack

HAS_CASSANDRA = importlib.util.find_spec("cassandra") is not None
if not HAS_CASSANDRA:
    print("LEFT OUT: the tests of the store and the runner, since there is no cassandra-driver here", file=sys.stderr)


@unittest.skipUnless(HAS_CASSANDRA, "no cassandra-driver")
class AConditionalWrite(unittest.TestCase):
    def outcome(self, answer):
        from cassandra_store import CassandraStore

        def execute(cql, values):
            self.executed.append((cql, values))
            if isinstance(answer, Exception):
                raise answer
            return SimpleNamespace(was_applied=answer)

        self.executed = []
        store = CassandraStore(SimpleNamespace(execute=execute), "lambda")
        expected = {"incarnation": 1, "epoch": 2, "number": 3}
        return store.change_head("lambda-1", expected, {"number": 4, "position": (5, 6)})

    def test_is_applied_or_refused_as_cassandra_says(self):
        self.assertEqual(self.outcome(True), "applied")
        self.assertEqual(self.outcome(False), "refused")

    def test_names_its_conditions_and_stores_positions_compactly(self):
        self.outcome(True)
        cql, values = self.executed[0]
        self.assertEqual(
            cql,
            "UPDATE heads SET number = ?, position = ? WHERE architecture = ? AND pipeline = ?"
            " IF incarnation = ? AND epoch = ? AND number = ?",
        )
        self.assertEqual(values, (4, "[5,6]", "lambda", "lambda-1", 1, 2, 3))

    def test_is_in_doubt_after_anything_else_and_is_sent_once(self):
        from cassandra import OperationTimedOut, WriteTimeout, WriteType
        from cassandra.cluster import NoHostAvailable

        timed_out = WriteTimeout("cas", write_type=WriteType.CAS)
        for error in (timed_out, OperationTimedOut(), NoHostAvailable("gone", {}), ConnectionError("reset")):
            self.assertEqual(self.outcome(error), "in-doubt")
            self.assertEqual(len(self.executed), 1)

    def test_throws_when_the_statement_is_at_fault(self):
        from cassandra import InvalidRequest

        with self.assertRaises(InvalidRequest):
            self.outcome(InvalidRequest("no such column"))


@unittest.skipUnless(HAS_CASSANDRA, "no cassandra-driver")
class ASlice(unittest.TestCase):
    def test_is_stored_with_the_length_of_its_sums_and_a_value_for_each_column(self):
        from cassandra_store import CassandraStore
        from commit import Slice, SlicePart

        executed = []
        session = SimpleNamespace(execute_async=lambda cql, values: executed.append((cql, values)))
        part = SlicePart("items-sold", 3, 1, 5, 9, ((("apple",), (2, None)),))
        CassandraStore(session, "kappa").write_slices([Slice(1, 2, 7, (0, 0), (2, 1), part)])
        [(cql, values)] = executed
        columns = [column.strip() for column in cql[cql.index("(") + 1 : cql.index(")")].split(",")]
        stored = dict(zip(columns, values, strict=True))
        self.assertEqual(cql.count("?"), len(columns))
        self.assertEqual((stored["number"], stored["until_position"], stored["messages"]), (7, "[2,1]", 3))
        self.assertEqual(unpack(stored["sums"]), ((("apple",), (2, None)),))
        self.assertEqual(stored["sums_bytes"], len(stored["sums"]))


@unittest.skipUnless(HAS_CASSANDRA, "no cassandra-driver")
class ASession(unittest.TestCase):
    def setUp(self):
        from cassandra_session import CassandraSession

        self.now_s = 0.0
        self.there, self.finds_it_again = True, True
        self.opened = []
        self.attempts_s = []
        self.session = CassandraSession(self.connect, clock=SimpleNamespace(monotonic=lambda: self.now_s))

    def connect(self):
        """A driver's session: once it has lost Cassandra, it may never look again."""
        from cassandra.cluster import NoHostAvailable
        from cassandra_session import Opened

        self.attempts_s.append(self.now_s)
        if not self.there:
            raise NoHostAvailable("nobody there", {})
        state = {"lost": False, "shut": False, "prepared": 0}

        def prepare(cql):
            state["prepared"] += 1
            return SimpleNamespace(cql=cql)

        def execute(_statement, _values):
            state["lost"] = not self.there or (state["lost"] and not self.finds_it_again)
            if state["lost"]:
                raise NoHostAvailable("lost", {})
            return "rows"

        self.opened.append(state)
        cluster = SimpleNamespace(shutdown=lambda: state.update(shut=True))
        return Opened(cluster, SimpleNamespace(prepare=prepare, execute=execute))

    def looks(self, seconds):
        """One statement a second. Returns what the last one ended with."""
        for _ in range(seconds):
            self.now_s += 1
            try:
                last = self.session.execute("SELECT", ())
            except Exception as error:  # noqa: BLE001 - which one is what a test asks
                last = type(error).__name__
        return last

    def test_prepares_a_statement_once(self):
        self.assertEqual(self.looks(3), "rows")
        self.assertEqual(self.opened[0]["prepared"], 1)

    def test_leaves_it_to_the_driver_to_find_cassandra_again(self):
        self.there = False
        self.assertEqual(self.looks(30), "NoHostAvailable")
        # It was tried each time from the tenth second on, and nobody was there.
        self.assertEqual(self.attempts_s, [0, *range(11, 31)])
        self.there = True
        self.assertEqual(self.looks(1), "rows")
        self.assertEqual(len(self.opened), 1)

    def test_connects_anew_once_the_driver_has_not_found_it_for_a_while(self):
        self.there, self.finds_it_again = False, False
        self.looks(1)
        self.there = True
        self.assertEqual(self.looks(9), "NoHostAvailable")
        self.assertEqual(len(self.opened), 1)
        self.assertEqual(self.looks(2), "rows")
        self.assertEqual([state["shut"] for state in self.opened], [True, False])
        self.assertEqual(self.opened[1]["prepared"], 1)

    def test_counts_from_anew_after_each_answer(self):
        for _ in range(20):
            self.there = False
            self.looks(1)
            self.there = True
            self.looks(1)
        self.assertEqual(self.attempts_s, [0])

    def test_takes_an_error_of_cassandra_for_an_answer(self):
        from cassandra import ReadTimeout

        def execute(_statement, _values):
            raise ReadTimeout("slow")

        self.there = False
        self.looks(9)
        self.session._opened.session.execute, lost = execute, self.session._opened.session.execute
        self.looks(1)
        self.session._opened.session.execute = lost
        self.looks(9)
        self.assertEqual(self.attempts_s, [0])


@unittest.skipUnless(HAS_CASSANDRA, "no cassandra-driver")
class TheRunner(unittest.TestCase):
    def setUp(self):
        from runner import Runner

        sleeper = "import sys, time; time.sleep(0 if sys.argv[-1] == 'dies' else 60)"
        self.runner = Runner(None, [sys.executable, "-c", sleeper], "lambda")
        self.addCleanup(lambda: [self.runner.stop(pipeline) for pipeline in list(self.runner.drivers)])

    def test_starts_one_driver_a_pipeline_and_stops_what_is_not_wanted(self):
        self.runner.reconcile({"lambda-1", "lambda-2"})
        dropped = self.runner.drivers["lambda-2"].process
        self.runner.reconcile({"lambda-1"})
        self.runner.reconcile({"lambda-1"})
        self.assertIsNotNone(dropped.poll())
        self.assertEqual(self.runner.state(), {"drivers": {"lambda-1": {"running": True, "starts": 1, "lastExit": None}}})

    def test_keeps_a_driver_that_was_started_ahead_until_there_are_heads(self):
        heads = []
        self.runner.store = SimpleNamespace(read_heads=lambda: heads, report=lambda *_: None)
        self.runner.reconcile({"lambda-1"})
        ahead = self.runner.drivers["lambda-1"].process
        self.runner.look()
        self.assertIsNone(ahead.poll())
        heads.append(SimpleNamespace(pipeline="lambda-2", status="ready"))
        self.runner.look()
        self.assertIsNotNone(ahead.poll())
        self.assertEqual(list(self.runner.drivers), ["lambda-2"])

    def test_starts_a_driver_again_after_a_pause_that_grows(self):
        self.runner.reconcile({"dies"})
        driver = self.runner.drivers["dies"]
        driver.process.wait(20)
        self.runner.reconcile({"dies"})
        self.assertEqual((driver.process, driver.starts, driver.pause_s), (None, 1, 1.0))
        driver.start_after_s = time.monotonic()
        self.runner.reconcile({"dies"})
        self.assertEqual(driver.starts, 2)

    def test_takes_a_killed_driver_for_ended(self):
        self.runner.reconcile({"lambda-1"})
        driver = self.runner.drivers["lambda-1"]
        driver.process.kill()
        driver.process.wait(20)
        self.runner.reconcile({"lambda-1"})
        self.assertEqual(driver.last_exit, -9)


if __name__ == "__main__":
    unittest.main()

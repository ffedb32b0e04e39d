"""batch_query.py names the sum that left 64 bits, which Spark does not, and passes every other error on as it is."""

import contextlib
import io
import json
import unittest
from types import SimpleNamespace

from batch_query import BatchQuery, SumOverflow
from question_plan import plan_questions

RULE = [{"name": "timestamp", "type": "integer"}, {"name": "price_cents", "type": "integer"}, {"name": "item", "type": "text"}]
BY_ITEM = {
    "name": "by-item",
    "where": {},
    "key": ["item"],
    "sums": {"n": {"sum": "count"}, "cents": {"sum": "total", "field": "price_cents"}},
}
OF_TIMES = {"name": "of-times", "where": {}, "key": [], "sums": {"times": {"sum": "total", "field": "timestamp"}}}
OVERFLOW = "Job aborted: org.apache.spark.SparkArithmeticException: [ARITHMETIC_OVERFLOW] long overflow."


class ABatchQuery(unittest.TestCase):
    def rows(self, fails):
        """Runs both questions on a Spark that answers every query but those for which `fails(sql)` is an error's text."""

        def query(_session, _columns, sql, _one_task):
            def rows(_batch, _as_read):
                text = fails(sql)
                if text is not None:
                    raise RuntimeError(text)
                return "[[1,2]]"

            return SimpleNamespace(rows=rows)

        register = SimpleNamespace(register=lambda *_: None)
        jvm = SimpleNamespace(snacklab=SimpleNamespace(ParseEvent=register, BatchQuery=query))
        spark = SimpleNamespace(_jvm=jvm, _jsparkSession=None)
        plan = plan_questions([BY_ITEM, OF_TIMES], RULE)
        self.printed = io.StringIO()
        with contextlib.redirect_stdout(self.printed):
            return BatchQuery(spark, plan, json.dumps(RULE)).rows(SimpleNamespace(_jdf=None), 10)

    def test_gives_the_rows_that_spark_gives(self):
        self.assertEqual(self.rows(lambda _sql: None), [[1, 2]])

    def test_names_the_sum_that_leaves_64_bits_and_its_question_and_says_what_to_do(self):
        with self.assertRaises(SumOverflow) as caught:
            self.rows(lambda sql: OVERFLOW if "sum(`timestamp`)" in sql else None)
        text = str(caught.exception)
        self.assertRegex(text, "^the sum times of of-times left 64 bits .* start a version whose questions")
        self.assertNotIn("by-item", text)
        self.assertEqual(self.printed.getvalue(), text + "\n")

    def test_names_all_that_do(self):
        with self.assertRaisesRegex(SumOverflow, "the sum cents of by-item and times of of-times left"):
            self.rows(lambda sql: OVERFLOW if "sum(`" in sql else None)

    def test_passes_every_other_error_on(self):
        with self.assertRaisesRegex(RuntimeError, "^Kafka is away$"):
            self.rows(lambda _sql: "Kafka is away")


if __name__ == "__main__":
    unittest.main()

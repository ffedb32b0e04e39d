"""slice_parts.py takes only a batch that continues the head, and question_plan.py only questions of the rule's fields."""

import json
import unittest

from packed import pack, unpack
from question_plan import plan_questions, question_sums
from slice_parts import NotTheNextSlice, slice_of_rows

RULE = [
    {"name": "kind", "type": "text"},
    {"name": "item", "type": "text"},
    {"name": "price", "type": "integer"},
    {"name": "healthy", "type": "boolean"},
    {"name": "timestamp", "type": "integer"},
]
ITEMS = {
    "name": "items",
    "where": {"kind": "sale"},
    "key": ["item"],
    "sums": {"sold": {"sum": "count"}, "cents": {"sum": "total", "field": "price"}},
}
PLAN = plan_questions([ITEMS], RULE)


def partition_row(partition, messages, rejected, least, greatest, least_ms=10, greatest_ms=20):
    return (1, partition, None, messages, rejected, least, greatest, least_ms, greatest_ms, messages - rejected, 5)


def item_row(item, matched, cents):
    return (2, None, item, matched, 0, 0, 9, 10, 20, matched, cents)


class ABatchThatContinuesTheHead(unittest.TestCase):
    def test_gives_its_bounds_counts_and_sums(self):
        rows = [item_row("apple", 3, 450), partition_row(1, 4, 1, 7, 10), partition_row(0, 2, 0, 5, 6, 8, 12)]
        until, parts, rejected = slice_of_rows(PLAN, rows, (5, 7))
        self.assertEqual((until, rejected), ((7, 11), 1))
        self.assertEqual((parts[0].messages, parts[0].rejected), (6, 1))
        self.assertEqual((parts[0].least_event_ms, parts[0].greatest_event_ms), (8, 20))
        self.assertEqual(parts[0].sums, ((("apple",), (3, 450)),))

    def test_leaves_a_partition_that_it_lacks_at_its_bound(self):
        until, _, _ = slice_of_rows(PLAN, [partition_row(1, 4, 1, 7, 10)], (5, 7, 9))
        self.assertEqual(until, (5, 11, 9))

    def test_that_is_empty_is_no_slice(self):
        self.assertIsNone(slice_of_rows(PLAN, [], (5, 7)))

    def test_of_rejected_messages_only_has_no_times_and_no_keys(self):
        rows = [partition_row(0, 2, 2, 5, 6, None, None), item_row(None, 0, None)]
        _, parts, rejected = slice_of_rows(PLAN, rows, (5, 7))
        self.assertEqual((parts[0].least_event_ms, parts[0].sums, rejected), (None, (), 2))


class ABatchThatDoesNot(unittest.TestCase):
    def refused(self, rows, position, part):
        with self.assertRaisesRegex(NotTheNextSlice, part):
            slice_of_rows(PLAN, rows, position)

    def test_begin_at_the_head_is_refused(self):
        self.refused([partition_row(0, 2, 0, 6, 7)], (5, 7), "begins at offset 6, the head stands at 5")
        self.refused([partition_row(0, 2, 0, 4, 5)], (5, 7), "begins at offset 4, the head stands at 5")

    def test_have_each_message_once_is_refused(self):
        self.refused([partition_row(0, 2, 0, 5, 7)], (5, 7), "2 messages from offset 5 to 7, which are 3")
        self.refused([partition_row(0, 4, 0, 5, 7)], (5, 7), "4 messages from offset 5 to 7, which are 3")

    def test_belong_to_this_log_is_refused(self):
        self.refused([partition_row(2, 1, 0, 0, 0)], (5, 7), "partition 2, the head knows 2")


class APlan(unittest.TestCase):
    def test_reads_only_the_fields_that_the_questions_need(self):
        self.assertEqual(PLAN.wanted, ("timestamp", "kind", "item", "price"))

    def test_tells_questions_apart_by_their_grouping_set(self):
        by_price = {**ITEMS, "name": "prices", "key": ["price", {"hour": "timestamp"}]}
        plan = plan_questions([ITEMS, by_price, {**ITEMS, "name": "all", "key": []}], RULE)
        self.assertEqual([question.group for question in plan.questions], [0b1011, 0b1100, 0b1111])
        self.assertEqual(plan.partition_group, 0b0111)

    def test_adds_up_the_same_sum_once(self):
        plan = plan_questions([ITEMS, {**ITEMS, "name": "again", "key": ["healthy"]}], RULE)
        self.assertEqual(plan.sql.count("sum(`price`)"), 1)

    def test_drops_keys_that_the_filter_let_nothing_through_for(self):
        rows = [item_row("apple", 0, None), item_row("pear", 1, 5)]
        self.assertEqual(question_sums(PLAN.questions[0], rows), ((("pear",), (1, 5)),))

    def test_writes_texts_so_that_none_is_read_as_sql(self):
        plan = plan_questions([{**ITEMS, "where": {"kind": "it's \\"}}], RULE)
        self.assertIn(r"`kind` = 'it\'s \\'", plan.sql)

    def test_finds_the_place_of_a_machine_by_its_id(self):
        question = {**ITEMS, "key": [{"place": "item"}]}
        plan = plan_questions([question], RULE, [["it's here", ["a", "b"]], ["there", ["c"]]])
        ways = r"CASE WHEN e.`item` IN ('a', 'b') THEN 'it\'s here' WHEN e.`item` IN ('c') THEN 'there' ELSE 'elsewhere' END"
        self.assertIn(ways, plan.sql)
        self.assertIn("item", plan.wanted)
        with self.assertRaisesRegex(ValueError, "nobody said which machines stand where"):
            plan_questions([question], RULE)

    def test_refuses_fields_that_the_rule_lacks_and_sums_of_texts(self):
        keys = (["colour"], [{"hour": "kind"}], [{"day": "timestamp"}], [{"place": "price"}])
        for change in ({"where": {"colour": 1}}, *({"key": key} for key in keys)):
            with self.assertRaises(ValueError):
                plan_questions([{**ITEMS, **change}], RULE)
        for sum_ in ({"sum": "total", "field": "item"}, {"sum": "median", "field": "price"}):
            with self.assertRaises(ValueError):
                plan_questions([{**ITEMS, "sums": {"x": sum_}}], RULE)


class PackedSums(unittest.TestCase):
    def test_come_back_as_they_were_beyond_what_json_numbers_keep(self):
        sums = ((("\u00e9\u20ac", True, 5), (2**63 - 1, None)), ((), (-(2**63), 0)))
        self.assertEqual(unpack(pack(sums)), sums)

    def test_hold_sums_as_texts(self):
        import zlib

        self.assertEqual(json.loads(zlib.decompress(pack([(("apple",), (3, None))]))), [[["apple"], ["3", None]]])


if __name__ == "__main__":
    unittest.main()

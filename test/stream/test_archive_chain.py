"""archive_chain.py keeps the cases of archive-chain-cases.json, which src/archive/chain.ts keeps too, and slices go on."""

import json
import random
import unittest
from pathlib import Path

from archive_chain import ArchiveFile, chain_holding, file_of_header, next_ranges, starts_with_archive

CASES = json.loads((Path(__file__).parent / "archive-chain-cases.json").read_text("utf-8"))["cases"]


def file(level, partition, start, until):
    return ArchiveFile(level, partition, start, until, f"{level}/{partition}-{start}")


class TheChain(unittest.TestCase):
    def test_keeps_the_cases(self):
        for case in CASES:
            with self.subTest(case["name"]):
                files = [file(*one) for one in case["files"]]
                held, until = chain_holding(files, case["partition"], case["offset"])
                self.assertEqual([[one.level, one.partition, one.start, one.until] for one in held], case["holding"])
                self.assertEqual(until, case["until"])


class ArchiveAndLog(unittest.TestCase):
    def test_begin_at_the_position_where_the_chain_comes_to_the_log(self):
        files = [file(0, 0, 2, 9), file(0, 1, 2, 8), file(0, 2, 2, 9)]
        self.assertEqual(starts_with_archive(files, (3, 3, 1), (9, 9, 9)), (3, 9, 9))
        self.assertEqual(starts_with_archive(files, (12, 3, 9), (9, 2, 9)), (9, 2, 9))
        self.assertEqual(starts_with_archive((), (0,), (9,)), (9,))


class TheNextSlice(unittest.TestCase):
    FILES = (file(0, 0, 0, 10), file(0, 0, 10, 14), file(0, 1, 0, 3), file(0, 1, 3, 9))

    def take(self, position, starts, most):
        return [(one.partition, one.start, one.until, one.paths) for one in next_ranges(self.FILES, position, starts, most)]

    def test_takes_no_more_than_it_may_one_partition_after_the_other(self):
        self.assertEqual(self.take((2, 0), (12, 5), 6), [(0, 2, 8, ("0/0-0",))])
        self.assertEqual(self.take((8, 0), (12, 5), 8), [(0, 8, 14, ("0/0-0", "0/0-10")), (1, 0, 2, ("0/1-0",))])

    def test_leaves_alone_a_partition_that_the_log_has(self):
        self.assertEqual(self.take((2, 5), (2, 5), 6), [])
        self.assertEqual(self.take((2, 2), (2, 5), 100), [(1, 2, 9, ("0/1-0", "0/1-3"))])

    def test_and_those_after_it_take_each_offset_once_up_to_the_log(self):
        chance = random.Random(1)
        for _ in range(300):
            files, ends = [], []
            for partition in range(3):
                at = 0
                for _ in range(chance.randint(1, 6)):
                    at, start = at + chance.randint(1, 9), at
                    files.append(file(0, partition, start, at))
                ends.append(at)
            position = tuple(chance.randint(0, end) for end in ends)
            starts = tuple(chance.randint(0, end) for end in ends)
            most = chance.randint(1, 12)
            while ranges := next_ranges(files, position, starts, most):
                self.assertLessEqual(sum(one.messages for one in ranges), most)
                moved = list(position)
                for one in ranges:
                    self.assertEqual(one.start, position[one.partition])
                    self.assertGreater(one.messages, 0)
                    held = [f for f in files if f.path in one.paths]
                    self.assertTrue(held[0].start <= one.start and one.until <= held[-1].until)
                    moved[one.partition] = one.until
                position = tuple(moved)
            self.assertTrue(all(offset >= start for offset, start in zip(position, starts)))


class AHeader(unittest.TestCase):
    def test_says_what_a_file_holds(self):
        self.assertEqual(file_of_header(b"#snacklab-archive 1 2 3 40 50\n3\t40", "p"), ArchiveFile(2, 3, 40, 50, "p"))

    def test_is_refused_when_it_is_damaged(self):
        for head in (b"", b"3\t40\tjx\n", b"#snacklab-archive 2 0 0 0 1\n", b"#snacklab-archive 1 0 0 0 1"):
            with self.assertRaisesRegex(ValueError, "p does not begin as an archive file does"):
                file_of_header(head, "p")


if __name__ == "__main__":
    unittest.main()

"""log_bounds.py lets a job start only where the log still has every message that comes after the head."""

import os
import unittest
from unittest import mock

from commit import Head, take_over
from log_bounds import LogDoesNotFit, must_have_all_after


class ALog(unittest.TestCase):
    def test_that_begins_at_or_below_the_head_fits(self):
        must_have_all_after((5, 7), (5, 0), "log")

    def test_that_begins_above_the_head_is_refused_with_what_is_lost(self):
        with self.assertRaisesRegex(LogDoesNotFit, "partition 1 of log begins at offset 9, .* 2 messages are lost"):
            must_have_all_after((5, 7), (0, 9), "log")

    def test_with_other_partitions_is_another_log(self):
        for starts in ((0,), (0, 0, 0)):
            with self.assertRaisesRegex(LogDoesNotFit, "another log"):
                must_have_all_after((5, 7), starts, "log")

    def test_is_started_anew_in_the_lab_that_it_is_of(self):
        for starts in ((0,), (6, 0)):
            with self.assertRaisesRegex(LogDoesNotFit, "snacklab kappa down --volumes$"):
                must_have_all_after((5, 7), starts, "log", "kappa")
            with mock.patch.dict(os.environ, SNACKLAB_LAB="kappa"):
                with self.assertRaisesRegex(LogDoesNotFit, "snacklab kappa down --volumes$"):
                    must_have_all_after((5, 7), starts, "log")

    def test_that_does_not_fit_stops_a_job_before_it_takes_over(self):
        head = Head("lambda-1", 1, "ready", 3, 4, (5, 7), ((3, 0),), 0, 0, True)

        class Store:
            def read_head(self, _pipeline):
                return head

            def change_head(self, *_):
                raise AssertionError("took over")

        with self.assertRaises(LogDoesNotFit):
            take_over(Store(), "lambda-1", lambda found: must_have_all_after(found.position, (6, 0), "log"))


if __name__ == "__main__":
    unittest.main()

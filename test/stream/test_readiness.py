"""What readiness.py waits for, and what it says when that does not come."""

import socket
import unittest
from types import SimpleNamespace

from readiness import NotReady, until_open, until_set_up


class AWait(unittest.TestCase):
    def test_ends_as_soon_as_somebody_listens(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.assertTrue(until_open(f"127.0.0.1:{server.getsockname()[1]}", patience_s=20))

    def test_says_what_was_not_there_and_why(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        with self.assertRaisesRegex(NotReady, f"no listener at 127.0.0.1:{port} within 0 s .*refused"):
            until_open(f"127.0.0.1:{port}", patience_s=0)

    def test_for_setup_goes_on_without_tables_and_without_pipelines(self):
        looks = iter([RuntimeError("no table heads"), [], ["a head"]])

        def read_heads():
            look = next(looks)
            if isinstance(look, Exception):
                raise look
            return look

        self.assertEqual(until_set_up(SimpleNamespace(read_heads=read_heads), patience_s=20), ["a head"])

    def test_for_setup_has_an_end(self):
        with self.assertRaisesRegex(NotReady, "no pipeline, which setup makes, within 0 s"):
            until_set_up(SimpleNamespace(read_heads=list), patience_s=0)


if __name__ == "__main__":
    unittest.main()

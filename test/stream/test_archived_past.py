"""archived_past.py asks HDFS only where the log lacks something, and what neither has stops the job with what is lost."""

import json
import threading
import unittest
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from archive_chain import ArchivedRange
from archived_past import ArchiveAway, ArchivedPast, NotAsItSays, must_have_come
from log_bounds import LogDoesNotFit

FOLDER = "/webhdfs/v1/snacklab/archive"


class NameNode(BaseHTTPRequestHandler):
    """Lists and opens as the NameNode does: opening sends the caller on to a DataNode."""

    files = {}
    asked = []

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        NameNode.asked.append((query.get("op"), url.path))
        if query["op"] == "LISTSTATUS":
            folder = url.path.removeprefix(FOLDER)
            names = [name for name in self.files if name.startswith(f"{folder}/")]
            if not names:
                return self.send_error(404)
            return self.answer(200, json.dumps({"FileStatuses": {"FileStatus": [self.status(name) for name in names]}}))
        name = url.path.removeprefix(FOLDER)
        if "datanode" not in query:
            self.send_response(307)
            self.send_header("Location", f"http://{self.headers['Host']}{self.path}&datanode=1")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        return self.answer(200, self.files[name][: int(query["length"])])

    def status(self, name):
        return {"pathSuffix": name.rsplit("/", 1)[1], "length": len(self.files[name]), "fileId": hash(name)}

    def answer(self, code, text):
        body = text.encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class AnArchive(unittest.TestCase):
    def setUp(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), NameNode)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"127.0.0.1:{self.server.server_port}"
        self.past = ArchivedPast(self.address, "log")
        NameNode.asked = []
        NameNode.files = {
            "/0/0-0000": "#snacklab-archive 1 0 0 0 5\n0\t0\tjx\n",
            "/0/0-0005": "#snacklab-archive 1 0 0 5 9\n",
            "/1/1-0000": "#snacklab-archive 1 1 1 0 7\n" + 200 * "x",
        }

    def tearDown(self):
        self.server.shutdown()
        self.server.server_close()

    def test_gives_what_the_log_has_lost_and_reads_each_header_once(self):
        expected = ArchivedRange(0, 3, 9, ("/snacklab/archive/0/0-0000", "/snacklab/archive/0/0-0005"))
        self.assertEqual(self.past.next_ranges((3, 7), (8, 7), 100), (expected,))
        self.assertEqual(self.past.next_ranges((3, 7), (8, 7), 100), (expected,))
        self.assertEqual(sum(op == "OPEN" for op, _ in NameNode.asked), 2 * 3)

    def test_is_not_asked_while_the_log_has_all(self):
        self.assertEqual(self.past.next_ranges((3, 7), (3, 7), 100), ())
        self.assertEqual(NameNode.asked, [])

    def test_that_does_not_have_it_either_stops_the_job_with_what_is_lost(self):
        for position, starts, lost in (((3, 7), (10, 0), 7), ((3, 2), (0, 8), 6)):
            with self.assertRaisesRegex(LogDoesNotFit, f"{lost} messages are lost"):
                self.past.must_reach(position, starts)

    def test_is_no_help_where_the_log_is_another(self):
        with self.assertRaisesRegex(LogDoesNotFit, "another log"):
            self.past.must_reach((3,), (8, 7))

    def test_that_is_damaged_is_refused(self):
        NameNode.files["/0/0-0005"] = "hello"
        with self.assertRaisesRegex(ValueError, "0-0005 does not begin as an archive file does"):
            self.past.must_reach((3, 7), (8, 7))

    def test_that_is_away_is_an_error_only_for_those_who_need_it(self):
        away = ArchivedPast("127.0.0.1:1", "log")
        away.must_reach((3, 7), (3, 7))
        with self.assertRaisesRegex(ArchiveAway, "did not give .*Try: snacklab kappa logs namenode"):
            away.must_reach((3, 7), (8, 7))

    def test_that_is_none_leaves_the_log_alone(self):
        none = ArchivedPast(None, "log")
        self.assertEqual(none.next_ranges((3, 7), (3, 7), 100), ())
        with self.assertRaisesRegex(LogDoesNotFit, "5 messages are lost"):
            none.must_reach((3, 7), (8, 7))


class ASlice(unittest.TestCase):
    def test_that_does_not_end_where_its_files_say_is_an_error(self):
        ranges = (ArchivedRange(1, 3, 9, ("p",)),)
        must_have_come(ranges, (0, 9))
        with self.assertRaisesRegex(NotAsItSays, "partition 1 .* up to 9 in p, and has them up to 8"):
            must_have_come(ranges, (0, 8))


if __name__ == "__main__":
    unittest.main()

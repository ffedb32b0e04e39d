"""What the log has lost already, from its archive on HDFS: for a pipeline whose head stands below the log's start.

The files are listed over WebHDFS; their lines are read by Spark and become the columns of the log's messages, so that all
that follows is the same. What neither archive nor log has stops the job loudly (protocol rule 13).
"""

import json
import urllib.error
import urllib.parse
import urllib.request

from archive_chain import file_of_header, next_ranges, starts_with_archive
from log_bounds import must_have_all_after

ROOT = "/snacklab/archive"
# Ascending: what a merge replaces between two listings is then found in the second.
LEVELS = (0, 1, 2, 3)
HEADER_BYTES_MAX = 128
CALL_TIMEOUT_S = 30
TAB = "\t"
# src/archive/lines.ts says what a line is. As bytes: a text's characters would be counted up to there.
VALUE = """
CASE substring(line, at, 1)
  WHEN 'j' THEN substring(CAST(line AS BINARY), at + 1)
  WHEN 'b' THEN unbase64(substring(line, at + 1))
  WHEN 'n' THEN CAST(NULL AS BINARY)
  ELSE CAST(raise_error(concat('not a line of the archive: ', partition, ':', offset)) AS BINARY)
END AS value
"""


class ArchiveAway(Exception):
    """The archive is needed and does not answer; the next start asks it again."""


class NotAsItSays(Exception):
    """An archive's file does not hold what its first line says."""


class ArchivedPast:
    """The archive at a WebHDFS address `host:port`, or none: then there is only the log."""

    def __init__(self, address, topic):
        self._address = address
        self._topic = topic
        # A direct way: a proxy of the environment does not know the lab's network.
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
        # By the NameNode's number of the file, which another file never gets.
        self._known = {}

    def must_reach(self, position, log_starts):
        """Throws when archive and log together do not hold every message from the position on. Returns the files."""
        files = ()
        same_log = len(log_starts) == len(position)
        if self._address is not None and same_log and any(map(int.__gt__, log_starts, position)):
            files = self._files()
            log_starts = starts_with_archive(files, position, log_starts)
        must_have_all_after(position, log_starts, self._topic)
        return files

    def next_ranges(self, position, log_starts, messages_max):
        """What the next slice takes from the archive; empty once the log has all from the position on."""
        return next_ranges(self.must_reach(position, log_starts), position, log_starts, messages_max)

    def read(self, spark, ranges):
        """The messages of these ranges, as foreachBatch would hand them over."""
        return read_ranges(spark, ranges, f"webhdfs://{self._address}", self._topic)

    def _files(self):
        files = []
        for level in LEVELS:
            for entry in self._list(f"{ROOT}/{level}"):
                path = f"{ROOT}/{level}/{entry['pathSuffix']}"
                file = self._known.get(entry["fileId"]) or self._read_header(path, entry["length"])
                if file is not None:
                    self._known[entry["fileId"]] = file
                    files.append(file)
        return tuple(files)

    def _list(self, path):
        listed = self._get(path, op="LISTSTATUS")
        return () if listed is None else json.loads(listed)["FileStatuses"]["FileStatus"]

    def _read_header(self, path, length):
        head = self._get(path, op="OPEN", offset=0, length=min(HEADER_BYTES_MAX, length))
        return None if head is None else file_of_header(head, path)

    def _get(self, path, **parameters):
        """The reply's body; None where there is no such file, or no more."""
        query = urllib.parse.urlencode({"user.name": "snacklab", **parameters})
        url = f"http://{self._address}/webhdfs/v1{urllib.parse.quote(path)}?{query}"
        try:
            with self._open(url, timeout=CALL_TIMEOUT_S) as reply:
                return reply.read()
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise self._away(path, error) from error
        except OSError as error:
            raise self._away(path, error) from error

    def _away(self, path, error):
        return ArchiveAway(f"the archive at {self._address} did not give {path}: {error}. Try: snacklab kappa logs namenode")


def must_have_come(ranges, position):
    """Throws when a slice does not end where the ranges that it took do."""
    for one in ranges:
        if position[one.partition] != one.until:
            raise NotAsItSays(
                f"partition {one.partition} of the archive should have the messages up to {one.until} in"
                f" {', '.join(one.paths)}, and has them up to {position[one.partition]}"
            )


def read_ranges(spark, ranges, file_system, topic):
    """The messages of these ranges as a micro-batch; lines become messages by Spark SQL."""
    from warm_up import as_micro_batch

    lines = spark.read.text([f"{file_system}{path}" for one in ranges for path in one.paths])
    wanted = " OR ".join(
        f"(partition = {one.partition} AND offset >= {one.start} AND offset < {one.until})" for one in ranges
    )
    messages = (
        lines.where("NOT startswith(value, '#')")
        .selectExpr(
            f"CAST(substring_index(value, '{TAB}', 1) AS INT) AS partition",
            f"CAST(substring_index(substring_index(value, '{TAB}', 2), '{TAB}', -1) AS BIGINT) AS offset",
            f"octet_length(substring_index(value, '{TAB}', 2)) + 2 AS at",
            "value AS line",
        )
        .where(wanted)
        .selectExpr(
            *("CAST(NULL AS BINARY) AS key", VALUE, f"'{topic}' AS topic", "partition", "offset"),
            *("CAST(NULL AS TIMESTAMP) AS timestamp", "0 AS timestampType"),
        )
    )
    return as_micro_batch(spark, messages)

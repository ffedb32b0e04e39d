"""Which archive files count, and what of them the next slice takes. Pure.

The same chain as src/archive/chain.ts, which test/stream/archive-chain-cases.json holds both to: from where the archive
begins on, the file that starts where the one before ends; of several with one start the one of the highest level.
"""

import re
from dataclasses import dataclass

HEADER = re.compile(rb"#snacklab-archive 1 (\d+) (\d+) (\d+) (\d+)\n")


@dataclass(frozen=True)
class ArchiveFile:
    """A finished file: the messages `start` up to `until` of a partition."""

    level: int
    partition: int
    start: int
    until: int
    path: str


@dataclass(frozen=True)
class ArchivedRange:
    """What a slice takes of a partition, and the files that have it; they may have more."""

    partition: int
    start: int
    until: int
    paths: tuple

    @property
    def messages(self):
        return self.until - self.start


def file_of_header(head, path):
    """Reads a file's first line. A damaged file is never taken for an empty one."""
    match = HEADER.match(head)
    if match is None:
        raise ValueError(f"{path} does not begin as an archive file does: {head[:80]!r}")
    return ArchiveFile(*(int(number) for number in match.groups()), path)


def chain_holding(files, partition, offset):
    """The partition's chain from the file on that holds an offset, and where the chain ends.

    No files where the chain begins after that offset or does not come to it.
    """
    by_start = {}
    for file in files:
        if file.partition == partition and file.until > file.start:
            other = by_start.get(file.start)
            if other is None or file.level > other.level:
                by_start[file.start] = file
    if not by_start:
        return (), 0
    beginning = until = min(by_start)
    chain = []
    while until in by_start:
        chain.append(by_start[until])
        until = chain[-1].until
    if not beginning <= offset < until:
        return (), until
    return tuple(file for file in chain if file.until > offset), until


def starts_with_archive(files, position, log_starts):
    """Where archive and log together begin for whoever stands at `position`: there, or where the log does."""
    return tuple(
        offset if offset < start and _reaches(files, partition, offset, start) else start
        for partition, (offset, start) in enumerate(zip(position, log_starts))
    )


def _reaches(files, partition, offset, start):
    held, until = chain_holding(files, partition, offset)
    return bool(held) and until >= start


def next_ranges(files, position, log_starts, messages_max):
    """What the next slice takes from the archive: nothing of a partition that the log has from its bound on.

    One partition after the other and as far as the archive goes, so that a file is read for few slices, and the log is
    not left again by the next that it forgets. The archive must reach the log's start.
    """
    ranges = []
    left = messages_max
    for partition, (offset, start) in enumerate(zip(position, log_starts)):
        if offset >= start or left == 0:
            continue
        held, chain_end = chain_holding(files, partition, offset)
        until = min(chain_end, offset + left)
        paths = tuple(file.path for file in held if file.start < until)
        ranges.append(ArchivedRange(partition, offset, until, paths))
        left -= until - offset
    return tuple(ranges)

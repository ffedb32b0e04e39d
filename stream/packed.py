"""The stored form of a slice's sums, as src/serving/packed.ts reads it: deflated JSON [[key parts, sums], ...]."""

import json
import zlib


def pack(sums):
    """Packs (key parts, sums) pairs. Sums become decimal texts, since 64 bits outgrow what JSON numbers keep."""
    rows = [[list(key), [None if value is None else str(value) for value in values]] for key, values in sums]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    # Level 1: a slice is small and written once, and its age counts.
    return zlib.compress(text.encode("utf-8"), 1)


def unpack(packed):
    """Reads what `pack` wrote, as (key parts, sums) pairs."""
    rows = json.loads(zlib.decompress(packed).decode("utf-8"))
    return tuple(
        (tuple(key), tuple(None if value is None else int(value) for value in values)) for key, values in rows
    )

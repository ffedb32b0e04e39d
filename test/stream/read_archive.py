"""For archived-lines.docker.test.ts: reads archive files with the stream job's own Spark SQL, in a local Spark.

Standard input: one JSON document {files, reads}, each file a base64 text by its path, each read a list of ranges
[partition, start, until, paths]. Standard output: a line a read with the messages, values in base64. Runs in the image.
"""

import base64
import json
import sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])

import driver
from archive_chain import ArchivedRange
from archived_past import read_ranges


def main():
    given = json.load(sys.stdin)
    for path, text in given["files"].items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(base64.b64decode(text))
    settings = driver.spark_settings("test", "localhost", "local[2]", executor_memory="512m", executor_cores=2)
    jvm, connection = driver.start_jvm(settings, "512m")
    spark = driver.connect(jvm, connection)
    for ranges in given["reads"]:
        try:
            rows = read_ranges(spark, [ArchivedRange(*one) for one in ranges], "file://", "log").collect()
            messages = [(row.partition, row.offset, encoded(row.value)) for row in rows]
            print("MESSAGES " + json.dumps(messages), flush=True)
        except Exception as error:  # noqa: BLE001 - a test asks for it
            print("ERROR " + json.dumps(str(error)), flush=True)
    jvm.kill()


def encoded(value):
    return None if value is None else base64.b64encode(value).decode()


main()

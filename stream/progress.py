"""What a stream job says of itself: how much it committed, and how long its micro-batches took."""

import threading
import time

RECENT_BATCHES = 200


class Progress:
    """Counts since the start of this process, and durations of the last micro-batches. Used by two threads."""

    def __init__(self, pipeline):
        self.pipeline = pipeline
        self.last_messages = 0
        self._lock = threading.Lock()
        self._slices = 0
        self._messages = 0
        self._rejected = 0
        self._last_commit_s = time.monotonic()
        self._last_commit_ms = None
        self._recent = []

    def add(self, messages, rejected, computed_s, committed_s):
        with self._lock:
            self.last_messages = messages
            self._slices += 1
            self._messages += messages
            self._rejected += rejected
            self._last_commit_s = time.monotonic()
            self._last_commit_ms = int(time.time() * 1000)
            self._recent = [*self._recent[1 - RECENT_BATCHES :], (computed_s, committed_s)]

    def idle_s(self):
        """Since the last commit, which looked at the head."""
        return time.monotonic() - self._last_commit_s

    def report(self, writer, spark_progress):
        """The report as it is stored; `spark_progress` is Spark's own on its last micro-batch."""
        with self._lock:
            computed, committed = ([batch[which] for batch in self._recent] for which in (0, 1))
            return {
                "pipeline": self.pipeline,
                "epoch": writer.epoch,
                "number": writer.number,
                "position": list(writer.position),
                "slices": self._slices,
                "messages": self._messages,
                "rejected": self._rejected,
                "lastCommitMs": self._last_commit_ms,
                "lastMessages": self.last_messages,
                "computeMs": _middle_and_most_ms(computed),
                "commitMs": _middle_and_most_ms(committed),
                "sparkMs": dict((spark_progress or {}).get("durationMs", {})),
            }


def _middle_and_most_ms(durations_s):
    if not durations_s:
        return None
    ordered = sorted(durations_s)
    return {"p50": round(ordered[len(ordered) // 2] * 1000), "most": round(ordered[-1] * 1000)}

"""commit.py keeps the cases of commit-cases.json, which src/serving/commit.ts keeps too."""

import json
import unittest
from pathlib import Path

from commit import Head, SlicePart, WriterEnds, commit_slice, must_still_own, take_over

CASES = json.loads((Path(__file__).parent / "commit-cases.json").read_text("utf-8"))["cases"]


class Written:
    def __init__(self, effects, effect):
        self._effects, self._effect = effects, effect

    def result(self):
        self._effects.append(self._effect)


class RecordingStore:
    """Answers as the case says and keeps the effects, in the words of the case."""

    def __init__(self, head):
        self.reads = [{"live": "lambda-1", "head": head}]
        self.outcomes = []
        self.effects = []

    def read_head(self, pipeline):
        self.effects.append({"effect": "readHead", "pipeline": pipeline})
        read = following(self.reads)
        return read["head"] and head_of_case(read["head"], read["live"])

    def change_head(self, pipeline, expected, change):
        effect = {"effect": "changeHead", "pipeline": pipeline, "expected": expected, "change": named(change)}
        self.effects.append(effect)
        return following(self.outcomes)

    def write_slices(self, slices):
        # A slice counts as written when its result was waited for.
        return WrittenAll([Written(self.effects, {"effect": "writeSlice", "slice": named_slice(one)}) for one in slices])


def following(answers):
    """The next of them; the last one stays."""
    return answers.pop(0) if len(answers) > 1 else answers[0]


class SlowClock:
    """Each pause takes 400 ms on it, however short it was to be."""

    def __init__(self):
        self._now_s = 0.0

    def monotonic(self):
        return self._now_s

    def sleep(self, _):
        self._now_s += 0.4


class WrittenAll:
    def __init__(self, written):
        self._written = written

    def result(self):
        for one in self._written:
            one.result()


def head_of_case(head, live):
    return Head(
        pipeline=head["pipeline"],
        incarnation=head["incarnation"],
        status=head["status"],
        epoch=head["epoch"],
        number=head["number"],
        position=tuple(head["position"]),
        segments=tuple((segment["epoch"], segment["after"]) for segment in head["segments"]),
        base_number=head["baseNumber"],
        hold=head["hold"],
        is_live=live == head["pipeline"],
    )


def named(change):
    """The columns as the case writes them."""
    named_change = dict(change)
    if "segments" in change:
        named_change["segments"] = [{"epoch": epoch, "after": after} for epoch, after in change["segments"]]
    if "position" in change:
        named_change["position"] = list(change["position"])
    return named_change


def named_slice(one):
    return {
        "incarnation": one.incarnation,
        "epoch": one.epoch,
        "number": one.number,
        "from": list(one.from_position),
        "until": list(one.until_position),
        "question": one.part.question,
        "messages": one.part.messages,
        "rejected": one.part.rejected,
        "leastEventMs": one.part.least_event_ms,
        "greatestEventMs": one.part.greatest_event_ms,
        "sums": [[list(key), [str(value) for value in values]] for key, values in one.part.sums],
    }


def parts_of_case(batch):
    return [
        SlicePart(
            question=part["question"],
            messages=part["messages"],
            rejected=part["rejected"],
            least_event_ms=part["leastEventMs"],
            greatest_event_ms=part["greatestEventMs"],
            sums=tuple((tuple(key), tuple(int(value) for value in values)) for key, values in part["sums"]),
        )
        for part in batch["parts"]
    ]


def perform(store, call, writer):
    store.outcomes = [call[name] for name in ("outcome", "then") if name in call]
    if call["call"] == "takeOver":
        return take_over(store, "lambda-1")[0]
    if call["call"] == "look":
        store.reads = [{"live": "lambda-1", "head": call["head"]}]
        must_still_own(store, writer)
        return writer
    store.reads = list(call.get("heads", store.reads))
    return commit_slice(store, writer, tuple(call["batch"]["until"]), parts_of_case(call["batch"]), clock=SlowClock())


class CommitCases(unittest.TestCase):
    maxDiff = None

    def test_cases(self):
        self.assertGreater(len(CASES), 20)
        for case in CASES:
            with self.subTest(case["name"]):
                self.check(case)

    def check(self, case):
        store = RecordingStore(case["head"])
        writer, end = None, "open"
        try:
            for call in case["calls"]:
                writer = perform(store, call, writer)
        except WriterEnds as ended:
            end = ended.why
        self.assertEqual(store.effects, case["effects"])
        self.assertEqual(end, case["end"])
        if end == "open":
            position = list(writer.position)
            self.assertEqual({**vars(writer), "position": position}, case["writer"])


class DeadLettersBeforeTheCommit(unittest.TestCase):
    def test_they_run_before_the_head_moves(self):
        store = RecordingStore(CASES[0]["head"])
        store.outcomes = ["applied"]
        writer, _ = take_over(store, "lambda-1")
        part = SlicePart("items-sold", 1, 1, None, None, ())
        commit_slice(store, writer, (1, 0), [part], lambda: store.effects.append({"effect": "deadLetters"}))
        effects = [effect["effect"] for effect in store.effects[2:]]
        self.assertEqual(effects, ["deadLetters", "writeSlice", "changeHead"])

    def test_the_head_stays_when_they_fail(self):
        store = RecordingStore(CASES[0]["head"])
        store.outcomes = ["applied"]
        writer, _ = take_over(store, "lambda-1")

        def fail():
            raise ConnectionError("no broker")

        with self.assertRaises(ConnectionError):
            commit_slice(store, writer, (1, 0), [SlicePart("items-sold", 1, 1, None, None, ())], fail)
        self.assertNotIn("changeHead", [effect["effect"] for effect in store.effects[2:]])


if __name__ == "__main__":
    unittest.main()

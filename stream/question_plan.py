"""Questions, as src/questions/question.ts declares them, turned into one Spark SQL query over a micro-batch.

One pass serves all of them: a grouping set for each key, and one for the partitions, whose rows say what was read.
Many messages are first summed by all keys together, where those are few: a message is then put into one sum instead of
into one a grouping set, and sums of sums are the same sums.
Pure: it makes text and reads rows, and knows no Spark. Integers are BIGINT and the session must be in ANSI mode, so
that a sum which leaves 64 bits is an error and never a rounding.
"""

import math
from dataclasses import dataclass

EVENT_TIME = "timestamp"
# The units that a time in a key is floored to, in ms.
TIME_UNITS = {"hour": 3_600_000, "minute": 60_000}
# As in src/machines/catalogue.ts.
ELSEWHERE = "elsewhere"
SPARK_TYPES = {"text": "STRING", "integer": "BIGINT", "boolean": "BOOLEAN"}
# What is said of each partition: columns 2 + number of keys and on. Each with the function that merges two of it.
PARTITION_AGGREGATES = {
    "count(1)": "sum",
    "count(reason)": "sum",
    "min(_offset)": "min",
    "max(_offset)": "max",
    f"min(`{EVENT_TIME}`)": "min",
    f"max(`{EVENT_TIME}`)": "max",
}
# More combinations of keys than this are nearly as many as messages: summing by them first would gain nothing.
COMBINATIONS_MAX = 100_000
# How many values a key is taken to have where the rule does not say.
UNKNOWN_VALUES = 256


@dataclass(frozen=True)
class PlannedQuestion:
    """Where a question's sums are among the rows: of which grouping set, and in which columns."""

    name: str
    group: int
    keys: tuple
    matched: int
    sums: tuple


@dataclass(frozen=True)
class Plan:
    """A query over the view `messages`: the log's `partition`, `offset` and `value`.

    `parse_event` makes of a value a struct of `struct_type`: `reason`, then the `wanted` fields. Columns of a row:
    grouping id, partition, keys, the PARTITION_AGGREGATES from `partition_columns` on, sums. `sql_of_many` gives the same
    rows, and is quicker over many messages. `declared` are the questions, and `places` the places, as they were given.
    """

    sql: str
    sql_of_many: str
    wanted: tuple
    struct_type: str
    partition_group: int
    partition_columns: int
    questions: tuple
    declared: tuple
    places: tuple


def plan_questions(questions, rule, places=()):
    """Plans questions (parsed JSON) over events of the rule (parsed event-rule.json).

    `places` are pairs of a place and the ids of its machines (parsed machine-places.json).
    """
    types = {field["name"]: field["type"] for field in rule}
    keys_of_each = [[_key(part, types, places) for part in question["key"]] for question in questions]
    keys = list(dict.fromkeys(key for own in keys_of_each for key in own))
    sets = [[keys.index(key) for key in own] for own in keys_of_each]
    conditions = list(dict.fromkeys(condition for question in questions for condition in _conditions(question, types)))
    merges = {sum_: merge for question in questions for sum_, merge in _sums(question, conditions, types)}
    sums = list(merges)
    partition_columns = 2 + len(keys)
    first_sum = partition_columns + len(PARTITION_AGGREGATES)
    planned = []
    for question, key in zip(questions, sets):
        matched, *columns = [first_sum + sums.index(sum_) for sum_, _ in _sums(question, conditions, types)]
        group = _grouping_id(key, len(keys))
        planned.append(PlannedQuestion(question["name"], group, tuple(2 + k for k in key), matched, tuple(columns)))
    wanted = _wanted_fields(questions)
    struct = ", ".join(["reason: STRING", *(f"`{name}`: {SPARK_TYPES[types[name]]}" for name in wanted)])
    query = _Query(keys, conditions, merges, sets)
    few = math.prod(_values(part, rule, places) for part in _key_parts(questions)) <= COMBINATIONS_MAX
    return Plan(
        sql=query.in_one_step(),
        sql_of_many=query.in_two_steps() if few else query.in_one_step(),
        wanted=wanted,
        struct_type=f"STRUCT<{struct}>",
        partition_group=(1 << len(keys)) - 1,
        partition_columns=partition_columns,
        questions=tuple(planned),
        declared=tuple(questions),
        places=tuple(places),
    )


def question_sums(planned, rows):
    """One question's (key parts, sums) pairs out of the query's rows."""
    return tuple(
        (tuple(row[key] for key in planned.keys), tuple(row[column] for column in planned.sums))
        for row in rows
        # A key that only rejected messages or other kinds have is no key of the question.
        if row[0] == planned.group and row[planned.matched] > 0
    )


class _Query:
    """The query's text: by `keys` (expressions), with `sums` (aggregates and what merges two), for `sets` of indexes of
    keys. Sums name `conditions` by their index: each is looked at once a message, however many sums it lets through."""

    def __init__(self, keys, conditions, sums, sets):
        self._keys = keys
        self._conditions = conditions
        self._names = [f"_k{index}" for index in range(len(keys))]
        self._aggregates = {**PARTITION_AGGREGATES, **sums}
        self._sets = ["_partition", *(", ".join(f"_k{index}" for index in dict.fromkeys(keys)) for keys in sets)]

    def in_one_step(self):
        return self._grouped(list(self._aggregates), self._messages())

    def in_two_steps(self):
        by = ", ".join(["_partition", *self._names])
        named = [f"{aggregate} AS _a{index}" for index, aggregate in enumerate(self._aggregates)]
        inner = f"(SELECT {by}, {', '.join(named)} FROM {self._messages()} GROUP BY {by})"
        merged = [f"{merge}(_a{index})" for index, merge in enumerate(self._aggregates.values())]
        return self._grouped(merged, inner)

    def _grouped(self, aggregates, source):
        by = ["_partition", *self._names]
        return "\n".join(
            [
                f"SELECT {', '.join(['grouping_id()', *by, *aggregates])}",
                f"FROM {source}",
                f"GROUP BY {', '.join(by)}",
                f"GROUPING SETS ({', '.join(f'({columns})' for columns in dict.fromkeys(self._sets))})",
            ]
        )

    def _messages(self):
        keys = "".join(f", {key} AS {name}" for key, name in zip(self._keys, self._names))
        conditions = "".join(f", {condition} AS _c{index}" for index, condition in enumerate(self._conditions))
        parsed = "(SELECT `partition`, `offset`, parse_event(value) AS e FROM messages)"
        return f"(SELECT `partition` AS _partition, `offset` AS _offset, e.*{keys}{conditions} FROM {parsed})"


def _key_parts(questions):
    """The different parts of the questions' keys."""
    parts = [part for question in questions for part in question["key"]]
    return [part for index, part in enumerate(parts) if part not in parts[:index]]


def _values(part, rule, places):
    """About how many values a part of a key has among the messages of a micro-batch."""
    if not isinstance(part, str):
        return len(places) + 1 if "place" in part else UNKNOWN_VALUES
    field = next(field for field in rule if field["name"] == part)
    if field["type"] == "boolean":
        return 2
    if field["type"] == "text":
        return len(field.get("allowed", ())) or UNKNOWN_VALUES
    bounds = (field.get("least", 0), field.get("greatest", UNKNOWN_VALUES))
    return min(bounds[1] - bounds[0] + 1, UNKNOWN_VALUES)


def _grouping_id(key, keys):
    """Spark's grouping_id(): a bit for each grouped column, the partition's first, set where it is summed over."""
    return (1 << keys) | sum(1 << (keys - 1 - index) for index in range(keys) if index not in key)


def _key(part, types, places):
    if isinstance(part, str):
        return f"e.{_field(part, types)}"
    way, name = _way_and_field(part)
    if way == "place":
        return _place(f"e.{_field(name, types, 'text')}", places)
    time = f"e.{_field(name, types, 'integer')}"
    return f"{time} - pmod({time}, {TIME_UNITS[way]}L)"


def _place(machine, places):
    if not places:
        raise ValueError("a key has the place of a machine, and nobody said which machines stand where")
    ways = [f"WHEN {machine} IN ({', '.join(map(_text, ids))}) THEN {_text(place)}" for place, ids in places]
    return f"CASE {' '.join(ways)} ELSE {_text(ELSEWHERE)} END"


def _way_and_field(part):
    ((way, name),) = part.items()
    if way != "place" and way not in TIME_UNITS:
        raise ValueError(f"a key has the {way!r} of a field: this stream job knows {[*TIME_UNITS, 'place']}")
    return way, name


def _condition(where, types):
    return " AND ".join(_equals(field, value, types) for field, value in where.items()) or "e.reason IS NULL"


def _conditions(question, types):
    """The question's filter, and those that its sums have of their own."""
    own = (sum_["where"] for sum_ in question["sums"].values() if "where" in sum_)
    return [_condition(where, types) for where in (question["where"], *own)]


def _sums(question, conditions, types):
    """How many events the filter let through, then the question's sums: each as one aggregate and what merges two."""
    where = f"_c{conditions.index(_condition(question['where'], types))}"
    sums = [_sum(sum_, where, conditions, types) for sum_ in question["sums"].values()]
    return [(f"count(1) FILTER (WHERE {where})", "sum"), *sums]


def _sum(sum_, where, conditions, types):
    if "where" not in sum_:
        return _aggregate(sum_, where, types)
    own = f"_c{conditions.index(_condition(sum_['where'], types))}"
    aggregate, merge = _aggregate(sum_, f"{where} AND {own}", types)
    # A total of no event is 0, and null to SQL.
    return (f"coalesce({aggregate}, 0L)" if merge == "sum" else aggregate), merge


def _aggregate(sum_, where, types):
    kind = sum_["sum"]
    if kind == "count":
        return f"count(1) FILTER (WHERE {where})", "sum"
    if kind == "total-of-product":
        a, b = (_field(name, types, "integer") for name in sum_["fields"])
        # Spark works out what two filtered sums share before it looks at their filters: a product that left 64 bits would
        # be an error though no sum has it. It does not look into a CASE.
        return f"sum(CASE WHEN {where} THEN {a} * {b} END)", "sum"
    functions = {"total": "sum", "least": "min", "greatest": "max"}
    if kind not in functions:
        known = ["count", "total-of-product", *functions]
        raise ValueError(f"unknown kind of sum {kind!r}: this stream job knows {known}")
    function = functions[kind]
    return f"{function}({_field(sum_['field'], types, 'integer')}) FILTER (WHERE {where})", function


def _equals(field, value, types):
    if isinstance(value, list):
        return f"({' OR '.join(_equals(field, one, types) for one in value) or 'FALSE'})"
    quoted = f"e.{_field(field, types)}"
    if types[field] == "text" and isinstance(value, str):
        return f"{quoted} = {_text(value)}"
    if types[field] == "boolean" and isinstance(value, bool):
        return f"{quoted} = {str(value).upper()}"
    if types[field] == "integer" and isinstance(value, (int, float)) and not isinstance(value, bool) and value == int(value):
        return f"{quoted} = {int(value)}L"
    # A value of another type equals none, in every layer.
    return "FALSE"


def _text(value):
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _field(name, types, needed=None):
    if name not in types:
        raise ValueError(f"a question asks for the field {name!r}, which the rule does not have")
    if needed is not None and types[name] != needed:
        raise ValueError(f"a question needs the field {name!r} to be of the type {needed}: it is {types[name]}")
    return f"`{name}`"


def _wanted_fields(questions):
    """The event's fields that the query reads; its time always, for the slice's least and greatest."""
    names = []
    for question in questions:
        names += question["where"]
        names += (part if isinstance(part, str) else _way_and_field(part)[1] for part in question["key"])
        for sum_ in question["sums"].values():
            names += sum_.get("where", ())
            names += [sum_["field"]] if "field" in sum_ else sum_.get("fields", [])
    return tuple(dict.fromkeys([EVENT_TIME, *names]))

"""Questions, as src/questions/question.ts declares them, turned into one Spark SQL query over a micro-batch.

One pass serves all of them: a grouping set for each key, and one for the partitions, whose rows say what was read.
Pure: it makes text and reads rows, and knows no Spark. Integers are BIGINT and the session must be in ANSI mode, so
that a sum which leaves 64 bits is an error and never a rounding.
"""

from dataclasses import dataclass

EVENT_TIME = "timestamp"
HOUR_MS = 3_600_000
SPARK_TYPES = {"text": "STRING", "integer": "BIGINT", "boolean": "BOOLEAN"}
# What is said of each partition: columns 2 + number of keys and on.
PARTITION_AGGREGATES = (
    "count(1)",
    "count(reason)",
    "min(_offset)",
    "max(_offset)",
    f"min(`{EVENT_TIME}`)",
    f"max(`{EVENT_TIME}`)",
)


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
    grouping id, partition, keys, the PARTITION_AGGREGATES from `partition_columns` on, sums. `declared` are the
    questions as they were given.
    """

    sql: str
    wanted: tuple
    struct_type: str
    partition_group: int
    partition_columns: int
    questions: tuple
    declared: tuple


def plan_questions(questions, rule):
    """Plans questions (parsed JSON) over events of the rule (parsed event-rule.json)."""
    types = {field["name"]: field["type"] for field in rule}
    keys = list(dict.fromkeys(_key(part, types) for question in questions for part in question["key"]))
    sums = list(dict.fromkeys(sum_ for question in questions for sum_ in _sums(question, types)))
    partition_columns = 2 + len(keys)
    first_sum = partition_columns + len(PARTITION_AGGREGATES)
    planned = []
    for question in questions:
        key = [keys.index(_key(part, types)) for part in question["key"]]
        matched, *columns = [first_sum + sums.index(sum_) for sum_ in _sums(question, types)]
        group = _grouping_id(key, len(keys))
        planned.append(PlannedQuestion(question["name"], group, tuple(2 + k for k in key), matched, tuple(columns)))
    wanted = _wanted_fields(questions)
    struct = ", ".join(["reason: STRING", *(f"`{name}`: {SPARK_TYPES[types[name]]}" for name in wanted)])
    sql = _query(keys, sums, [question["key"] for question in questions], types)
    return Plan(sql, wanted, f"STRUCT<{struct}>", (1 << len(keys)) - 1, partition_columns, tuple(planned), tuple(questions))


def question_sums(planned, rows):
    """One question's (key parts, sums) pairs out of the query's rows."""
    return tuple(
        (tuple(row[key] for key in planned.keys), tuple(row[column] for column in planned.sums))
        for row in rows
        # A key that only rejected messages or other kinds have is no key of the question.
        if row[0] == planned.group and row[planned.matched] > 0
    )


def _query(keys, sums, question_keys, types):
    names = [f"_k{index}" for index in range(len(keys))]
    name_of = dict(zip(keys, names))
    sets = ["_partition", *(", ".join(dict.fromkeys(name_of[_key(part, types)] for part in key)) for key in question_keys)]
    return "\n".join(
        [
            f"SELECT {', '.join(['grouping_id()', '_partition', *names, *PARTITION_AGGREGATES, *sums])}",
            f"FROM (SELECT `partition` AS _partition, `offset` AS _offset, e.*"
            f"{''.join(f', {key} AS {name}' for key, name in name_of.items())}",
            "FROM (SELECT `partition`, `offset`, parse_event(value) AS e FROM messages))",
            f"GROUP BY {', '.join(['_partition', *names])}",
            f"GROUPING SETS ({', '.join(f'({columns})' for columns in dict.fromkeys(sets))})",
        ]
    )


def _grouping_id(key, keys):
    """Spark's grouping_id(): a bit for each grouped column, the partition's first, set where it is summed over."""
    return (1 << keys) | sum(1 << (keys - 1 - index) for index in range(keys) if index not in key)


def _key(part, types):
    if isinstance(part, str):
        return f"e.{_field(part, types)}"
    time = f"e.{_field(part['hour'], types, 'integer')}"
    return f"{time} - pmod({time}, {HOUR_MS}L)"


def _sums(question, types):
    """How many events the filter let through, then the question's sums, each as one aggregate."""
    where = " AND ".join(_equals(field, value, types) for field, value in question["where"].items()) or "reason IS NULL"
    aggregates = ["count(1)", *(_aggregate(sum_, types) for sum_ in question["sums"].values())]
    return [f"{aggregate} FILTER (WHERE {where})" for aggregate in aggregates]


def _aggregate(sum_, types):
    kind = sum_["sum"]
    if kind == "count":
        return "count(1)"
    if kind == "total-of-product":
        a, b = (_field(name, types, "integer") for name in sum_["fields"])
        return f"sum({a} * {b})"
    functions = {"total": "sum", "least": "min", "greatest": "max"}
    if kind not in functions:
        raise ValueError(f"unknown kind of sum {kind!r}: this stream job knows {['count', 'total-of-product', *functions]}")
    return f"{functions[kind]}({_field(sum_['field'], types, 'integer')})"


def _equals(field, value, types):
    quoted = _field(field, types)
    if types[field] == "text" and isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace("'", "\\'")
        return f"{quoted} = '{escaped}'"
    if types[field] == "boolean" and isinstance(value, bool):
        return f"{quoted} = {str(value).upper()}"
    if types[field] == "integer" and isinstance(value, (int, float)) and not isinstance(value, bool) and value == int(value):
        return f"{quoted} = {int(value)}L"
    # A value of another type equals none, in every layer.
    return "FALSE"


def _field(name, types, needed=None):
    if name not in types:
        raise ValueError(f"a question asks for the field {name!r}, which the rule does not have")
    if needed is not None and types[name] != needed:
        raise ValueError(f"a question adds up the field {name!r}, which is no {needed} but a {types[name]}")
    return f"`{name}`"


def _wanted_fields(questions):
    """The event's fields that the query reads; its time always, for the slice's least and greatest."""
    names = []
    for question in questions:
        names += question["where"]
        names += (part if isinstance(part, str) else part["hour"] for part in question["key"])
        for sum_ in question["sums"].values():
            names += [sum_["field"]] if "field" in sum_ else sum_.get("fields", [])
    return tuple(dict.fromkeys([EVENT_TIME, *names]))

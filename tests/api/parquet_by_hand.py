"""Parquet files of one column, byte by byte: forms that pyarrow reads and does not write (INTERVAL,
BSON, lists of two levels).
"""

import itertools
import struct

INT64, BYTES, FIXED = 2, 6, 7
REQUIRED, OPTIONAL, REPEATED = 0, 1, 2
LIST, BSON, INTERVAL = 3, 20, 21


def _varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def _value(value):
    """The type of Thrift's compact protocol, and the bytes."""
    if isinstance(value, Int32):
        return 5, _varint(value << 1 if value >= 0 else (-value << 1) - 1)
    if isinstance(value, int):
        return 6, _varint(value << 1)
    if isinstance(value, str):
        return 8, _varint(len(value)) + value.encode()
    if isinstance(value, list):
        kind = _value(value[0])[0]
        return 9, bytes([len(value) << 4 | kind]) + b"".join(_value(one)[1] for one in value)
    return 12, _struct(value)


class Int32(int):
    pass


def _struct(fields):
    out, last = b"", 0
    for number, value in sorted(fields.items()):
        if value is None:
            continue
        kind, data = _value(value)
        out += bytes([(number - last) << 4 | kind]) + data
        last = number
    return out + b"\0"


def node(name, repetition, type=None, size=None, children=None, converted=None, id=None):
    numbers = {1: type, 2: size, 3: repetition, 5: children, 6: converted, 9: id}
    made = {key: None if value is None else Int32(value) for key, value in numbers.items()}
    return made | {4: name}


def _levels(levels, most):
    """Each level is less than 128, each run shorter than 64."""
    if most == 0:
        return b""
    runs = b"".join(bytes([len(list(run)) << 1, level]) for level, run in itertools.groupby(levels))
    return struct.pack("<I", len(runs)) + runs


def file(nodes, type, path, rows, values, repeats=(), defined=()):
    """`nodes` without the root; `values` are plain bytes of the one leaf at `path`."""
    count = max(len(repeats), len(defined), rows)
    page = _levels(repeats, max(repeats, default=0) or len(repeats))
    page += _levels(defined, max(defined, default=0)) + values
    header = _struct(
        {
            1: Int32(0),
            2: Int32(len(page)),
            3: Int32(len(page)),
            5: {1: Int32(count), 2: Int32(0), 3: Int32(3), 4: Int32(3)},
        }
    )
    size = len(header) + len(page)
    column = {
        1: Int32(type),
        2: [Int32(0), Int32(3)],
        3: path,
        4: Int32(0),
        5: count,
        6: size,
        7: size,
        9: 4,
    }
    root = {4: "schema", 5: Int32(1)}
    footer = _struct(
        {
            1: Int32(1),
            2: [root, *nodes],
            3: rows,
            4: [{1: [{2: 4, 3: column}], 2: size, 3: rows}],
        }
    )
    return b"PAR1" + header + page + footer + struct.pack("<I", len(footer)) + b"PAR1"


def interval(name):
    """One row: 1 month, 2 days, 3 ms."""
    nodes = [node(name, OPTIONAL, FIXED, size=12, converted=INTERVAL)]
    return file(nodes, FIXED, [name], 1, struct.pack("<III", 1, 2, 3), defined=[1])


def bson(name):
    document = b"\x05\0\0\0\0"
    nodes = [node(name, OPTIONAL, BYTES, converted=BSON)]
    return file(nodes, BYTES, [name], 1, struct.pack("<I", 5) + document, defined=[1])


def list_of_numbers(name, numbers):
    """The list of one row, without the level of elements."""
    nodes = [
        node(name, OPTIONAL, children=1, converted=LIST),
        node("array", REPEATED, INT64),
    ]
    return _list(nodes, [name, "array"], numbers)


def list_of_rows(name, repeated, numbers):
    """Each element a row of one field `x`: [{x: 1}, {x: 2}]."""
    nodes = [
        node(name, OPTIONAL, children=1, converted=LIST),
        node(repeated, REPEATED, children=1),
        node("x", REQUIRED, INT64),
    ]
    return _list(nodes, [name, repeated, "x"], numbers)


def _list(nodes, path, numbers):
    values = b"".join(struct.pack("<q", number) for number in numbers)
    repeats = [0] + [1] * (len(numbers) - 1)
    return file(nodes, INT64, path, 1, values, repeats, [2] * len(numbers))

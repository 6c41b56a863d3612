"""What lies in an ORC file beside its rows, read by hand: pyarrow shows neither the encodings of
columns nor their bloom filters.
"""

import dataclasses

BLOOM_FILTER = 8  # a Stream.Kind, "BLOOM_FILTER_UTF8"
ENCODINGS = ("DIRECT", "DICTIONARY", "DIRECT_V2", "DICTIONARY_V2")


def _number(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        shift, at = shift + 7, at + 1
        if byte < 128:
            return value, at


def _fields(data):
    """(number, value) of a message of Protocol Buffers."""
    at = 0
    while at < len(data):
        key, at = _number(data, at)
        if key & 7 == 0:
            value, at = _number(data, at)
        elif key & 7 == 2:
            size, at = _number(data, at)
            value, at = data[at : at + size], at + size
        else:
            size = {1: 8, 5: 4}[key & 7]
            value, at = data[at : at + size], at + size
        yield key >> 3, value


@dataclasses.dataclass
class Stripe:
    bloom_columns: set[int]
    encodings: list[str]  # by ORC's number of the column, 0 is the row


def stripes(data):
    """Of a file that is not compressed."""
    postscript = dict(_fields(data[-1 - data[-1] : -1]))
    assert postscript[2] == 0, "compressed"
    end = len(data) - 1 - data[-1]
    found = []
    for number, value in _fields(data[end - postscript[1] : end]):
        if number != 3:
            continue
        place = dict(_fields(value))
        footer = place.get(1, 0) + place.get(2, 0) + place.get(3, 0)
        stripe = Stripe(set(), [])
        for kind, one in _fields(data[footer : footer + place[4]]):
            fields = dict(_fields(one)) if kind in (1, 2) else {}
            if kind == 1 and fields.get(1, 0) == BLOOM_FILTER:
                stripe.bloom_columns.add(fields.get(2, 0))
            if kind == 2:
                stripe.encodings.append(ENCODINGS[fields.get(1, 0)])
        found.append(stripe)
    return found

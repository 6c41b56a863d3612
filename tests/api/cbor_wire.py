"""Enough CBOR (RFC 8949) to send what the Java SDKs send and to read the answers. It is independent
of the server's own codec.
"""

import http.client
import struct


class Stamp(int):
    """A number with tag 1."""


def head(major, argument):
    if argument < 24:
        return bytes([major << 5 | argument])
    for info, (size, form) in enumerate(((1, ">B"), (2, ">H"), (4, ">I"), (8, ">Q")), 24):
        if argument < 1 << 8 * size:
            return bytes([major << 5 | info]) + struct.pack(form, argument)
    raise ValueError(argument)


def encode(value, indefinite=False):
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", False: b"\xf4", True: b"\xf5"}[value]
    if isinstance(value, Stamp):
        return b"\xc1" + encode(int(value))
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, (bytes, str)):
        major, data = (2, value) if isinstance(value, bytes) else (3, value.encode())
        if indefinite and len(data) > 1 and data.isascii():
            cut = len(data) // 2
            return (
                bytes([major << 5 | 31])
                + head(major, cut)
                + data[:cut]
                + head(major, len(data) - cut)
                + data[cut:]
                + b"\xff"
            )
        return head(major, len(data)) + data
    is_map = isinstance(value, dict)
    items = [part for pair in value.items() for part in pair] if is_map else value
    content = b"".join(encode(item, indefinite) for item in items)
    major = 5 if is_map else 4
    return (
        bytes([major << 5 | 31]) + content + b"\xff"
        if indefinite
        else head(major, len(value)) + content
    )


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        assert self.at + size <= len(self.data), "the CBOR is cut short"
        self.at += size
        return self.data[self.at - size : self.at]

    def items(self, info, argument):
        count = 0
        while (self.data[self.at] != 0xFF) if info == 31 else count < argument:
            yield self.value()
            count += 1
        if info == 31:
            self.at += 1

    def value(self):
        first = self.take(1)[0]
        major, info = first >> 5, first & 31
        argument = info
        if 24 <= info <= 27:
            argument = int.from_bytes(self.take(1 << info - 24), "big")
        if major in (0, 1):
            return argument if major == 0 else -1 - argument
        if major in (2, 3):
            data = b"".join(self.items(info, 0)) if info == 31 else self.take(argument)
            return data if major == 2 else data.decode()
        if major == 4:
            return list(self.items(info, argument))
        if major == 5:
            flat = list(self.items(info, argument * 2))
            return dict(zip(flat[::2], flat[1::2]))
        if major == 6:
            assert argument == 1, f"tag {argument}"
            inner = self.value()
            return Stamp(inner) if isinstance(inner, int) else inner
        if info in (20, 21, 22):
            return {20: False, 21: True, 22: None}[info]
        return struct.unpack({26: ">f", 27: ">d"}[info], argument.to_bytes(1 << info - 24, "big"))[
            0
        ]


def decode(data):
    reader = Reader(data)
    value = reader.value()
    assert reader.at == len(data), "bytes behind the CBOR"
    return value


def post(port, path, headers, body):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", path, body=body, headers=headers)
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer.status, dict((name.lower(), value) for name, value in answer.getheaders()), data


def call(port, operation, value, indefinite=False, prefix="Kinesis_20131202", raw=None, extra=None):
    """Calls Kinesis as the Java SDKs do: (status, decoded answer or None)."""
    body = encode(value, indefinite) if raw is None else raw
    status, headers, data = post(
        port,
        "/",
        {
            "X-Amz-Target": f"{prefix}.{operation}",
            "Content-Type": "application/x-amz-cbor-1.1",
            **(extra or {}),
        },
        body,
    )
    assert headers["content-type"] == "application/x-amz-cbor-1.1"
    return status, decode(data) if data else None


def rpc(port, service, operation, value, extra=None, raw=None):
    """Calls as Smithy RPC v2 clients do."""
    body = encode(value) if raw is None else raw
    status, headers, data = post(
        port,
        f"/service/{service}/operation/{operation}",
        {
            "smithy-protocol": "rpc-v2-cbor",
            "Content-Type": "application/cbor",
            "Accept": "application/cbor",
            **(extra or {}),
        },
        body,
    )
    assert (
        headers["smithy-protocol"] == "rpc-v2-cbor"
        and headers["content-type"] == "application/cbor"
    )
    return status, decode(data) if data else None

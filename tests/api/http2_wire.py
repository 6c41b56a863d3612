"""An HTTP/2 client of which the test controls every frame: python-h2 over one socket."""

import json
import socket
import time

import h2.config
import h2.connection
import h2.events
import h2.settings


class Http2Client:
    def __init__(self, port, window=1 << 20, wrap=None):
        plain = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket = wrap(plain) if wrap else plain
        self.h2 = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=True, header_encoding="utf-8")
        )
        self.h2.initiate_connection()
        self.h2.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: window})
        self.h2.increment_flow_control_window(1 << 24)
        self.answers, self.ended, self.resets, self.pings, self.goaway, self.closed = (
            {},
            set(),
            {},
            0,
            None,
            False,
        )
        self.flush()

    def flush(self):
        data = self.h2.data_to_send()
        if data:
            self.socket.sendall(data)

    def begin(self, method, path, headers=(), body=b"", end=True):
        """Sends a request, its body as far as the windows allow. Returns the stream's number."""
        stream = self.h2.get_next_available_stream_id()
        head = [
            (":method", method),
            (":path", path),
            (":scheme", "http"),
            (":authority", "localhost"),
            *headers,
        ]
        self.h2.send_headers(stream, head, end_stream=end and not body)
        self.answers[stream] = [None, {}, b""]
        if body:
            self.send_body(stream, body, end)
        self.flush()
        return stream

    def send_body(self, stream, body, end=True):
        at = 0
        while at < len(body):
            room = min(
                self.h2.local_flow_control_window(stream),
                self.h2.max_outbound_frame_size,
                len(body) - at,
            )
            if room <= 0:
                self.flush()
                self.receive()
                continue
            self.h2.send_data(
                stream, body[at : at + room], end_stream=end and at + room == len(body)
            )
            at += room
            if at % (1 << 18) < room:
                self.flush()
        self.flush()

    def call(self, target, body, begin_only=False):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        stream = self.begin(
            "POST",
            "/",
            [
                ("x-amz-target", target),
                ("content-type", "application/x-amz-json-1.1"),
                ("content-length", str(len(raw))),
            ],
            raw,
        )
        return stream if begin_only else self.answer(stream)

    def receive(self, acknowledge=True):
        """One read from the socket; False at its end."""
        try:
            data = self.socket.recv(1 << 16)
        except (ConnectionResetError, BrokenPipeError):
            data = b""
        if not data:
            self.closed = True
            return False
        for event in self.h2.receive_data(data):
            self.on(event, acknowledge)
        self.flush()
        return True

    def on(self, event, acknowledge):
        if isinstance(event, h2.events.ResponseReceived):
            headers = dict(event.headers)
            self.answers[event.stream_id][:2] = [int(headers[":status"]), headers]
        elif isinstance(event, h2.events.DataReceived):
            self.answers[event.stream_id][2] += event.data
            if acknowledge and event.flow_controlled_length:
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.StreamEnded):
            self.ended.add(event.stream_id)
        elif isinstance(event, h2.events.StreamReset):
            self.resets[event.stream_id] = event.error_code
        elif isinstance(event, h2.events.PingAckReceived):
            self.pings += 1
        elif isinstance(event, h2.events.ConnectionTerminated):
            self.goaway = event.error_code

    def answer(self, stream, acknowledge=True):
        """(status, headers, body) once the stream has ended."""
        while stream not in self.ended and stream not in self.resets:
            assert self.receive(acknowledge), "the connection was closed"
        return tuple(self.answers[stream])

    def until(self, condition, seconds=30):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end
            if not self.receive():
                break

    def close(self):
        self.socket.close()

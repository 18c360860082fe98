"""A WebSocket client for text messages: masks what it sends, answers pings, gives closes with their code."""

import base64
import hashlib
import json
import os
import struct

from .http import Closed, Connection, exact_json

MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA


class SocketClosed(Exception):
    """The server closed with this code."""

    def __init__(self, code, reason=""):
        super().__init__(f"closed with {code} {reason}")
        self.code = code
        self.reason = reason


class WebSocket:
    """One socket. `open` shakes hands; `log_in` sends the first frame the house asks for."""

    def __init__(self, port, path="/api/stream", headers=()):
        self.connection = Connection(port).open()
        key = base64.b64encode(os.urandom(16)).decode()
        self.connection.send(
            self.connection.message(
                "GET",
                path,
                headers={
                    "Upgrade": "websocket",
                    "Connection": "Upgrade",
                    "Sec-WebSocket-Version": "13",
                    "Sec-WebSocket-Key": key,
                    **dict(headers),
                },
            )
        )
        answer = self.connection.answer()
        answer.expect(101)
        wanted = base64.b64encode(hashlib.sha1((key + MAGIC).encode()).digest()).decode()
        assert answer.header("Sec-WebSocket-Accept") == wanted

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def log_in(self, token, **more):
        self.send({"type": "auth", "token": token, **more})
        hello = self.receive()
        assert hello["type"] == "hello", hello
        return hello

    def send(self, message):
        text = message if isinstance(message, str) else json.dumps(message)
        self.send_frame(TEXT, text.encode())

    def send_frame(self, opcode, payload):
        mask = os.urandom(4)
        length = len(payload)
        if length < 126:
            head = struct.pack("!BB", 0x80 | opcode, 0x80 | length)
        elif length < 65_536:
            head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, length)
        else:
            head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, length)
        masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
        self.connection.send(head + mask + masked)

    def receive_text(self):
        """The next message as text; raises `SocketClosed` when the server ends."""
        parts = []
        while True:
            first, second = self.connection.exactly(2)
            length = second & 0x7F
            assert not second & 0x80, "a server does not mask"
            if length == 126:
                (length,) = struct.unpack("!H", self.connection.exactly(2))
            elif length == 127:
                (length,) = struct.unpack("!Q", self.connection.exactly(8))
            payload = self.connection.exactly(length)
            opcode = first & 0x0F
            if opcode == CLOSE:
                code = struct.unpack("!H", payload[:2])[0] if len(payload) >= 2 else 1005
                raise SocketClosed(code, payload[2:].decode())
            if opcode == PING:
                self.send_frame(PONG, payload)
                continue
            if opcode == PONG:
                continue
            parts.append(payload)
            if first & 0x80:
                return b"".join(parts).decode()

    def receive(self):
        return exact_json(self.receive_text())

    def receive_until(self, wanted, limit=10_000):
        """Messages up to and with the first that `wanted` takes."""
        messages = []
        for _ in range(limit):
            messages.append(self.receive())
            if wanted(messages[-1]):
                return messages
        raise AssertionError(f"nothing wanted came in {limit} messages")

    def closed_with(self):
        """The code the server closes with; 1006 when it just ends."""
        try:
            while True:
                self.receive_text()
        except SocketClosed as closed:
            return closed.code
        except (Closed, ConnectionError):
            return 1006

    def messages_so_far(self, mark="mark"):
        """Everything that was on its way: sends a ping of the protocol and gives what comes before its pong."""
        self.send({"type": "ping", "t": mark})
        return self.receive_until(lambda message: message.get("type") == "pong" and message.get("t") == mark)[:-1]

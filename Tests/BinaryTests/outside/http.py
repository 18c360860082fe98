"""A plain HTTP/1.1 client over one kept-alive connection. It sends what it is told, correct or not; it knows no redirects, no
cookies and no proxies. Numbers in JSON come back exactly: whole ones as int, others as Decimal.
"""

import json
import socket
from decimal import Decimal

# How long a read waits before a test fails, in seconds. Nothing is measured by it.
PATIENCE = 30
# The longest head of an answer, in bytes.
HEAD_LIMIT = 65_536


class Closed(ConnectionError):
    """The server closed before the whole answer had come. `received` is what did come."""

    def __init__(self, received=b""):
        super().__init__(f"the server closed after {received[:200]!r}")
        self.received = received


class Answer:
    """One answer, its body read."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def header(self, name):
        """The first value of a field, whatever its letter case; None when absent."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def json(self):
        return exact_json(self.body)

    def expect(self, *statuses):
        """This answer, or a failure that shows it when its status is another."""
        assert self.status in statuses, f"status {self.status}, wanted {statuses}: {self.body[:500]!r}"
        return self

    def __repr__(self):
        return f"<{self.status} {self.body[:300]!r}>"


def exact_json(text):
    """JSON with decimals kept exactly."""
    return json.loads(text, parse_float=Decimal)


class Connection:
    """One connection, opened when first needed and again after the server closed it between two requests."""

    def __init__(self, port, host="127.0.0.1", token=None, patience=PATIENCE):
        self.port = port
        self.host = host
        self.token = token
        self.patience = patience
        self.socket = None
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def open(self):
        if self.socket is None:
            self.socket = socket.create_connection((self.host, self.port), timeout=self.patience)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.buffer = b""
        return self

    def close(self):
        if self.socket is not None:
            self.socket.close()
            self.socket = None

    # Requests.

    def get(self, target, **more):
        return self.request("GET", target, **more)

    def post(self, target, json=None, **more):
        return self.request("POST", target, json=json, **more)

    def put(self, target, json=None, **more):
        return self.request("PUT", target, json=json, **more)

    def patch(self, target, json=None, **more):
        return self.request("PATCH", target, json=json, **more)

    def delete(self, target, **more):
        return self.request("DELETE", target, **more)

    def request(self, method, target, json=None, body=None, headers=(), token=None):
        """Sends one request and reads its answer. A token is the one given, else the connection's own."""
        is_fresh = self.socket is None
        message = self.message(method, target, json, body, headers, token)
        try:
            self.open().socket.sendall(message)
            return self.answer(head_only=method == "HEAD")
        except (Closed, ConnectionResetError, BrokenPipeError) as error:
            self.close()
            # An idle connection may have been closed by the server; a fresh one that fails is news.
            if is_fresh or getattr(error, "received", b"") or method != "GET":
                raise
            self.open().socket.sendall(message)
            return self.answer()

    def message(self, method, target, json=None, body=None, headers=(), token=None):
        """The bytes of a request."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        lines = [f"{method} {target} HTTP/1.1", f"Host: {host}:{self.port}"]
        token = token or self.token
        if token:
            lines.append(f"X-Session-Token: {token}")
        if json is not None:
            body = encoded(json)
            lines.append("Content-Type: application/json")
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        lines += [f"{name}: {value}" for name, value in dict(headers).items()]
        return "\r\n".join([*lines, "", ""]).encode() + (body or b"")

    # Bytes.

    def send(self, data):
        """Sends bytes as they are."""
        self.open().socket.sendall(data)

    def read(self):
        """More bytes into the buffer; False at the end of the stream."""
        data = self.socket.recv(65_536)
        self.buffer += data
        return bool(data)

    def read_to_end(self):
        """Everything until the server closes; a reset counts as an end."""
        try:
            while self.read():
                pass
        except ConnectionResetError:
            pass
        data, self.buffer = self.buffer, b""
        return data

    def answer(self, head_only=False):
        """The next answer on the connection; interim ones are passed over."""
        while b"\r\n\r\n" not in self.buffer:
            if len(self.buffer) > HEAD_LIMIT:
                raise ValueError("the head of the answer does not end")
            if not self.read():
                raise Closed(self.buffer)
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        first, *fields = head.decode("latin-1").split("\r\n")
        version, status, *_ = first.split(" ", 2)
        if version not in ("HTTP/1.1", "HTTP/1.0"):
            raise ValueError(f"not an HTTP answer: {first!r}")
        status = int(status)
        headers = [tuple(part.strip() for part in field.split(":", 1)) for field in fields]
        if 100 <= status < 200 and status != 101:
            return self.answer(head_only)
        answer = Answer(status, headers, b"")
        if status in (101, 204, 304) or head_only:
            return answer
        answer.body = self.body(answer)
        if (answer.header("Connection") or "").lower() == "close":
            self.close()
        return answer

    def body(self, answer):
        if (answer.header("Transfer-Encoding") or "").lower() == "chunked":
            parts = []
            while True:
                size = int(self.line().split(b";")[0], 16)
                parts.append(self.exactly(size))
                self.line()
                if size == 0:
                    return b"".join(parts)
        length = answer.header("Content-Length")
        if length is not None:
            return self.exactly(int(length))
        return self.read_to_end()

    def line(self):
        while b"\r\n" not in self.buffer:
            if not self.read():
                raise Closed(self.buffer)
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        return line

    def exactly(self, count):
        while len(self.buffer) < count:
            if not self.read():
                raise Closed(self.buffer)
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data


def encoded(value):
    """JSON bytes with decimals as exact numbers; bytes go as they are."""
    return value if isinstance(value, bytes) else text_of(value).encode()


def text_of(value):
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{text_of(member)}" for key, member in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(text_of, value)) + "]"
    return json.dumps(value, ensure_ascii=False)

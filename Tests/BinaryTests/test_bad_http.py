"""Bytes that are no request, requests that are too much, clients that are too slow: each gets its answer or its end, and everybody
else is served as before.
"""

import json

import pytest

from outside.house import House, descriptor_count, resident_kilobytes
from outside.http import Closed, Connection
from outside.people import order, register
from outside.waiting import eventually


def head(*lines):
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


GET = "GET /health HTTP/1.1"
POST = "POST /api/auth/login HTTP/1.1"
HOST = "Host: localhost"

# What is sent, and the status of the one answer to it. After it the connection ends.
REFUSED = {
    "nothing but noise": (b"\x00\x01\x02\xff\xfe\r\n\r\n", 400),
    "the hello of TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 64 + b"\r\n\r\n", 400),
    "no version": (head("GET /health", HOST), 400),
    "a version of the future": (head("GET /health HTTP/2.0", HOST), 505),
    "a version that is none": (head("GET /health HTTP/one", HOST), 400),
    "a lower-case version": (head("GET /health http/1.1", HOST), 400),
    "two blanks": (head("GET  /health HTTP/1.1", HOST), 400),
    "a leading blank": (head(" " + GET, HOST), 400),
    "a target that is no path": (head("GET health HTTP/1.1", HOST), 400),
    "a control byte in the target": (head("GET /hea\x01lth HTTP/1.1", HOST), 400),
    "a blank in the target": (head("GET /hea lth HTTP/1.1", HOST), 400),
    "a method of blanks": (head("\t /health HTTP/1.1", HOST), 400),
    "a method that nobody knows": (head("FROBNICATE /health HTTP/1.1", HOST), 405),
    "no host": (head(GET), 400),
    "two hosts": (head(GET, HOST, HOST), 400),
    "a host that is none": (head(GET, "Host: a b"), 400),
    "a name with a blank behind it": (head(GET, HOST, "X-A : b"), 400),
    "a name with a control byte": (head(GET, HOST, "X-\x01: b"), 400),
    "a field without a colon": (head(GET, HOST, "hello"), 400),
    "an empty name": (head(GET, HOST, ": b"), 400),
    "a folded field": (head(GET, HOST, "X-A: b", " c"), 400),
    "a zero byte in a value": (head(GET, HOST, "X-A: b\x00c"), 400),
    "a bare carriage return": (b"GET /health HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", 400),
    "a request line too long": (head("GET /" + "a" * 9000 + " HTTP/1.1", HOST), 414),
    "a value too long": (head(GET, HOST, "X-A: " + "a" * 17_000), 431),
    "too many fields": (head(GET, HOST, *[f"X-{number}: a" for number in range(120)]), 431),
    "a body too long": (head(POST, HOST, "Content-Length: 99999999"), 413),
    "a length beyond all numbers": (head(POST, HOST, "Content-Length: 99999999999999999999999999"), 413),
    "an expectation that nobody meets": (head(POST, HOST, "Expect: a-miracle", "Content-Length: 1"), 417),
    # Two ways to tell where a body ends, so that two servers in a row could disagree.
    "a length and chunks": (head(POST, HOST, "Content-Length: 4", "Transfer-Encoding: chunked") + b"0\r\n\r\n", 400),
    "chunks and a length": (head(POST, HOST, "Transfer-Encoding: chunked", "Content-Length: 4") + b"0\r\n\r\n", 400),
    "two lengths that differ": (head(POST, HOST, "Content-Length: 4", "Content-Length: 5") + b"abcde", 400),
    "two lengths in one": (head(POST, HOST, "Content-Length: 4, 5") + b"abcde", 400),
    "a length with a sign": (head(POST, HOST, "Content-Length: +4") + b"abcd", 400),
    "a negative length": (head(POST, HOST, "Content-Length: -1"), 400),
    "a length in hex": (head(POST, HOST, "Content-Length: 0x4") + b"abcd", 400),
    "a length of two words": (head(POST, HOST, "Content-Length: 4 4") + b"abcd", 400),
    "chunks and then something": (head(POST, HOST, "Transfer-Encoding: chunked, identity") + b"0\r\n\r\n", 400),
    "chunks twice": (head(POST, HOST, "Transfer-Encoding: chunked, chunked") + b"0\r\n\r\n", 400),
    "chunks with a tab": (head(POST, HOST, "Transfer-Encoding: \x0bchunked") + b"0\r\n\r\n", 400),
    "a coding that nobody knows": (head(POST, HOST, "Transfer-Encoding: gzip, chunked") + b"0\r\n\r\n", 501),
    "a chunk of no size": (head(POST, HOST, "Transfer-Encoding: chunked") + b"\r\nabcd\r\n0\r\n\r\n", 400),
    "a chunk of a negative size": (head(POST, HOST, "Transfer-Encoding: chunked") + b"-1\r\n\r\n", 400),
    "a chunk beyond all numbers": (head(POST, HOST, "Transfer-Encoding: chunked") + b"fffffffffffffffff\r\n", 400),
    "a chunk longer than it says": (head(POST, HOST, "Transfer-Encoding: chunked") + b"2\r\nabcd\r\n0\r\n\r\n", 400),
    "a chunk that never ends its line": (head(POST, HOST, "Transfer-Encoding: chunked") + b"1;" + b"a" * 2000, 400),
    "chunks beyond the limit of a body": (head(POST, HOST, "Transfer-Encoding: chunked") + b"200000\r\n", 413),
}


@pytest.fixture(scope="module")
def running(binary, tmp_path_factory):
    """One house for the whole table; that it goes on serving is part of what is shown."""
    folder = tmp_path_factory.mktemp("bad") / "data"
    with House(binary, folder) as house:
        yield house, register(house, "unharmed@example.com")
        assert house.is_alive and not [event for event in house.events if event["level"] == "error"]


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_request_is_refused_and_the_rest_never_read(running, what):
    house, person = running
    sent, status = REFUSED[what]
    with house.connect() as connection:
        # A whole good request follows in the same bytes; nothing after a doubtful end may be believed.
        smuggled = head("GET /api/setup/status HTTP/1.1", HOST)
        connection.send(sent + smuggled)
        answer = connection.answer()
        if status == 405:
            assert answer.status in (405, 501)
            return
        assert answer.status == status, answer
        assert answer.header("Content-Type") == "application/json"
        assert isinstance(answer.json["detail"], str) and answer.json["detail"].endswith(".")
        rest = connection.read_to_end() if connection.socket else b""
        assert rest == b"", "something was read after the doubtful end"
    assert person.get("/api/paper-trading/funds")["status"] == "success"


def test_a_connection_in_step_stays_in_step(running):
    """Many requests in one packet, then the same cut anywhere: the answers come in order."""
    house, person = running
    with person.connect() as connection:
        wanted = ["/health", "/api/auth/user", "/api/nothing", "/api/paper-trading/stats"] * 5
        bulk = b"".join(connection.message("GET", target) for target in wanted)
        statuses = {"/health": 200, "/api/auth/user": 200, "/api/nothing": 404, "/api/paper-trading/stats": 200}
        connection.send(bulk)
        for target in wanted:
            assert connection.answer().status == statuses[target]
        for cut in range(1, len(bulk), 211):
            connection.send(bulk[:cut])
            connection.send(bulk[cut:])
            for target in wanted:
                assert connection.answer().status == statuses[target]


def test_a_chunked_body_is_a_body(running):
    house, person = running
    body = json.dumps(order("SBIN", "BUY", 1)).encode()
    with person.connect() as connection:
        start = connection.message("POST", "/api/paper-trading/orders", headers={"Transfer-Encoding": "chunked"})
        chunks = b"".join(b"%x;a=b\r\n%s\r\n" % (len(piece), piece) for piece in (body[:1], body[1:40], body[40:]))
        connection.send(start + chunks + b"0\r\nX-Trailer: a\r\n\r\n")
        connection.answer().expect(201)
        connection.get("/health").expect(200)


def test_a_slow_client_gets_its_answer_while_others_get_theirs(running):
    """A byte at a time; between two bytes of the slow one others are served whole."""
    house, person = running
    with house.connect() as slow, person.connect() as quick:
        slow.open()
        for byte in slow.message("GET", "/health", headers={"X-Padding": "p" * 100}):
            slow.send(bytes([byte]))
            quick.get("/api/paper-trading/funds").expect(200)
        slow.answer().expect(200)


def test_two_hundred_slow_clients_do_not_slow_the_others(running):
    house, person = running
    slow = [house.connect().open() for _ in range(200)]
    try:
        for connection in slow:
            connection.send(b"POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{")
        with person.connect() as quick:
            for _ in range(100):
                quick.get("/api/paper-trading/funds").expect(200)
    finally:
        for connection in slow:
            connection.close()


def test_a_client_that_never_reads_its_answers_costs_a_bounded_amount(running):
    """It asks for megabytes and takes none; the house stops reading from it long before its memory grows."""
    house, person = running
    before = resident_kilobytes(house.pid)
    deaf = [person.connect().open() for _ in range(20)]
    try:
        for connection in deaf:
            connection.socket.setblocking(False)
            message = connection.message("GET", "/api/market/instruments/NSE") * 50
            for _ in range(200):
                try:
                    connection.socket.send(message)
                except (BlockingIOError, ConnectionError):
                    break
        with person.connect() as quick:
            quick.get("/api/paper-trading/funds").expect(200)
        grown = resident_kilobytes(house.pid) - before
        assert grown < 20 * 3 * 1024, f"twenty deaf clients hold {grown} kB"
    finally:
        for connection in deaf:
            connection.close()


def test_a_thousand_connections_of_random_bytes_harm_nobody(running, chance):
    house, person = running
    funds = person.get("/api/paper-trading/funds")
    before = descriptor_count(house.pid)
    words = [
        b"GET",
        b"POST",
        b" /",
        b" HTTP/1.1",
        b"\r\n",
        b"\r\n\r\n",
        b"Host: x",
        b"Content-Length: ",
        b"Transfer-Encoding: chunked",
        b"7",
        b"\x00",
    ]
    answers = {}
    for number in range(1000):
        if number % 2:
            sent = chance.randbytes(chance.randint(1, 1500))
        else:
            sent = b"".join(chance.choice(words) for _ in range(chance.randint(1, 60)))
        with Connection(house.port) as connection:
            try:
                connection.send(sent)
                if number % 5 == 0:
                    connection.send(b"\r\n\r\n\r\n\r\n")
                    status = connection.answer().status
                    answers[status] = answers.get(status, 0) + 1
            except (Closed, ConnectionError, TimeoutError):
                pass
        if number % 100 == 0:
            assert person.get("/api/auth/user")["user_id"] == person.id
    assert person.get("/api/paper-trading/funds")["funds"]["virtual_capital"] == funds["funds"]["virtual_capital"]
    assert all(status >= 400 for status in answers), answers
    assert house.is_alive
    eventually(lambda: descriptor_count(house.pid) <= before + 2, patience=30)

"""Well-formed requests that ask for what cannot be: the right code, the field and the remedy, and nothing stored."""

import pytest

from outside.house import House
from outside.http import Closed
from outside.people import order, register
from outside.waiting import eventually


@pytest.fixture(scope="module")
def running(binary, tmp_path_factory):
    """One house for all of them; that it goes on serving is part of what is shown."""
    folder = tmp_path_factory.mktemp("bad") / "data"
    with House(binary, folder) as house:
        yield house, register(house, "unharmed@example.com")
        assert house.is_alive and not [event for event in house.events if event["level"] == "error"]


BODIES = {
    "nothing": (b"", 422),
    "half a body": (b'{"exchange":"NSE"', 422),
    "not UTF-8": (b'{"exchange":"\xff"}', 422),
    "a list": (b"[]", 422),
    "a number": (b"7", 422),
    "a thousand levels": (b"[" * 1000 + b"]" * 1000, 422),
    "a key twice": (b'{"exchange":"NSE","exchange":"BSE"}', 422),
    "something behind it": (b"{} {}", 422),
}


@pytest.mark.parametrize("what", BODIES)
def test_a_body_that_is_no_order_is_refused_and_nothing_stored(running, what):
    house, person = running
    body, status = BODIES[what]
    with person.connect() as connection:
        before = connection.get("/api/paper-trading/orders?limit=1000").json["orders"]
        answer = connection.post("/api/paper-trading/orders", body=body).expect(status).json
        assert answer["detail"] and answer["error"]
        assert connection.get("/api/paper-trading/orders?limit=1000").json["orders"] == before


FIELDS = {
    "quantity": [0, -1, 10**30, "many", None, True, [], {}],
    "exchange": ["", "MOON", 5, "N" * 1000, None, "\u0000"],
    "tradingsymbol": ["", "NO SUCH THING", 5, "A" * 1000, None, "../../etc/passwd", "NIFTY 50"],
    "transaction_type": ["", "HOLD", 5, None],
    "product": ["", "XYZ", 5],
    "order_type": ["", "WISH", 5],
    "validity": ["", "FOREVER", 5],
    "tag": ["t" * 21, 5],
    "client_order_id": ["c" * 65, 5],
    "book": ["other", 5],
    "colour": ["red"],
}


@pytest.mark.parametrize("field", FIELDS)
def test_a_wrong_field_is_named_and_nothing_is_stored(running, field):
    house, person = running
    with person.connect() as connection:
        before = connection.get("/api/paper-trading/orders?limit=1000").json["orders"]
        for value in FIELDS[field]:
            answer = connection.post("/api/paper-trading/orders", order("SBIN", "BUY", 1) | {field: value})
            assert answer.status == (404 if value == "other" else 422), (value, answer)
            assert answer.json["detail"] and answer.json["error"], value
            named = answer.json["field"]
            assert named == field or {named, field} == {"exchange", "tradingsymbol"}, (value, named)
        assert connection.get("/api/paper-trading/orders?limit=1000").json["orders"] == before


PRICES = [
    ({"order_type": "LIMIT"}, 422, "price"),
    ({"order_type": "SL"}, 422, None),
    ({"order_type": "SL-M"}, 422, "trigger_price"),
    ({"order_type": "LIMIT", "price": 0}, 422, "price"),
    ({"order_type": "LIMIT", "price": -5}, 422, "price"),
    ({"order_type": "LIMIT", "price": "a"}, 422, "price"),
    ({"order_type": "LIMIT", "price": 10**18}, 422, "price"),
]


@pytest.mark.parametrize("more,status,field", PRICES)
def test_a_wrong_price_is_named(running, more, status, field):
    house, person = running
    with person.connect() as connection:
        answer = connection.post("/api/paper-trading/orders", order("SBIN", "BUY", 1) | more).expect(status).json
        assert field is None or answer["field"] == field


RULES = [
    ({"order_type": "LIMIT", "price": 100.03}, "price_off_tick"),
    ({"quantity": 1.5}, "quantity_not_whole_lots"),
    ({"quantity": 10**8}, "insufficient_funds"),
    ({"transaction_type": "SELL", "product": "CNC"}, "insufficient_holdings"),
]


@pytest.mark.parametrize("more,code", RULES)
def test_what_a_rule_refuses_stands_as_rejected(running, more, code):
    house, person = running
    with person.connect() as connection:
        answer = connection.post("/api/paper-trading/orders", order("SBIN", "BUY", 1) | more).expect(409).json
        assert answer["error"] == code and answer["order"]["status"] == "REJECTED"
        assert connection.get(f"/api/paper-trading/orders/{answer['order_id']}").expect(200).json["order"]["status"] == "REJECTED"


TOKENS = ["", " ", "x", "x" * 36, "x" * 8000, "a.b.c", "a." * 500, "..", "null", "00000000-0000-4000-8000-000000000000", "\u0001", "é"]


@pytest.mark.parametrize("token", TOKENS)
def test_a_token_that_is_none_is_told(running, token):
    house, _ = running
    with house.connect() as connection:
        for name in ("X-Session-Token", "Authorization"):
            value = token if name == "X-Session-Token" else f"Bearer {token}"
            lines = [b"GET /api/auth/user HTTP/1.1", b"Host: localhost", f"{name}: {value}".encode()]
            connection.send(b"\r\n".join([*lines, b"", b""]))
            answer = connection.answer()
            if token in ("\u0001",):
                assert answer.status == 400
                return
            answer.expect(401)
            assert answer.json["detail"].startswith("Authentication required.")


@pytest.mark.parametrize("number", ["x", "P" * 65, "%00", "..", "%2e%2e%2f%2e%2e", "P1;rm", "%ff", "%E0%A4%A8", "a%2Fb"])
def test_an_order_number_that_is_none_is_unknown(running, number):
    house, person = running
    with person.connect() as connection:
        for method in ("GET", "DELETE"):
            answer = connection.request(method, f"/api/paper-trading/orders/{number}")
            assert answer.status in (400, 404), answer
        answer = connection.patch(f"/api/paper-trading/orders/{number}", {"price": 10})
        assert answer.status in (400, 404), answer


def test_a_method_that_a_path_does_not_have_is_told(running):
    house, person = running
    with person.connect() as connection:
        answer = connection.delete("/api/paper-trading/orders").expect(405)
        assert answer.json == {"detail": "Method Not Allowed"}
        assert answer.header("Allow") == "GET, POST"
        assert connection.get("/api/none/of/this").expect(404).json == {"detail": "Not Found"}
        assert connection.get("/api/paper-trading/orders/").expect(404)


def test_more_requests_than_a_minute_allows_are_told_when_to_come_back(make_house):
    house = make_house(settings={"rate_limits": "on", "acts_per_minute": "5", "reads_per_minute": "7"}).start()
    person = register(house, "busy@example.com")
    other = register(house, "calm@example.com")
    with person.connect() as connection:
        reads = [connection.get("/api/paper-trading/funds") for _ in range(9)]
        acts = [connection.post("/api/paper-trading/orders", order("SBIN")) for _ in range(7)]
    assert [answer.status for answer in reads] == [200] * 7 + [429] * 2
    assert [answer.status for answer in acts] == [201] * 5 + [429] * 2
    late = acts[-1]
    assert 1 <= int(late.header("Retry-After")) <= 60 and late.json["error"] == "too_many_requests"
    assert (acts[0].header("X-RateLimit-Limit"), acts[0].header("X-RateLimit-Remaining")) == ("5", "4")
    assert other.get("/api/paper-trading/funds")["status"] == "success"


def test_more_connections_than_allowed_are_told(make_house):
    house = make_house(settings={"connections": "10"}).start()
    held = [house.connect().open() for _ in range(10)]
    for connection in held:
        connection.get("/health").expect(200)
    with house.connect() as one_more:
        one_more.open()
        one_more.send(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
        try:
            assert one_more.answer().status == 503
        except (Closed, ConnectionError):
            pass
    for connection in held:
        connection.get("/health").expect(200)
        connection.close()
    with house.connect() as later:
        eventually(lambda: served(later), patience=30)


def served(connection):
    """Whether the house takes this connection now."""
    try:
        return connection.get("/health").status == 200
    except ConnectionError:
        return False
    finally:
        connection.close()

"""The live socket: who is let in, that events come without holes, and how it ends."""

import pytest

from outside.http import Connection
from outside.people import log_in, order, register
from outside.websocket import WebSocket


@pytest.fixture
def person(house):
    return register(house, "live@example.com")


def is_event(message):
    return message["type"] == "event"


def test_a_fill_arrives_with_order_trade_position_and_funds(house, person):
    with WebSocket(house.port) as socket, person.connect() as connection:
        hello = socket.log_in(person.token)
        assert hello["user_id"] == person.id and hello["market"] == "simulated"
        snapshot = socket.receive_until(lambda message: message["type"] == "snapshot")[-1]
        assert snapshot["orders"] == snapshot["positions"] == snapshot["trades"] == []
        placed = connection.post("/api/paper-trading/orders", order("SBIN", "BUY", 4)).expect(201).json["order"]
        seen = {}
        while not {"order", "trade", "position", "funds"} <= set(seen):
            message = socket.receive_until(is_event)[-1]
            seen[message["kind"]] = message
        assert seen["order"]["order"]["order_id"] == placed["order_id"] and seen["order"]["order"]["status"] == "COMPLETE"
        assert seen["trade"]["trade"]["order_id"] == placed["order_id"]
        assert seen["position"]["position"]["quantity"] == 4
        assert seen["funds"]["funds"]["available_funds"] < 100_000
        numbers = [message["seq"] for message in seen.values()]
        assert min(numbers) > snapshot["seq"]


def test_the_numbers_of_events_have_no_holes(house, person):
    with WebSocket(house.port) as socket, person.connect() as connection:
        socket.log_in(person.token)
        last = socket.receive_until(lambda message: message["type"] == "snapshot")[-1]["seq"]
        for _ in range(30):
            connection.post("/api/paper-trading/orders", order("SBIN")).expect(201)
        numbers = [message["seq"] for message in socket.messages_so_far() if is_event(message)]
        assert numbers == list(range(last + 1, last + 1 + len(numbers))) and len(numbers) >= 4 * 30


def test_a_socket_that_comes_back_gets_what_it_missed(house, person):
    with person.connect() as connection:
        with WebSocket(house.port) as socket:
            socket.log_in(person.token)
            last = socket.receive_until(lambda message: message["type"] == "snapshot")[-1]["seq"]
            connection.post("/api/paper-trading/orders", order("SBIN")).expect(201)
            first = [message for message in socket.messages_so_far() if is_event(message)]
        connection.post("/api/paper-trading/orders", order("SBIN")).expect(201)
        with WebSocket(house.port) as socket:
            socket.log_in(person.token, resume=first[-1]["seq"])
            missed = [message for message in socket.messages_so_far() if message["type"] in ("event", "snapshot")]
        if missed[0]["type"] == "event":
            assert [message["seq"] for message in missed] == list(range(first[-1]["seq"] + 1, first[-1]["seq"] + 1 + len(missed)))
        else:
            assert len(missed[0]["orders"]) == 2
        with WebSocket(house.port) as socket:
            socket.log_in(person.token, resume=last - 1000)
            assert socket.receive()["type"] == "snapshot", "what is gone is replaced by the whole"


def test_prices_come_for_what_was_asked_for_only(house, person):
    with WebSocket(house.port) as socket:
        socket.log_in(person.token)
        socket.send({"type": "subscribe", "instruments": ["CRYPTO:BTCUSDT", "NSE:NOTHING"]})
        quotes = [socket.receive_until(lambda message: message["type"] == "quotes")[-1] for _ in range(3)]
        assert {quote["i"] for message in quotes for quote in message["quotes"]} == {"CRYPTO:BTCUSDT"}
        socket.send({"type": "candles", "instrument": "CRYPTO:BTCUSDT", "interval": "minute"})
        candle = socket.receive_until(lambda message: message["type"] == "candle")[-1]
        assert len(candle["candle"]) == 6 and candle["instrument"] == "CRYPTO:BTCUSDT"
        socket.send({"type": "depth", "instrument": "CRYPTO:BTCUSDT"})
        deep = socket.receive_until(lambda message: message["type"] == "quotes" and "bids" in message["quotes"][0])[-1]
        assert len(deep["quotes"][0]["bids"]) == 5


def test_nobody_is_let_in_without_a_good_token(house, person):
    gone = log_in(house, person.email)
    with gone.connect() as connection:
        connection.post("/api/auth/logout").expect(200)
    for first in (
        {"type": "auth", "token": "nonsense"},
        {"type": "auth", "token": gone.token},
        {"type": "auth"},
        {"type": "subscribe", "instruments": ["NSE:SBIN"]},
        {"type": "ping", "t": 1},
        "not json",
        "",
    ):
        with WebSocket(house.port) as socket:
            socket.send(first)
            assert socket.closed_with() == 4401, first


def test_who_says_nothing_is_sent_away(house):
    with WebSocket(house.port) as socket:
        assert socket.closed_with() == 4408


def test_a_logout_ends_its_sockets_and_no_other(house, person):
    other = log_in(house, person.email)
    with WebSocket(house.port) as socket, WebSocket(house.port) as kept:
        socket.log_in(person.token)
        kept.log_in(other.token)
        with person.connect() as connection:
            connection.post("/api/auth/logout").expect(200)
        assert socket.closed_with() == 4401
        kept.messages_so_far()


def test_more_sockets_than_a_user_may_have_are_sent_away(make_house):
    house = make_house(settings={"sockets_per_user": "3"}).start()
    person = register(house, "many@example.com")
    sockets = [WebSocket(house.port) for _ in range(4)]
    for socket in sockets[:3]:
        socket.log_in(person.token)
    sockets[3].send({"type": "auth", "token": person.token})
    assert sockets[3].closed_with() == 4429
    sockets[0].messages_so_far()
    for socket in sockets:
        socket.connection.close()


def test_the_end_of_the_house_is_told(house, person):
    with WebSocket(house.port) as socket:
        socket.log_in(person.token)
        house.process.terminate()
        assert socket.closed_with() == 1001
    assert house.finish() == 0


def test_frames_that_are_none_end_one_socket_and_nothing_else(house, person, chance):
    with WebSocket(house.port) as calm:
        calm.log_in(person.token)
        for number in range(200):
            with WebSocket(house.port) as socket:
                if number % 2:
                    socket.log_in(person.token)
                try:
                    socket.connection.send(chance.randbytes(chance.randint(1, 300)))
                except ConnectionError:
                    pass
            if number % 50 == 0:
                calm.messages_so_far()
        calm.messages_so_far()
    assert house.is_alive and person.get("/api/auth/user")["user_id"] == person.id


def test_a_frame_without_a_mask_and_one_too_long_are_refused(house, person):
    for frame, code in ((b"\x81\x02hi", 1002), (b"\x81\xff" + (1 << 40).to_bytes(8, "big") + b"mask", 1009), (b"\xf1\x80mask", 1002)):
        with WebSocket(house.port) as socket:
            socket.log_in(person.token)
            socket.connection.send(frame)
            assert socket.closed_with() == code


def test_the_address_of_the_socket_is_no_page(house):
    with Connection(house.port) as connection:
        assert connection.get("/api/stream").status in (400, 404, 426)

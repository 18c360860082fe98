"""Two people in one house: what one does is nowhere in what the other gets, nor in the files that are the other's."""

import pytest

from outside.people import make_owner, order, register
from outside.websocket import WebSocket

# Every way to read with a token, as old and new clients know them.
READS = [
    "/api/auth/user",
    "/api/auth/status",
    "/api/paper-trading/portfolio",
    "/api/paper-trading/trades",
    "/api/paper-trading/history",
    "/api/paper-trading/funds",
    "/api/paper-trading/stats",
    "/api/paper-trading/positions",
    "/api/paper-trading/orders",
    "/api/paper-trading/orders?status=COMPLETE",
    "/api/paper-trading/orders?symbol=SBIN",
    "/api/orders/orders",
    "/api/orders/trades",
    "/api/orders/positions",
    "/api/orders/holdings",
    "/api/market/status",
    "/api/market/watch?instruments=NSE:SBIN",
    "/api/market/quote?symbols=NSE:SBIN",
    "/api/live/status",
    "/api/setup/status",
]


class Marked:
    """A person all of whose acts carry words that nobody else uses."""

    def __init__(self, house, name):
        self.person = register(house, f"{name}@example.com")
        self.tag = f"tag{name}"
        self.key = f"key-{name}"
        self.orders = []
        with self.person.connect() as connection:
            for number, (side, more) in enumerate(
                [("BUY", {}), ("SELL", {}), ("BUY", {"order_type": "LIMIT", "price": 20}), ("BUY", {"quantity": 10**9})]
            ):
                body = order("SBIN", side, 3, tag=self.tag, client_order_id=f"{self.key}-{number}") | more
                answer = connection.post("/api/paper-trading/orders", body).expect(201, 409)
                self.orders.append(answer.json["order_id"])
            connection.post("/api/live/start", {"symbols": ["SBIN"]}).expect(200)
            self.trades = [row["order_id"] for row in connection.get("/api/paper-trading/trades").json["trades"]]

    @property
    def words(self):
        person = self.person
        return [person.id, person.email, person.token, person.jwt, self.tag, self.key, *self.orders]


@pytest.fixture
def two(house):
    return Marked(house, "asha"), Marked(house, "bala")


def test_no_answer_to_one_holds_a_word_of_the_other(two):
    for one, other in (two, two[::-1]):
        with one.person.connect() as connection:
            for target in READS:
                answer = connection.get(target).expect(200)
                for word in other.words:
                    assert word not in answer.text, f"{target} tells {word}"
            own = connection.get("/api/paper-trading/orders").text
            assert all(number in own for number in one.orders), "the search itself finds nothing"


def test_no_act_of_one_reaches_an_order_of_the_other(two):
    one, other = two
    resting = other.orders[2]
    before = other.person.get("/api/paper-trading/orders")
    with one.person.connect() as connection:
        for answer in (
            connection.get(f"/api/paper-trading/orders/{resting}"),
            connection.patch(f"/api/paper-trading/orders/{resting}", {"price": 21}),
            connection.delete(f"/api/paper-trading/orders/{resting}"),
            connection.get(f"/api/paper-trading/orders?after={resting}"),
            connection.delete(f"/api/orders/cancel/{resting}"),
            connection.put("/api/orders/modify", {"order_id": resting, "price": 21}),
            connection.get(f"/api/orders/orders/{resting}/history"),
        ):
            assert answer.status == 404, answer
            unknown = answer.text
            assert other.person.id not in unknown
        # The same key belongs to each of them alone.
        mine = connection.post("/api/paper-trading/orders", order("SBIN", client_order_id=f"{other.key}-0")).expect(201)
        assert mine.json["order_id"] not in other.orders
        connection.post("/api/paper-trading/reset").expect(200)
    assert other.person.get("/api/paper-trading/orders") == before


def test_the_files_of_one_hold_no_word_of_the_other(house, two):
    assert house.stop() == 0
    for one, other in (two, two[::-1]):
        own_id = one.person.id
        own = [path for path in house.files() if own_id in str(path.relative_to(house.data))]
        assert len(own) >= 6, own
        for path in own:
            content = path.read_bytes().decode()
            for word in other.words:
                assert word not in content, f"{path} holds {word}"
        everything = "".join(path.read_text() for path in own)
        assert all(number in everything for number in one.orders), "the search itself finds nothing"


def test_the_socket_of_one_hears_nothing_of_the_other(house, two):
    one, other = two
    with WebSocket(house.port) as socket:
        socket.log_in(one.person.token)
        snapshot = socket.receive_until(lambda message: message["type"] == "snapshot")[-1]
        socket.send({"type": "subscribe", "instruments": ["NSE:SBIN", "NSE:TCS"]})
        with other.person.connect() as connection:
            for number in range(5):
                body = order("SBIN", tag=other.tag, client_order_id=f"{other.key}-more-{number}")
                other.orders.append(connection.post("/api/paper-trading/orders", body).expect(201).json["order_id"])
            connection.post("/api/paper-trading/reset").expect(200)
        heard = [snapshot, *socket.messages_so_far()]
        for word in other.words:
            assert word not in str(heard), word
        assert not [message for message in heard if message["type"] == "event"]
        with one.person.connect() as connection:
            placed = connection.post("/api/paper-trading/orders", order("SBIN", "BUY")).expect(201).json["order_id"]
        assert placed in str(socket.receive_until(lambda message: message["type"] == "event" and message["kind"] == "trade"))


def test_only_owner_and_admin_look_at_accounts(house, two):
    owner = make_owner(house)
    listed = {user["user_id"] for user in owner.get("/api/admin/users")["users"]}
    assert listed == {owner.id, two[0].person.id, two[1].person.id}
    with two[0].person.connect() as connection:
        for answer in (
            connection.get("/api/admin/users"),
            connection.get("/api/admin/legacy-books"),
            connection.post("/api/admin/legacy-books/hand-over", {"user_id": two[0].person.id}),
            connection.patch(f"/api/admin/users/{two[1].person.id}", {"disabled": True}),
        ):
            assert answer.status == 403, answer
            assert two[1].person.id not in answer.text


def test_an_owner_sees_accounts_and_no_books(house, two):
    owner = make_owner(house)
    with owner.connect() as connection:
        for target in READS:
            text = connection.get(target).expect(200).text
            for person in two:
                for word in person.orders:
                    assert word not in text, target
        for order_id in two[0].orders:
            connection.get(f"/api/paper-trading/orders/{order_id}").expect(404)

"""Accounts of a house and what they do with a keyboard: register, log in, order."""

import itertools

PASSWORD = "correct horse battery staple"


class Person:
    """An account with a live login."""

    def __init__(self, house, answer, password=PASSWORD):
        self.house = house
        self.id = answer["user_id"]
        self.email = answer["email"]
        self.role = answer["role"]
        self.token = answer["session_token"]
        self.jwt = answer["token"]
        self.password = password

    def connect(self):
        return self.house.connect(self.token)

    def get(self, target):
        """The JSON of an answer that must be 200."""
        with self.connect() as connection:
            return connection.get(target).expect(200).json


def make_owner(house, email="owner@example.com", password=PASSWORD):
    """The first run: the owner's account by the printed link."""
    with house.connect() as connection:
        answer = connection.post("/api/setup", {"token": house.setup_token, "email": email, "password": password, "name": "Owner"})
        return Person(house, answer.expect(201).json, password)


def register(house, email, password=PASSWORD, connection=None):
    """A new trader."""
    with_own = connection or house.connect()
    try:
        return Person(house, with_own.post("/api/auth/register", {"email": email, "password": password}).expect(201).json, password)
    finally:
        if connection is None:
            with_own.close()


def log_in(house, email, password=PASSWORD):
    with house.connect() as connection:
        return Person(house, connection.post("/api/auth/login", {"email": email, "password": password}).expect(200).json, password)


_numbers = itertools.count(1)


def order(symbol="RELIANCE", side="BUY", quantity=1, **more):
    """The body of a native order: a market order on NSE unless said otherwise."""
    return {
        "exchange": "NSE",
        "tradingsymbol": symbol,
        "transaction_type": side,
        "quantity": quantity,
        "product": "MIS",
        "order_type": "MARKET",
        **more,
    }


def client_id(prefix="c"):
    """A client order id that no other order of this run has."""
    return f"{prefix}-{next(_numbers)}"


def all_orders(connection, page=1000):
    """Every order of the caller, newest first, through as many pages as it takes."""
    orders, after = [], ""
    while True:
        answer = connection.get(f"/api/paper-trading/orders?limit={page}{after}").expect(200).json
        orders += answer["orders"]
        if answer["next"] is None:
            return orders
        after = f"&after={answer['next']}"

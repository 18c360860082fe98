"""The house from its first start to its last: set-up, accounts, the first order, stopping in order and coming back."""

import json
import re
import signal
from urllib.parse import quote

from outside.books import Rows, check_answers, check_files
from outside.house import run
from outside.http import Connection
from outside.people import all_orders, client_id, log_in, make_owner, order, register
from outside.waiting import eventually, together


def test_the_first_answer_comes_with_the_listening_line(house):
    with house.connect() as connection:
        assert connection.get("/health").expect(200).json == {"status": "healthy"}
    assert house.stdout[-1] == f"listening http://127.0.0.1:{house.port}"
    assert house.is_alive


def test_every_simulated_instrument_is_quoted_when_it_listens(house):
    person = register(house, "early@example.com")
    with person.connect() as connection:
        found = connection.get("/api/market/instruments/NSE").expect(200).json
        names = [f"{row['exchange']}:{row['tradingsymbol']}" for row in found["instruments"]]
        assert "NSE:RELIANCE" in names and len(names) > 20
        quotes = connection.get("/api/market/watch?instruments=" + quote(",".join(names)))
    quotes = {row["i"]: row for row in quotes.expect(200).json["quotes"]}
    for name in names:
        assert quotes[name]["ltp"] > 0, name
        if quotes[name]["tradable"]:
            assert len(quotes[name]["bids"]) == len(quotes[name]["asks"]) == 5, name


def test_a_newcomer_buys_at_market_and_is_filled_at_once(house):
    person = register(house, "new@example.com")
    with person.connect() as connection:
        shown = connection.get("/api/market/watch?instruments=NSE:RELIANCE").json["quotes"][0]
        answer = connection.post("/api/paper-trading/orders", order("RELIANCE", "BUY", 10, client_order_id="first")).expect(201)
        placed = answer.json["order"]
        assert (placed["status"], placed["filled_quantity"], placed["kind"], placed["fill_rule"]) == ("COMPLETE", 10, "paper", "depth")
        assert answer.header("Location") == "/api/paper-trading/orders/" + placed["order_id"]
        assert placed["order_id"].startswith("P")
        assert abs(placed["average_price"] / shown["ltp"] - 1) < 0.02, "filled far from the price it was shown"
        positions = connection.get("/api/paper-trading/positions").json["positions"]
        assert [(row["tradingsymbol"], row["quantity"]) for row in positions] == [("RELIANCE", 10)]
        funds = connection.get("/api/paper-trading/funds").json["funds"]
        assert funds["virtual_capital"] == 100_000
        charged = 100_000 - funds["available_funds"] - funds["invested_funds"]
        assert 0 < charged < 50, "buying ten shares costs charges, and nothing else is gone"
        again = connection.post("/api/paper-trading/orders", order("RELIANCE", "BUY", 10, client_order_id="first")).expect(201)
        assert again.json["order_id"] == placed["order_id"]
        other = connection.post("/api/paper-trading/orders", order("RELIANCE", "BUY", 11, client_order_id="first")).expect(409)
        assert other.json["error"] == "duplicate_client_order_id"
        assert len(all_orders(connection)) == 1


def test_a_stop_signal_ends_it_in_order(make_house):
    for number, name in ((signal.SIGTERM, "term"), (signal.SIGINT, "int")):
        house = make_house(name).start()
        person = register(house, "a@example.com")
        with person.connect() as connection:
            connection.post("/api/paper-trading/orders", order()).expect(201)
            assert house.stop(number) == 0
            assert connection.read_to_end() == b""
        names = [event["event"] for event in house.events]
        assert names.index("stopping") < names.index("stopped")
        assert house.sentences == []
        assert run(house.binary, "check", "--data", house.data).code == 0


def test_a_request_on_its_way_is_answered_before_the_end(house):
    person = register(house, "a@example.com")
    with person.connect() as connection:
        message = connection.message("POST", "/api/paper-trading/orders", json=order(client_order_id="last"))
        connection.send(message[:-5])
        house.process.terminate()
        house.wait_for_event("stopping")
        connection.send(message[-5:])
        number = connection.answer().expect(201).json["order_id"]
    assert house.finish() == 0
    house.start()
    assert person.get(f"/api/paper-trading/orders/{number}")["order"]["client_order_id"] == "last"


def test_account_session_and_books_outlive_a_restart(house):
    owner = make_owner(house)
    person = register(house, "stays@example.com")
    with person.connect() as connection:
        bought = connection.post("/api/paper-trading/orders", order("TCS", "BUY", 3)).expect(201).json["order_id"]
        price = connection.get("/api/market/watch?instruments=NSE:INFY").json["quotes"][0]["ltp"]
        low = int(price * 7 / 10)
        resting = order("INFY", "BUY", 2, order_type="LIMIT", price=low)
        waiting = connection.post("/api/paper-trading/orders", resting).expect(201).json["order_id"]
        funds = connection.get("/api/paper-trading/funds").json
        positions = connection.get("/api/paper-trading/positions").json
        before = all_orders(connection)
    house.restart()
    with person.connect() as connection:
        assert connection.get("/api/auth/user").expect(200).json["email"] == "stays@example.com"
        assert all_orders(connection) == before
        told = connection.get("/api/paper-trading/funds").json
        for name in ("available_funds", "invested_funds", "reserved_funds", "realized_pnl"):
            assert told["funds"][name] == funds["funds"][name]
        assert [row["quantity"] for row in connection.get("/api/paper-trading/positions").json["positions"]] == [3]
        cancelled = connection.delete(f"/api/paper-trading/orders/{waiting}").expect(200).json["order"]
        assert cancelled["status"] == "CANCELLED"
        assert connection.get(f"/api/paper-trading/orders/{bought}").json["order"]["status"] == "COMPLETE"
    assert log_in(house, "STAYS@example.com").id == person.id
    assert owner.get("/api/auth/user")["role"] == "owner"
    assert positions["positions"][0]["tradingsymbol"] == "TCS"


def test_a_resting_order_is_watched_again_after_a_restart_without_any_request_of_its_user(make_house):
    house = make_house().start()
    person = register(house, "rests@example.com")
    with person.connect() as connection:
        shown = connection.get("/api/market/watch?instruments=CRYPTO:BTCUSDT").json["quotes"][0]
        # The coin moves with every tick: one of the two is met within moments, whichever way it goes.
        below = order("BTCUSDT", "BUY", 0.001, exchange="CRYPTO", order_type="LIMIT", price=shown["bid"])
        above = order("BTCUSDT", "BUY", 0.001, exchange="CRYPTO", order_type="SL-M", trigger_price=shown["ask"])
        numbers = [connection.post("/api/paper-trading/orders", body).expect(201).json["order"]["order_id"] for body in (below, above)]
    house.restart()

    def filled_in_file():
        orders = Rows(house.data, person.id).last_orders
        return next((number for number in numbers if orders.get(number, {}).get("status") == "COMPLETE"), None)

    number = eventually(filled_in_file)
    assert person.get(f"/api/paper-trading/orders/{number}")["order"]["status"] == "COMPLETE"


def test_orders_at_the_same_moment_with_one_key_make_one_order(house):
    person = register(house, "keys@example.com")
    numbers = []

    def place(_):
        with person.connect() as connection:
            answer = connection.post("/api/paper-trading/orders", order(), headers={"Idempotency-Key": "the-key"})
            numbers.append(answer.expect(201).json["order_id"])

    together(place, 8)
    assert len(set(numbers)) == 1
    with person.connect() as connection:
        assert len(all_orders(connection)) == 1


def test_orders_and_resets_at_the_same_moment_harm_nobody(house):
    person = register(house, "hasty@example.com")

    def act(number):
        with person.connect() as connection:
            for _ in range(20):
                if number % 4:
                    connection.post("/api/paper-trading/orders", order("SBIN")).expect(201)
                else:
                    connection.post("/api/paper-trading/reset").expect(200)

    together(act, 8)
    assert house.is_alive
    assert house.stop() == 0
    check_files(Rows(house.data, person.id))


def test_the_files_say_what_the_answers_said(house):
    person = register(house, "files@example.com")
    with person.connect() as connection:
        for side, quantity in (("BUY", 7), ("SELL", 3), ("SELL", 9), ("BUY", 2)):
            connection.post("/api/paper-trading/orders", order("SBIN", side, quantity)).expect(201)
        refused = connection.post("/api/paper-trading/orders", order("MRF", "BUY", 1000, client_order_id=client_id())).expect(409).json
        assert refused["error"] == "insufficient_funds" and refused["order"]["status"] == "REJECTED"
        malformed = connection.post("/api/paper-trading/orders", order("SBIN", "BUY", 0)).expect(422).json
        assert malformed["field"] == "quantity"
        funds = connection.get("/api/paper-trading/funds").json
        positions = connection.get("/api/paper-trading/positions").json
        orders = all_orders(connection)
    assert house.stop() == 0
    rows = Rows(house.data, person.id)
    assert [row["reason_code"] for row in rows.last_orders.values()].count("insufficient_funds") == 1
    assert len(rows.last_orders) == len(orders) == 5
    check_answers(rows, funds, positions, orders)


def test_a_reset_begins_anew_and_keeps_what_was(house):
    person = register(house, "again@example.com")
    with person.connect() as connection:
        first = connection.post("/api/paper-trading/orders", order("SBIN", "BUY", 5)).expect(201).json["order_id"]
        connection.post("/api/paper-trading/reset", {"capital": 250000}).expect(200)
        assert all_orders(connection) == []
        connection.post("/api/paper-trading/orders", order("SBIN", "BUY", 4)).expect(201)
        funds = connection.get("/api/paper-trading/funds").json
        positions = connection.get("/api/paper-trading/positions").json
        assert funds["funds"]["virtual_capital"] == 250_000
    assert house.stop() == 0
    rows = Rows(house.data, person.id)
    check_answers(rows, funds, positions)
    folder = rows.paths["orders"].parent
    assert any(first in path.read_text() for path in folder.rglob("*.jsonl")), "the order before the reset is gone from the user's folder"
    assert run(house.binary, "check", "--data", house.data).code == 0


def test_single_user_mode_needs_no_token(make_house):
    house = make_house(settings={"mode": "single-user", "password_cost": "12"}).start()
    assert house.setup_token is None
    with house.connect() as connection:
        connection.get("/api/auth/user").expect(200)
        placed = connection.post("/api/paper-trading/orders", order()).expect(201).json["order"]
        assert placed["status"] == "COMPLETE"
    assert house.stop() == 0
    assert Rows(house.data, "default").last_orders[placed["order_id"]]["status"] == "COMPLETE"


def test_head_answers_as_get_without_a_body(house):
    with house.connect() as connection:
        whole = connection.get("/health")
        head = connection.request("HEAD", "/health")
        assert head.status == 200 and head.header("Content-Length") == str(len(whole.body))
        assert connection.get("/health").status == 200, "the connection is still in step"


def test_every_answer_carries_the_security_headers(house):
    with house.connect() as connection:
        for target in ("/", "/health", "/api/auth/user", "/api/nothing", "/setup"):
            answer = connection.get(target, headers={"Accept": "text/html"})
            assert "default-src 'none'" in answer.header("Content-Security-Policy"), target
            assert answer.header("X-Content-Type-Options") == "nosniff", target
            assert answer.header("Referrer-Policy") == "no-referrer", target


def test_pages_and_what_they_load_come_from_the_binary(house):
    with house.connect() as connection:
        page = connection.get("/", headers={"Accept": "text/html"}).expect(200)
        assert page.header("Content-Type").startswith("text/html")
        names = set(re.findall(r'(?:src|href)="(/[^"]+)"', page.text))
        assert names, "the page loads nothing"
        for name in names:
            assert connection.get(name).expect(200).body, name
        assert connection.get("/").expect(200).json["status"] == "ok", "without a wish for HTML it is the old service's answer"


def test_the_log_is_one_json_object_a_line(house):
    with house.connect() as connection:
        connection.get("/api/%0a%22nothing%1b").expect(404)
        connection.send(b"GET / HTTP/1.1\r\nHost: a\nb\r\n\r\n")
        connection.answer().expect(400)
    assert house.stop() == 0
    for line in house.stderr:
        event = json.loads(line)
        assert {"ts", "level", "event"} <= event.keys()


def test_it_listens_on_version_six_too(make_house):
    house = make_house(arguments=["--listen", "[::1]:0"]).start()
    with Connection(house.port, host="::1") as connection:
        connection.get("/health").expect(200)

"""The script of an old client: all it adds to what it did before is the header `X-Session-Token`. It walks every old address that has
a feature here and finds the names it knows. The exact answers, word by word, are proven by the tests of the web room.
"""

from decimal import Decimal

import pytest

from outside.house import House
from outside.people import order, register

FUNDS = {"virtual_capital", "available_funds", "invested_funds", "reserved_funds", "realized_pnl", "total_value"}
STATISTICS = {"total_positions", "total_unrealized_pnl", "total_realized_pnl", "total_pnl", "trades_today"}
TRADE = {"timestamp", "order_id", "symbol", "action", "quantity", "price", "value", "tag"}
HOLDING = {
    "symbol",
    "exchange",
    "quantity",
    "average_price",
    "current_price",
    "invested_amount",
    "current_value",
    "unrealized_pnl",
    "pnl_percent",
}
STATS = {
    "total_trades",
    "winning_trades",
    "losing_trades",
    "win_rate",
    "avg_profit",
    "avg_loss",
    "avg_pnl",
    "best_trade",
    "worst_trade",
    "profit_factor",
    "total_profit",
    "total_loss",
}
POSITION = {
    "tradingsymbol",
    "exchange",
    "product",
    "quantity",
    "average_price",
    "last_price",
    "invested_amount",
    "current_value",
    "pnl",
    "day_buy_quantity",
    "day_sell_quantity",
}
INSTRUMENT = {
    "instrument_token",
    "exchange_token",
    "tradingsymbol",
    "name",
    "last_price",
    "expiry",
    "strike",
    "tick_size",
    "lot_size",
    "instrument_type",
    "segment",
    "exchange",
}
CANDLE = {"timestamp", "open", "high", "low", "close", "volume", "tick_count"}

# An address, its status, and what its answer must have: a name, a set of names, or a list of one example of what it holds.
WALK = [
    ("/health", 200, {"status": "healthy"}),
    ("/", 200, {"status": "ok", "message": str, "version": "2.0.0", "modules": [str]}),
    ("/api/auth/login", 500, {"detail": str}),
    ("/api/auth/callback", 422, {"detail": [{"type": "missing", "loc": ["query", "request_token"], "msg": "Field required"}]}),
    ("/api/auth/callback?request_token=x", 307, None),
    ("/api/auth/user", 200, {"user_id": str, "user_name": str, "login_time": str}),
    ("/api/auth/verify", 409, {"detail": str}),
    ("/api/portfolio/profile", 502, {"detail": str}),
    ("/api/portfolio/holdings", 502, {"detail": str}),
    ("/api/portfolio/positions", 502, {"detail": str}),
    ("/api/portfolio/orders", 502, {"detail": str}),
    ("/api/portfolio/margins", 502, {"detail": str}),
    ("/api/portfolio/margins/equity", 502, {"detail": str}),
    ("/api/portfolio/gtt", 502, {"detail": str}),
    (
        "/api/paper-trading/portfolio",
        200,
        {"status": "success", "portfolio": {"paper_funds": FUNDS, "paper_portfolio": [HOLDING], "statistics": STATISTICS}},
    ),
    ("/api/paper-trading/trades", 200, {"status": "success", "trades": [TRADE], "total_trades": int}),
    ("/api/paper-trading/history", 200, {"status": "success", "history": [TRADE], "total_trades": int}),
    ("/api/paper-trading/funds", 200, {"status": "success", "funds": FUNDS, "statistics": STATISTICS}),
    ("/api/paper-trading/stats", 200, {"status": "success", "stats": STATS}),
    ("/api/orders/orders", 200, {"status": "success", "count": int, "orders": [{"order_id": str, "tradingsymbol": str, "status": str}]}),
    ("/api/orders/orders/{order}/history", 200, {"status": "success", "order_id": str, "history": [{"order_id": str}]}),
    ("/api/orders/trades", 200, {"status": "success", "count": int, "trades": [TRADE]}),
    ("/api/orders/positions", 200, {"status": "success", "positions": {"net": [POSITION], "day": [POSITION]}}),
    ("/api/orders/holdings", 200, {"status": "success", "count": 0, "holdings": []}),
    (
        "/api/market/status",
        200,
        {"status": "success", "market_status": str, "session": str, "current_time": str, "is_streaming_recommended": bool},
    ),
    ("/api/market/instruments/NSE", 200, {"status": "success", "exchange": "NSE", "count": int, "instruments": [INSTRUMENT]}),
    ("/api/market/instruments/NSE?force_refresh=true", 200, {"instruments": [INSTRUMENT]}),
    (
        "/api/market/instruments/search/RELI",
        200,
        {"status": "success", "query": "RELI", "exchange": "ALL", "count": int, "results": [INSTRUMENT]},
    ),
    ("/api/market/instruments/search/reliance?exchange=NSE", 200, {"exchange": "NSE", "results": [INSTRUMENT]}),
    (
        "/api/market/instruments/token/RELIANCE",
        200,
        {"status": "success", "symbol": "RELIANCE", "exchange": "NSE", "instrument_token": int},
    ),
    ("/api/market/instruments/token/NOTHING", 404, {"detail": str}),
    ("/api/market/instrument-lookup/M%26M", 200, {"symbol": "M&M", "instrument_token": int}),
    (
        "/api/market/prices?symbols=NSE:RELIANCE,NSE:INFY",
        200,
        {"count": 2, "prices": {"NSE:RELIANCE": {"symbol", "last_price", "timestamp"}}},
    ),
    ("/api/market/ltp?symbols=NSE:RELIANCE", 200, {"status": "success", "data": {"NSE:RELIANCE": {"instrument_token", "last_price"}}}),
    (
        "/api/market/quote?symbols=NSE:RELIANCE",
        200,
        {"data": {"NSE:RELIANCE": {"instrument_token", "last_price", "ohlc", "depth", "volume"}}},
    ),
    ("/api/market/ohlc?symbols=NSE:RELIANCE", 200, {"data": {"NSE:RELIANCE": {"instrument_token", "last_price", "ohlc"}}}),
    (
        "/api/market/historical/quick?symbol=RELIANCE&days=5",
        200,
        {
            "symbol": "RELIANCE",
            "interval": "day",
            "days": 5,
            "count": int,
            "data": [{"date", "open", "high", "low", "close", "volume"}],
        },
    ),
    ("/api/market/nfo/instruments", 200, {"status": "success", "exchange": "NFO", "count": int, "instruments": [INSTRUMENT]}),
    ("/api/market/nfo/futures", 200, {"status": "success", "segment": "NFO-FUT", "count": 3, "data": [INSTRUMENT]}),
    (
        "/api/market/nfo/options?underlying=NIFTY",
        200,
        {"status": "success", "segment": "NFO-OPT", "underlying": "NIFTY", "count": int, "data": [INSTRUMENT]},
    ),
    (
        "/api/live/status",
        200,
        {
            "status": "success",
            "data": {
                "running": True,
                "websocket": bool,
                "candle_builder": {"instruments_tracked", "total_historical_candles", "intervals"},
                "subscribed_symbols": ["RELIANCE"],
                "symbol_count": 1,
            },
        },
    ),
    ("/api/live/tick/latest/RELIANCE", 200, {"status": "success", "tick": {"symbol", "last_price", "timestamp", "volume"}}),
    ("/api/live/tick/latest/NOTHING", 404, {"detail": str}),
    ("/api/live/candle/current/RELIANCE", 200, {"status": "success", "symbol": "RELIANCE", "interval": "1min", "candle": CANDLE}),
    ("/api/live/candle/current/RELIANCE?interval=5min", 200, {"interval": "5min", "candle": CANDLE}),
    ("/api/live/candles/RELIANCE?include_current=true&count=1", 200, {"interval": "1min", "count": 1, "candles": [CANDLE]}),
    ("/api/live/candle/current/NOTHING", 404, {"detail": "No candle data for NOTHING"}),
    ("/api/nothing", 404, {"detail": "Not Found"}),
]


def fits(value, wanted, path="answer"):
    """Whether an answer has what is wanted: types, exact values, sets of names, dictionaries that may have more."""
    if isinstance(wanted, type):
        assert isinstance(value, wanted) or (wanted is int and isinstance(value, Decimal)), f"{path} is {value!r}"
    elif isinstance(wanted, set):
        assert isinstance(value, dict) and wanted <= set(value), f"{path} lacks {wanted - set(value or ())}"
    elif isinstance(wanted, dict):
        assert isinstance(value, dict), f"{path} is {value!r}"
        for name, inner in wanted.items():
            assert name in value, f"{path} lacks {name}"
            fits(value[name], inner, f"{path}.{name}")
    elif isinstance(wanted, list) and wanted:
        assert isinstance(value, list) and value, f"{path} is {value!r}"
        for index, inner in enumerate(wanted):
            fits(value[index], inner, f"{path}[{index}]")
    else:
        assert value == wanted, f"{path} is {value!r}"


@pytest.fixture(scope="module")
def walker(binary, tmp_path_factory):
    """An old client that has traded a little with the old acts."""
    with House(binary, tmp_path_factory.mktemp("old") / "data") as house:
        person = register(house, "old@example.com")
        with person.connect() as connection:
            placed = connection.post("/api/orders/buy?symbol=RELIANCE&quantity=5").expect(200).json
            connection.post("/api/orders/sell?symbol=RELIANCE&quantity=2").expect(200)
            connection.post("/api/live/start", {"symbols": ["RELIANCE"]}).expect(200)
            yield connection, placed["order_id"], house


@pytest.mark.parametrize("address", [row[0] for row in WALK])
def test_an_old_address_answers_as_it_did(walker, address):
    connection, number, _ = walker
    status, wanted = next(row[1:] for row in WALK if row[0] == address)
    answer = connection.get(address.replace("{order}", number)).expect(status)
    if wanted is not None:
        fits(answer.json, wanted)


def test_the_status_of_a_login_takes_the_token_in_the_address(walker):
    connection, _, house = walker
    told = connection.get(f"/api/auth/status?token={connection.token}").expect(200).json
    assert told["is_authenticated"] is True and told["user"]["user_id"]
    assert not {"access_token", "api_key"} & set(told["user"])
    with house.connect() as bare:
        assert bare.get("/api/auth/status").expect(200).json == {"is_authenticated": False, "user": None}


def test_every_old_address_asks_for_the_token(walker):
    _, number, house = walker
    open_to_all = {"/health", "/", "/api/auth/login", "/api/auth/callback", "/api/auth/callback?request_token=x", "/api/nothing"}
    with house.connect() as bare:
        for address, *_ in WALK:
            answer = bare.get(address.replace("{order}", number))
            if address in open_to_all:
                assert answer.status != 401, address
            else:
                assert answer.status == 401, address
                assert answer.json["detail"].startswith("Authentication required"), address


def test_the_old_acts_work_by_the_header_alone(walker):
    connection, _, _ = walker
    body = {"tradingsymbol": "TCS", "exchange": "NSE", "transaction_type": "BUY", "quantity": 1, "what_is_this": "ignored"}
    placed = connection.post("/api/orders/place", body).expect(200).json
    fits(placed, {"status": "success", "message": str, "order_id": str})
    market = "/api/orders/place/market?tradingsymbol=TCS&exchange=NSE&transaction_type=SELL&quantity=1"
    fits(connection.post(market).expect(200).json, {"order_id": str})
    details = {"symbol": "INFY", "action": "BUY", "quantity": 1, "exchange": "NSE", "product": "MIS", "tag": "paper_trading"}
    fits(connection.post("/api/orders/buy?symbol=INFY&quantity=1").expect(200).json, {"details": details})
    resting = connection.post("/api/orders/place", body | {"order_type": "LIMIT", "price": 1000}).expect(200).json["order_id"]
    fits(connection.put("/api/orders/modify", {"order_id": resting, "price": 1001}).expect(200).json, {"order_id": resting})
    fits(connection.delete(f"/api/orders/cancel/{resting}?variety=regular").expect(200).json, {"order_id": resting})
    assert connection.delete(f"/api/orders/cancel/{resting}").expect(400).json["detail"]
    manual = connection.post("/api/paper-trading/manual-trade", {"symbol": "sbin", "action": "buy"}).expect(200).json
    fits(manual, {"status": "success", "message": str, "order_id": str, "details": {"tradingsymbol": "SBIN"}})
    fits(connection.post("/api/paper-trading/test-trade").expect(200).json, {"details": {"tradingsymbol": "RELIANCE", "tag": "TEST_TRADE"}})
    history = {"symbol": "RELIANCE", "exchange": "NSE", "from_date": "2026-01-01", "to_date": "2026-01-31", "interval": "day"}
    fits(connection.post("/api/market/historical", history).expect(200).json, {"symbol": "RELIANCE", "count": int, "data": list})
    fits(connection.post("/api/market/fetchOHLC", {"ticker": "RELIANCE"}).expect(200).json, {"ticker": "RELIANCE", "interval": "5minute"})
    fits(connection.post("/api/live/subscribe", {"symbol": "TCS"}).expect(200).json, {"status": "success", "message": str})
    fits(connection.delete("/api/live/unsubscribe/TCS").expect(200).json, {"status": "success", "message": str})


def test_a_refused_order_speaks_of_a_risk_rule(walker):
    connection, _, _ = walker
    refused = connection.post("/api/orders/buy?symbol=MRF&quantity=1000").expect(400).json
    assert refused["detail"].startswith("Risk rule violation: ")


def test_bad_input_has_the_old_form(walker):
    connection, _, _ = walker
    missing = connection.post("/api/orders/place", {"exchange": "NSE"}).expect(422).json["detail"]
    assert missing[0]["type"] == "missing" and missing[0]["loc"][0] == "body" and missing[0]["msg"] == "Field required"
    wrong = connection.post("/api/orders/buy?symbol=SBIN&quantity=many").expect(422).json["detail"][0]
    assert wrong == {
        "type": "int_parsing",
        "loc": ["query", "quantity"],
        "msg": "Input should be a valid integer, unable to parse string as an integer",
        "input": "many",
    }


def test_the_old_reset_needs_no_body(walker):
    _, _, house = walker
    person = register(house, "reset@example.com")
    with person.connect() as connection:
        connection.post("/api/paper-trading/orders", order()).expect(201)
        told = connection.post("/api/paper-trading/reset").expect(200).json
        funds = {"virtual_capital": 100_000, "available_funds": 100_000, "invested_funds": 0, "realized_pnl": 0}
        assert told == {"status": "success", "message": "Paper trading account reset successfully", "funds": funds}

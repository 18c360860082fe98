// The promise to old clients as a table: for every legacy route the request that an old client sends to a book with a bit of everything
// in it, the status, and the exact members of the answer with their types, written down from the old service's documents.

import Wire

struct LegacyAnswer: Sendable, CustomStringConvertible {
    /// As the table of routes has it: `GET /api/paper-trading/funds`.
    let route: String
    /// What is sent where the route has variable segments or takes a query.
    var target: String?
    var body: String?
    var status = 200
    let shape: String
    /// Sent without the header.
    var isPublic = false

    var description: String { route }
    var method: HTTPMethod { HTTPMethod(String(route.prefix { $0 != " " })) }
    var path: String { target ?? String(route.drop { $0 != " " }.dropFirst()) }
}

extension LegacyAnswer {
    static let all = service + auth + portfolio + paperTrading + orders + market + live

    // MARK: Service and login

    static let service = [
        LegacyAnswer(
            route: "GET /", shape: #"{"status":"=ok","message":"string","version":"=2.0.0","modules":["string"]}"#, isPublic: true),
        LegacyAnswer(
            route: "GET /health", shape: #"{"status":"=healthy"}"#, isPublic: true),
    ]

    static let session = """
        {"user_id":"string","user_name":"string","email":"string","role":"=trader","broker":"null","login_time":"string",
         "expires_at":"string","books":[{"name":"=default","kind":"=paper"}]}
        """

    static let auth = [
        LegacyAnswer(route: "GET /api/auth/login", status: 500, shape: detail, isPublic: true),
        LegacyAnswer(
            route: "GET /api/auth/callback", target: "/api/auth/callback?request_token=abc&action=login&status=success&type=login",
            status: 307, shape: #""null""#, isPublic: true),
        LegacyAnswer(route: "GET /api/auth/status", shape: #"{"is_authenticated":"bool","user":\#(session)}"#),
        LegacyAnswer(
            route: "GET /api/auth/user", shape: session.replacing(#""books""#, with: #""created_at":"string","books""#)),
        LegacyAnswer(route: "GET /api/auth/verify", status: 409, shape: detail),
        LegacyAnswer(route: "POST /api/auth/logout", shape: #"{"status":"=success","message":"=Logged out successfully"}"#),
    ]

    static let detail = #"{"detail":"string"}"#

    // MARK: The broker's portfolio: nobody has one yet

    static let portfolio =
        [
            "/profile", "/holdings", "/positions", "/orders", "/margins", "/gtt",
        ].map { LegacyAnswer(route: "GET /api/portfolio" + $0, status: 502, shape: detail) } + [
            LegacyAnswer(
                route: "GET /api/portfolio/margins/{segment}", target: "/api/portfolio/margins/equity", status: 502, shape: detail)
        ]

    // MARK: Paper trading

    static let paperFunds = """
        {"virtual_capital":"number","available_funds":"number","invested_funds":"number","reserved_funds":"number",
         "realized_pnl":"number","total_value":"number"}
        """
    static let statistics = """
        {"total_positions":"integer","total_unrealized_pnl":"number","total_realized_pnl":"number","total_pnl":"number",
         "trades_today":"integer"}
        """
    static let trade = """
        {"timestamp":"string","order_id":"string","symbol":"string","action":"string","quantity":"integer","price":"number",
         "value":"number","tag":"string|null"}
        """
    static let order = """
        {"order_id":"string","tradingsymbol":"string","exchange":"string","transaction_type":"string","quantity":"integer",
         "order_type":"string","product":"string","status":"string","price":"number|null","trigger_price":"number|null",
         "average_price":"number|null","filled_quantity":"integer","pending_quantity":"integer","cancelled_quantity":"integer",
         "tag":"string|null","placed_by":"=PAPER_TRADING","timestamp":"string","order_timestamp":"string",
         "exchange_timestamp":"string|null","status_message":"string|null"}
        """

    static let paperTrading = [
        LegacyAnswer(
            route: "GET /api/paper-trading/portfolio",
            shape: """
                {"status":"=success","portfolio":{"paper_funds":\(paperFunds),"paper_portfolio":[
                  {"symbol":"string","exchange":"string","quantity":"integer","average_price":"number","current_price":"number",
                   "invested_amount":"number","current_value":"number","unrealized_pnl":"number","pnl_percent":"number"}],
                 "statistics":\(statistics)}}
                """),
        LegacyAnswer(
            route: "GET /api/paper-trading/trades", shape: #"{"status":"=success","trades":[\#(trade)],"total_trades":"integer"}"#),
        LegacyAnswer(
            route: "GET /api/paper-trading/history", shape: #"{"status":"=success","history":[\#(trade)],"total_trades":"integer"}"#),
        LegacyAnswer(
            route: "GET /api/paper-trading/funds", shape: #"{"status":"=success","funds":\#(paperFunds),"statistics":\#(statistics)}"#),
        LegacyAnswer(
            route: "GET /api/paper-trading/stats",
            shape: """
                {"status":"=success","stats":{"total_trades":"integer","winning_trades":"integer","losing_trades":"integer",
                 "win_rate":"number","avg_profit":"number","avg_loss":"number","avg_pnl":"number","best_trade":"number",
                 "worst_trade":"number","profit_factor":"number","total_profit":"number","total_loss":"number"}}
                """),
        LegacyAnswer(
            route: "POST /api/paper-trading/reset",
            shape: """
                {"status":"=success","message":"string",
                 "funds":{"virtual_capital":"number","available_funds":"number","invested_funds":"number","realized_pnl":"number"}}
                """),
        LegacyAnswer(
            route: "POST /api/paper-trading/manual-trade", body: #"{"symbol":"infy","action":"buy","quantity":2,"strategy":"BREAKOUT"}"#,
            shape: #"{"status":"=success","message":"string","order_id":"string","details":\#(order)}"#),
        LegacyAnswer(
            route: "POST /api/paper-trading/test-trade",
            shape: #"{"status":"=success","message":"string","order_id":"string","details":\#(order)}"#),
    ]

    // MARK: Orders

    static let done = #"{"status":"=success","message":"string","order_id":"string"}"#
    static let quick = """
        {"status":"=success","message":"string","order_id":"string",
         "details":{"symbol":"string","action":"string","quantity":"integer","exchange":"string","product":"string","tag":"string"}}
        """
    static let position = """
        {"tradingsymbol":"string","exchange":"string","product":"string","quantity":"integer","average_price":"number",
         "last_price":"number","invested_amount":"number","current_value":"number","pnl":"number","day_buy_quantity":"integer",
         "day_sell_quantity":"integer"}
        """

    static let orders = [
        LegacyAnswer(
            route: "POST /api/orders/place",
            body: """
                {"tradingsymbol":"INFY","exchange":"NSE","transaction_type":"BUY","quantity":1,"order_type":"LIMIT","product":"MIS",
                 "price":1500,"trigger_price":0,"validity":"DAY","tag":"old"}
                """,
            shape: done),
        LegacyAnswer(
            route: "POST /api/orders/place/market",
            target: "/api/orders/place/market?tradingsymbol=INFY&exchange=NSE&transaction_type=BUY&quantity=1", shape: done),
        LegacyAnswer(route: "POST /api/orders/buy", target: "/api/orders/buy?symbol=INFY&quantity=2", shape: quick),
        LegacyAnswer(route: "POST /api/orders/sell", target: "/api/orders/sell?symbol=INFY&quantity=1&product=MIS&tag=out", shape: quick),
        LegacyAnswer(route: "PUT /api/orders/modify", body: #"{"order_id":"{resting}","quantity":1,"price":2399.95}"#, shape: done),
        LegacyAnswer(
            route: "DELETE /api/orders/cancel/{id}", target: "/api/orders/cancel/{resting}?variety=regular", shape: done),
        LegacyAnswer(route: "GET /api/orders/orders", shape: #"{"status":"=success","count":"integer","orders":[\#(order)]}"#),
        LegacyAnswer(
            route: "GET /api/orders/orders/{id}/history", target: "/api/orders/orders/{buy}/history",
            shape: #"{"status":"=success","order_id":"string","history":[\#(order)]}"#),
        LegacyAnswer(route: "GET /api/orders/trades", shape: #"{"status":"=success","count":"integer","trades":[\#(trade)]}"#),
        LegacyAnswer(
            route: "GET /api/orders/positions",
            shape: #"{"status":"=success","positions":{"net":[\#(position)],"day":[\#(position)]}}"#),
        LegacyAnswer(route: "GET /api/orders/holdings", shape: #"{"status":"=success","count":"integer","holdings":[]}"#),
    ]

    // MARK: Market data

    static let instrument = """
        {"instrument_token":"integer","exchange_token":"string","tradingsymbol":"string","name":"string","last_price":"number",
         "expiry":"string","strike":"number","tick_size":"number","lot_size":"number","instrument_type":"string","segment":"string",
         "exchange":"string"}
        """
    static let ohlc = #"{"open":"number","high":"number","low":"number","close":"number"}"#
    static let level = #"{"price":"number","quantity":"number","orders":"integer"}"#
    static let history = """
        [{"date":"string","open":"number","high":"number","low":"number","close":"number","volume":"number"}]
        """

    static let market = [
        LegacyAnswer(
            route: "GET /api/market/status",
            shape: """
                {"status":"=success","market_status":"=OPEN","session":"=REGULAR","current_time":"string",
                 "is_streaming_recommended":"bool","holiday":"null","clock_ms":"integer","simulated":"bool",
                 "feed":{"kind":"string","age_ms":"integer","ticks":"integer","dropped":"integer","ended":"bool"}}
                """),
        LegacyAnswer(
            route: "GET /api/market/instruments/{exchange}", target: "/api/market/instruments/nse?force_refresh=true",
            shape: #"{"status":"=success","exchange":"=NSE","count":"integer","instruments":[\#(instrument)]}"#),
        LegacyAnswer(
            route: "GET /api/market/instruments/search/{query}", target: "/api/market/instruments/search/inf?exchange=NSE",
            shape: #"{"status":"=success","query":"=inf","exchange":"=NSE","count":"integer","results":[\#(instrument)]}"#),
        LegacyAnswer(
            route: "GET /api/market/instruments/token/{symbol}", target: "/api/market/instruments/token/INFY",
            shape: #"{"status":"=success","symbol":"=INFY","exchange":"=NSE","instrument_token":"integer"}"#),
        LegacyAnswer(
            route: "GET /api/market/instrument-lookup/{symbol}", target: "/api/market/instrument-lookup/TCS?exchange=NSE",
            shape: #"{"status":"=success","symbol":"=TCS","exchange":"=NSE","instrument_token":"integer"}"#),
        LegacyAnswer(
            route: "GET /api/market/prices", target: "/api/market/prices?symbols=NSE:RELIANCE,NSE:INFY",
            shape: """
                {"status":"=success","count":"integer",
                 "prices":{"NSE:RELIANCE":{"symbol":"=NSE:RELIANCE","last_price":"number","timestamp":"="},
                           "NSE:INFY":{"symbol":"=NSE:INFY","last_price":"number","timestamp":"="}}}
                """),
        LegacyAnswer(
            route: "GET /api/market/ltp", target: "/api/market/ltp?symbols=NSE:INFY",
            shape: #"{"status":"=success","data":{"NSE:INFY":{"instrument_token":"integer","last_price":"number"}}}"#),
        LegacyAnswer(
            route: "GET /api/market/quote", target: "/api/market/quote?symbols=NSE:INFY",
            shape: """
                {"status":"=success","data":{"NSE:INFY":{"instrument_token":"integer","timestamp":"string","last_price":"number",
                 "last_quantity":"number","last_trade_time":"string","volume":"number","buy_quantity":"number",
                 "sell_quantity":"number","net_change":"number","ohlc":\(ohlc),"depth":{"buy":[\(level)],"sell":[\(level)]}}}}
                """),
        LegacyAnswer(
            route: "GET /api/market/ohlc", target: "/api/market/ohlc?symbols=NSE:INFY",
            shape: """
                {"status":"=success","data":{"NSE:INFY":{"instrument_token":"integer","last_price":"number","ohlc":\(ohlc)}}}
                """),
        LegacyAnswer(
            route: "POST /api/market/historical",
            body: #"{"symbol":"INFY","from_date":"2026-11-20","to_date":"2026-11-20","interval":"minute"}"#,
            shape: """
                {"status":"=success","symbol":"=INFY","exchange":"=NSE","interval":"=minute","from_date":"=2026-11-20",
                 "to_date":"=2026-11-20","count":"integer","data":\(history)}
                """),
        LegacyAnswer(
            route: "GET /api/market/historical/quick", target: "/api/market/historical/quick?symbol=INFY&days=2&interval=minute",
            shape: """
                {"status":"=success","symbol":"=INFY","exchange":"=NSE","interval":"=minute","days":"integer","count":"integer",
                 "data":\(history)}
                """),
        LegacyAnswer(
            route: "POST /api/market/fetchOHLC", body: #"{"ticker":"INFY"}"#,
            shape: """
                {"status":"=success","ticker":"=INFY","exchange":"=NSE","interval":"=5minute","duration":"integer","count":"integer",
                 "data":\(history)}
                """),
        LegacyAnswer(
            route: "GET /api/market/nfo/instruments",
            shape: #"{"status":"=success","exchange":"=NFO","count":"integer","instruments":[]}"#),
        LegacyAnswer(
            route: "GET /api/market/nfo/futures", target: "/api/market/nfo/futures?underlying=NIFTY",
            shape: #"{"status":"=success","segment":"=NFO-FUT","underlying":"=NIFTY","count":"integer","data":[]}"#),
        LegacyAnswer(
            route: "GET /api/market/nfo/options", target: "/api/market/nfo/options?option_type=CE",
            shape: """
                {"status":"=success","segment":"=NFO-OPT","underlying":"null","option_type":"=CE","count":"integer","data":[]}
                """),
    ]

    // MARK: Live data

    static let message = #"{"status":"=success","message":"string"}"#
    static let candle = """
        {"timestamp":"string","open":"number","high":"number","low":"number","close":"number","volume":"number","tick_count":"integer"}
        """

    static let live = [
        LegacyAnswer(
            route: "POST /api/live/start", body: #"{"symbols":["INFY","TCS"]}"#,
            shape: #"{"status":"=success","message":"string","symbols":["string"],"mode":"=full"}"#),
        LegacyAnswer(route: "POST /api/live/stop", shape: message),
        LegacyAnswer(route: "POST /api/live/subscribe", body: #"{"symbol":"INFY"}"#, shape: message),
        LegacyAnswer(route: "DELETE /api/live/unsubscribe/{symbol}", target: "/api/live/unsubscribe/INFY", shape: message),
        LegacyAnswer(
            route: "GET /api/live/candle/current/{symbol}", target: "/api/live/candle/current/INFY?interval=1min",
            shape: #"{"status":"=success","symbol":"=INFY","interval":"=1min","candle":\#(candle)}"#),
        LegacyAnswer(
            route: "GET /api/live/candles/{symbol}", target: "/api/live/candles/INFY?interval=1min&count=10&include_current=true",
            shape: #"{"status":"=success","symbol":"=INFY","interval":"=1min","count":"integer","candles":[\#(candle)]}"#),
        LegacyAnswer(
            route: "GET /api/live/tick/latest/{symbol}", target: "/api/live/tick/latest/INFY",
            shape: """
                {"status":"=success","tick":{"symbol":"=INFY","last_price":"number","timestamp":"string","volume":"number"}}
                """),
        LegacyAnswer(
            route: "GET /api/live/status",
            shape: """
                {"status":"=success","data":{"running":"bool","websocket":"bool",
                 "candle_builder":{"instruments_tracked":"integer","total_historical_candles":"integer","intervals":["string"]},
                 "subscribed_symbols":[],"symbol_count":"integer"}}
                """),
    ]
}

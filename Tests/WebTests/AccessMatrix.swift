// Who may ask what, as a table over all routes: what somebody sends on each, what the owner of the data gets, and what another trader
// gets who knows every id of the first.

import Wire

struct AccessRow: Sendable, CustomStringConvertible {
    enum Access: Sendable {
        /// Without a token.
        case anyone
        /// Each sees the own data only; another trader who sends the owner's ids gets `foreign`.
        case own(foreign: Int)
        /// The same for every trader: prices and instruments.
        case shared
        /// Owner and admin of the house.
        case admin
    }

    let route: String
    let access: Access
    /// What is sent; `{resting}` and the like are Asha's ids.
    var target: String?
    var body: String?
    /// What comes back to whom it belongs.
    var status = 200

    var description: String { route }
    var method: HTTPMethod { HTTPMethod(String(route.prefix { $0 != " " })) }
    var path: String { target ?? String(route.drop { $0 != " " }.dropFirst()) }
}

extension AccessRow {
    private static let gtt =
        #"{"exchange":"NSE","tradingsymbol":"WIPRO","legs":[{"trigger_price":200,"transaction_type":"BUY","quantity":1,"price":200}]}"#

    static let all: [AccessRow] = [
        AccessRow(route: "GET /health", access: .anyone),
        AccessRow(route: "GET /", access: .anyone),

        AccessRow(route: "GET /api/setup/status", access: .anyone),
        AccessRow(
            route: "POST /api/setup", access: .anyone, body: #"{"token":"x","email":"a@b.cd","password":"long enough 1"}"#, status: 403),
        AccessRow(
            route: "POST /api/auth/register", access: .anyone, body: #"{"email":"new@example.com","password":"long enough 1"}"#, status: 201
        ),
        AccessRow(
            route: "POST /api/auth/login", access: .anyone, body: #"{"email":"nobody@example.com","password":"long enough 1"}"#, status: 401
        ),
        AccessRow(route: "GET /api/auth/login", access: .anyone, status: 500),
        AccessRow(route: "GET /api/auth/callback", access: .anyone, target: "/api/auth/callback?request_token=x", status: 307),
        AccessRow(route: "GET /api/auth/status", access: .anyone),
        AccessRow(route: "GET /api/auth/user", access: .own(foreign: 200)),
        AccessRow(route: "GET /api/auth/verify", access: .own(foreign: 409), status: 409),
        AccessRow(route: "POST /api/auth/logout", access: .own(foreign: 200)),

        AccessRow(route: "GET /api/portfolio/profile", access: .own(foreign: 502), status: 502),
        AccessRow(route: "GET /api/portfolio/holdings", access: .own(foreign: 502), status: 502),
        AccessRow(route: "GET /api/portfolio/positions", access: .own(foreign: 502), status: 502),
        AccessRow(route: "GET /api/portfolio/orders", access: .own(foreign: 502), status: 502),
        AccessRow(route: "GET /api/portfolio/margins", access: .own(foreign: 502), status: 502),
        AccessRow(
            route: "GET /api/portfolio/margins/{segment}", access: .own(foreign: 502), target: "/api/portfolio/margins/equity", status: 502),
        AccessRow(route: "GET /api/portfolio/gtt", access: .own(foreign: 502), status: 502),

        AccessRow(route: "GET /api/paper-trading/portfolio", access: .own(foreign: 200)),
        AccessRow(route: "GET /api/paper-trading/trades", access: .own(foreign: 200)),
        AccessRow(route: "GET /api/paper-trading/history", access: .own(foreign: 200)),
        AccessRow(route: "GET /api/paper-trading/funds", access: .own(foreign: 200)),
        AccessRow(route: "GET /api/paper-trading/stats", access: .own(foreign: 200)),
        AccessRow(route: "POST /api/paper-trading/reset", access: .own(foreign: 200)),
        AccessRow(route: "POST /api/paper-trading/manual-trade", access: .own(foreign: 200), body: #"{"symbol":"WIPRO"}"#),
        AccessRow(route: "POST /api/paper-trading/test-trade", access: .own(foreign: 200)),
        AccessRow(route: "GET /api/paper-trading/positions", access: .own(foreign: 200)),
        AccessRow(route: "GET /api/paper-trading/statistics", access: .own(foreign: 200), target: "/api/paper-trading/statistics?by=tag"),
        AccessRow(route: "GET /api/paper-trading/holdings", access: .own(foreign: 200)),
        AccessRow(route: "GET /api/paper-trading/fills", access: .own(foreign: 200)),
        AccessRow(route: "GET /api/paper-trading/ledger", access: .own(foreign: 200)),
        AccessRow(route: "GET /api/paper-trading/proof", access: .own(foreign: 200)),
        AccessRow(
            route: "POST /api/paper-trading/estimate", access: .own(foreign: 200), body: OrderLine.json("BUY 1 NSE:WIPRO MIS MARKET")),
        AccessRow(
            route: "POST /api/paper-trading/charges", access: .own(foreign: 200),
            body: #"{"orders":[{"exchange":"NSE","tradingsymbol":"WIPRO","transaction_type":"BUY","quantity":1,"average_price":250}]}"#),
        AccessRow(
            route: "POST /api/paper-trading/orders", access: .own(foreign: 201), body: OrderLine.json("BUY 1 NSE:WIPRO MIS MARKET"),
            status: 201),
        AccessRow(route: "GET /api/paper-trading/orders", access: .own(foreign: 200)),
        AccessRow(route: "GET /api/paper-trading/orders/{id}", access: .own(foreign: 404), target: "/api/paper-trading/orders/{resting}"),
        AccessRow(
            route: "PATCH /api/paper-trading/orders/{id}", access: .own(foreign: 404), target: "/api/paper-trading/orders/{resting}",
            body: #"{"price":2399.95}"#),
        AccessRow(
            route: "DELETE /api/paper-trading/orders/{id}", access: .own(foreign: 404), target: "/api/paper-trading/orders/{resting}"),

        AccessRow(route: "GET /api/paper-trading/gtt", access: .own(foreign: 200)),
        AccessRow(
            route: "POST /api/paper-trading/gtt", access: .own(foreign: 201), body: gtt, status: 201),
        AccessRow(route: "GET /api/paper-trading/gtt/{id}", access: .own(foreign: 404), target: "/api/paper-trading/gtt/{gtt}"),
        AccessRow(
            route: "PUT /api/paper-trading/gtt/{id}", access: .own(foreign: 404), target: "/api/paper-trading/gtt/{gtt}", body: gtt),
        AccessRow(route: "DELETE /api/paper-trading/gtt/{id}", access: .own(foreign: 404), target: "/api/paper-trading/gtt/{gtt}"),

        AccessRow(
            route: "POST /api/orders/place", access: .own(foreign: 200),
            body: #"{"tradingsymbol":"WIPRO","exchange":"NSE","transaction_type":"BUY","quantity":1}"#),
        AccessRow(
            route: "POST /api/orders/place/market", access: .own(foreign: 200),
            target: "/api/orders/place/market?tradingsymbol=WIPRO&exchange=NSE&transaction_type=BUY&quantity=1"),
        AccessRow(route: "POST /api/orders/buy", access: .own(foreign: 200), target: "/api/orders/buy?symbol=WIPRO&quantity=1"),
        AccessRow(route: "POST /api/orders/sell", access: .own(foreign: 200), target: "/api/orders/sell?symbol=WIPRO&quantity=1"),
        AccessRow(route: "PUT /api/orders/modify", access: .own(foreign: 404), body: #"{"order_id":"{resting}","quantity":1}"#),
        AccessRow(route: "DELETE /api/orders/cancel/{id}", access: .own(foreign: 404), target: "/api/orders/cancel/{resting}"),
        AccessRow(route: "GET /api/orders/orders", access: .own(foreign: 200)),
        AccessRow(route: "GET /api/orders/orders/{id}/history", access: .own(foreign: 404), target: "/api/orders/orders/{buy}/history"),
        AccessRow(route: "GET /api/orders/trades", access: .own(foreign: 200)),
        AccessRow(route: "GET /api/orders/positions", access: .own(foreign: 200)),
        AccessRow(route: "GET /api/orders/holdings", access: .own(foreign: 200)),

        AccessRow(route: "GET /api/market/status", access: .shared),
        AccessRow(route: "GET /api/market/instruments", access: .shared, target: "/api/market/instruments?search=INF"),
        AccessRow(
            route: "GET /api/market/option-chain", access: .shared, target: "/api/market/option-chain?underlying=NIFTY", status: 404),
        AccessRow(route: "GET /api/market/instruments/{exchange}", access: .shared, target: "/api/market/instruments/NSE"),
        AccessRow(route: "GET /api/market/instruments/search/{query}", access: .shared, target: "/api/market/instruments/search/INF"),
        AccessRow(route: "GET /api/market/instruments/token/{symbol}", access: .shared, target: "/api/market/instruments/token/INFY"),
        AccessRow(route: "GET /api/market/instrument-lookup/{symbol}", access: .shared, target: "/api/market/instrument-lookup/INFY"),
        AccessRow(route: "GET /api/market/prices", access: .shared, target: "/api/market/prices?symbols=NSE:INFY"),
        AccessRow(route: "GET /api/market/ltp", access: .shared, target: "/api/market/ltp?symbols=NSE:INFY"),
        AccessRow(route: "GET /api/market/quote", access: .shared, target: "/api/market/quote?symbols=NSE:INFY"),
        AccessRow(route: "GET /api/market/ohlc", access: .shared, target: "/api/market/ohlc?symbols=NSE:INFY"),
        AccessRow(
            route: "POST /api/market/historical", access: .shared,
            body: #"{"symbol":"INFY","from_date":"2026-11-20","to_date":"2026-11-20"}"#),
        AccessRow(route: "GET /api/market/historical/quick", access: .shared, target: "/api/market/historical/quick?symbol=INFY"),
        AccessRow(route: "POST /api/market/fetchOHLC", access: .shared, body: #"{"ticker":"INFY"}"#),
        AccessRow(route: "GET /api/market/nfo/instruments", access: .shared),
        AccessRow(route: "GET /api/market/nfo/futures", access: .shared),
        AccessRow(route: "GET /api/market/nfo/options", access: .shared),
        AccessRow(route: "GET /api/market/sessions", access: .shared, target: "/api/market/sessions?instrument=NSE:INFY"),
        AccessRow(route: "GET /api/market/watch", access: .shared, target: "/api/market/watch?instruments=NSE:INFY"),
        AccessRow(route: "GET /api/market/candles", access: .shared, target: "/api/market/candles?instrument=NSE:INFY"),

        AccessRow(route: "POST /api/live/start", access: .own(foreign: 200), body: #"{"symbols":["WIPRO"]}"#),
        AccessRow(route: "POST /api/live/stop", access: .own(foreign: 200)),
        AccessRow(route: "POST /api/live/subscribe", access: .own(foreign: 200), body: #"{"symbol":"WIPRO"}"#),
        AccessRow(route: "DELETE /api/live/unsubscribe/{symbol}", access: .own(foreign: 200), target: "/api/live/unsubscribe/WIPRO"),
        AccessRow(route: "GET /api/live/candle/current/{symbol}", access: .shared, target: "/api/live/candle/current/INFY"),
        AccessRow(route: "GET /api/live/candles/{symbol}", access: .shared, target: "/api/live/candles/INFY"),
        AccessRow(route: "GET /api/live/tick/latest/{symbol}", access: .shared, target: "/api/live/tick/latest/INFY"),
        AccessRow(route: "GET /api/live/status", access: .own(foreign: 200)),

        AccessRow(route: "GET /api/books", access: .own(foreign: 200)),
        AccessRow(route: "POST /api/books", access: .own(foreign: 201), body: #"{"name":"other"}"#, status: 201),
        AccessRow(route: "GET /api/books/{name}", access: .own(foreign: 404), target: "/api/books/swing"),
        AccessRow(route: "PATCH /api/books/{name}", access: .own(foreign: 404), target: "/api/books/swing", body: #"{"title":"Swing"}"#),
        AccessRow(route: "POST /api/books/{name}/reset", access: .own(foreign: 404), target: "/api/books/swing/reset"),
        AccessRow(route: "GET /api/books/{name}/epochs", access: .own(foreign: 404), target: "/api/books/swing/epochs"),
        AccessRow(
            route: "GET /api/books/{name}/epochs/{epoch}", access: .own(foreign: 404), target: "/api/books/swing/epochs/1", status: 200),
        AccessRow(route: "GET /api/books/{name}/risk", access: .own(foreign: 404), target: "/api/books/swing/risk"),
        AccessRow(
            route: "PUT /api/books/{name}/risk", access: .own(foreign: 404), target: "/api/books/swing/risk", body: #"{"day_loss":5000}"#),
        AccessRow(route: "POST /api/books/{name}/stop", access: .own(foreign: 404), target: "/api/books/swing/stop"),
        AccessRow(route: "DELETE /api/books/{name}/stop", access: .own(foreign: 404), target: "/api/books/swing/stop"),
        AccessRow(route: "POST /api/risk/stop", access: .own(foreign: 200)),
        AccessRow(route: "DELETE /api/risk/stop", access: .own(foreign: 200)),
        AccessRow(route: "GET /api/admin/stop", access: .admin),
        AccessRow(route: "POST /api/admin/stop", access: .admin),
        AccessRow(route: "DELETE /api/admin/stop", access: .admin),
        AccessRow(
            route: "DELETE /api/users/{id}", access: .own(foreign: 403), target: "/api/users/{user}",
            body: #"{"password":"correct horse battery"}"#),
        AccessRow(route: "GET /api/admin/users", access: .admin),
        AccessRow(route: "PATCH /api/admin/users/{id}", access: .admin, target: "/api/admin/users/{user}", body: #"{"disabled":false}"#),
        AccessRow(route: "GET /api/admin/storage", access: .admin),
        AccessRow(route: "GET /api/admin/backups", access: .admin),
        AccessRow(route: "GET /api/admin/legacy-books", access: .admin),
        AccessRow(
            route: "POST /api/admin/legacy-books/hand-over", access: .admin, body: #"{"user_id":"{user}"}"#, status: 404),
    ]

    /// Whether a token is asked for.
    var isGuarded: Bool { if case .anyone = access { false } else { true } }
    var isAdministrative: Bool { if case .admin = access { true } else { false } }
}

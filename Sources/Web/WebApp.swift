// The front of the house: takes a request, finds its route, asks the guards, runs the handler in a turn of the house, and dresses
// whatever came of it. The order of these steps is the order of the code.

import HTTP
import House
import Trading
import Wire

package final class WebApp: Sendable {
    package let house: Tradehouse
    package let table: RouteTable
    package let assets: Assets
    private let proxies: Set<String>
    private let live = LiveFeed()

    /// All routes of the house, area by area.
    package static let routes: [Route] =
        SystemRoutes.routes + AuthRoutes.routes + PortfolioRoutes.routes + PaperTradingRoutes.routes + StatisticsRoutes.routes
        + BookRoutes.routes + TriggerRoutes.routes + RiskRoutes.routes
        + OrderRoutes.routes + MarketRoutes.routes + InstrumentRoutes.routes + LiveRoutes.routes + AdminRoutes.routes + UserRoutes.routes

    /// The socket paths, which are no routes of the table: a socket is not an answer.
    package static let socketPaths = ["/api/stream", "/api/live/ws/ticks/{symbol}", "/api/live/ws/candles/{symbol}"]

    package init(house: Tradehouse, assets: Assets, proxies: Set<String> = []) {
        self.house = house
        self.proxies = proxies
        self.assets = assets
        table = RouteTable(WebApp.routes)
    }

    /// Sends prices to the sockets until the task is cancelled.
    package func runLiveFeed() async { await live.run(house) }

    /// Answers a request that came over the wire. Called on the loop.
    package func serve(_ request: HTTPRequest, _ responder: Responder) {
        if request.headers.list("Upgrade", contains: "websocket"), let socket = socketKind(of: request) {
            return open(socket, request, responder)
        }
        Task.immediate(executorPreference: house.executor) { [house] in responder.send(await self.answer(request, house)) }
    }

    /// The whole way of a request, for sockets and tests alike.
    package func answer(_ request: HTTPRequest, _ house: isolated Tradehouse) async -> HTTPResponse {
        switch table.match(request.method, request.path) {
        case .route(let route, let parameters):
            if request.path == "/", accepts(html: request) { return dressed(assets.page(for: request)) }
            return await answer(request, route, parameters, house)
        case .otherMethods(let methods):
            var reply = Reply(status: 405, body: Dialect.legacy.errorBody(code: "method_not_allowed", text: "Method Not Allowed"))
            reply.headers.append(("Allow", methods.joined(separator: ", ")))
            return dressed(reply)
        case .nothing:
            return unrouted(request)
        }
    }

    private func answer(_ request: HTTPRequest, _ route: Route, _ parameters: [String], _ house: isolated Tradehouse) async -> HTTPResponse
    {
        var budget: RateReading?
        do {
            var query: [(name: String, value: String)] = []
            if let text = request.query {
                guard let parsed = URLText.parseQuery(text) else {
                    throw FieldProblem(
                        place: .query, field: "", kind: .rule(code: "malformed_query", text: "The query of this address is malformed."))
                }
                query = parsed
            }
            var caller: Trader?
            if route.access != .anyone {
                let trader = try await Guards.trader(of: request, in: house)
                if route.meter != .none {
                    let reading = house.meter(trader, acts: route.meter == .act)
                    budget = reading
                    guard reading.isAllowed else { throw HouseRefusal.tooManyRequests(retryAfterSeconds: reading.retryAfterSeconds) }
                }
                if route.access == .admin, !trader.role.isAdmin { throw HouseRefusal.notPermitted }
                caller = trader.at(try Guards.book(in: query))
            }
            let call = Call(
                request: request, parameters: parameters, query: query, caller: caller,
                origin: Guards.origin(of: request, proxies: proxies),
                dialect: route.dialect)
            return dressed(try await route.handler(house, call), budget: budget)
        } catch {
            if let reply = ErrorResponses.reply(to: error, in: route.dialect) { return dressed(reply, budget: budget) }
            house.world.log(.error, "request_failed", [("route", route.pattern), ("error", "\(error)")])
            return dressed(
                Reply(
                    status: 500,
                    body: route.dialect.errorBody(code: "internal_error", text: "Something went wrong in the house. It has been noted.")))
        }
    }

    /// Assets, pages of the browser application, and everything that does not exist.
    private func unrouted(_ request: HTTPRequest) -> HTTPResponse {
        if request.method == .get || request.method == .head {
            if let file = assets.file(for: request) { return dressed(file) }
            // Every path outside the API is a page of the application; the page itself says when there is no such one.
            if !request.path.hasPrefix("/api/"), accepts(html: request) { return dressed(assets.page(for: request)) }
        }
        return dressed(Reply(status: 404, body: Dialect.legacy.errorBody(code: "not_found", text: "Not Found")))
    }

    private func accepts(html request: HTTPRequest) -> Bool {
        (request.headers["Accept"] ?? "").contains("text/html")
    }

    // MARK: Dress

    private func dressed(_ reply: Reply, budget: RateReading? = nil) -> HTTPResponse {
        var response = HTTPResponse(
            status: reply.status, headers: ["Content-Type": reply.contentType, "Cache-Control": "no-store"], body: reply.body)
        for (name, value) in reply.headers { response.headers.add(name, value) }
        if let budget, budget.limit > 0 {
            response.headers.add("X-RateLimit-Limit", String(budget.limit))
            response.headers.add("X-RateLimit-Remaining", String(budget.remaining))
        }
        return dressed(response)
    }

    /// The security headers that every answer carries.
    private func dressed(_ response: HTTPResponse) -> HTTPResponse {
        var response = response
        for (name, value) in WebApp.securityHeaders { response.headers.add(name, value) }
        return response
    }

    package static let securityHeaders = [
        (
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
                + "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
                + "require-trusted-types-for 'script'; trusted-types app"
        ),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ]

    /// The answer to bytes that are no request, in the words of the API.
    package static func errorResponse(status: Int, text: String) -> HTTPResponse {
        var response = HTTPResponse(
            status: status, headers: ["Content-Type": "application/json", "Cache-Control": "no-store"],
            body: Dialect.legacy.errorBody(code: "bad_request", text: text))
        for (name, value) in securityHeaders { response.headers.add(name, value) }
        return response
    }

    // MARK: Sockets

    private func socketKind(of request: HTTPRequest) -> LiveClient.Kind? {
        if request.path == "/api/stream" { return .stream }
        for (prefix, isCandles) in [("/api/live/ws/ticks/", false), ("/api/live/ws/candles/", true)] where request.path.hasPrefix(prefix) {
            let query = request.query.flatMap { URLText.parseQuery($0) } ?? []
            let exchange = query.first { $0.name == "exchange" }?.value ?? "NSE"
            guard let symbol = URLText.decode(request.path.dropFirst(prefix.count), plusIsSpace: false),
                let id = InstrumentID(exchange: exchange.uppercased(), symbol: symbol.uppercased())
            else { return nil }
            guard isCandles else { return .ticks(id) }
            guard let interval = CandleInterval(word: query.first { $0.name == "interval" }?.value ?? "1min") else { return nil }
            return .candles(id, interval)
        }
        return nil
    }

    private func open(_ kind: LiveClient.Kind, _ request: HTTPRequest, _ responder: Responder) {
        // A socket is not bound by the rules that keep foreign pages from reading answers, so a foreign page gets none.
        guard Guards.isOwnOrigin(request) else {
            let text = "This page is not part of this house, so it gets no live prices."
            return responder.send(
                dressed(Reply(status: 403, body: Dialect.native.errorBody(code: "foreign_origin", text: text))))
        }
        let isFromHere = Guards.isFromHere(request)
        let book: BookName
        do throws(HouseRefusal) {
            book = try Guards.book(in: request.query.flatMap { URLText.parseQuery($0) } ?? [])
        } catch {
            return responder.send(dressed(ErrorResponses.refused(error, in: .native)))
        }
        responder.upgradeToWebSocket { socket in
            let token = Guards.token(of: request)
            let feed = live
            house.assumeIsolated { house in
                let id = feed.open(
                    LiveSocket(
                        send: { [weak socket] bytes in socket?.send(text: bytes) },
                        close: { [weak socket] code, reason in socket?.close(code: code, reason: reason) }),
                    kind: kind, token: token, book: book, isFromHere: isFromHere, house)
                socket.onText = { [weak house] text in house?.assumeIsolated { feed.received(Array(text.utf8), from: id, $0) } }
                socket.onClose = { [weak house] _, _ in house?.assumeIsolated { feed.closed(id, $0) } }
            }
        }
    }
}

// First run, register, log in, log out, and who am I. Logins through a broker's page come with the broker connections.

import House
import Storage
import Trading
import Wire

enum AuthRoutes {
    static let routes: [Route] = [
        Route(.get, "/api/setup/status", .anyone, .native, setupStatus),
        Route(.post, "/api/setup", .anyone, .auth, setUp),
        Route(.post, "/api/auth/register", .anyone, .auth, register),
        Route(.post, "/api/auth/login", .anyone, .auth, logIn),
        Route(.get, "/api/auth/login", .anyone, .legacy, brokerLogin),
        Route(.get, "/api/auth/callback", .anyone, .legacy, brokerCallback),
        Route(.get, "/api/auth/status", .anyone, .legacy, status),
        Route(.get, "/api/auth/user", .trader, .legacy, meter: .act, user),
        Route(.get, "/api/auth/verify", .trader, .legacy, meter: .act, verify),
        Route(.post, "/api/auth/logout", .trader, .legacy, logOut),
    ]

    // MARK: First run

    @Sendable static func setupStatus(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        .object { json in
            json.member("status", "success")
            json.member("setup_needed", house.isSetupNeeded && house.settings.mode != .singleUser)
            json.member("registration", house.settings.registration.rawValue)
            json.member("market", house.settings.marketKind)
            json.member("mode", house.settings.mode.rawValue)
            json.member("name", "Tradehouse")
        }
    }

    @Sendable static func setUp(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let body = try call.body(allowing: ["token", "email", "password", "name"])
        let welcome = try await house.setUp(
            token: body.text("token", limit: 100), email: body.text("email", limit: EmailAddress.limitBytes),
            password: body.text("password", limit: 2048), name: name(in: body), from: call.origin)
        return answer(welcome, in: house, status: 201)
    }

    // MARK: Register and log in

    @Sendable static func register(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let body = try call.body(allowing: ["email", "password", "name", "code"])
        let welcome = try await house.register(
            email: body.text("email", limit: EmailAddress.limitBytes), password: body.text("password", limit: 2048), name: name(in: body),
            from: call.origin)
        return answer(welcome, in: house, status: 201)
    }

    @Sendable static func logIn(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let body = try call.body(allowing: ["email", "password", "name", "code"])
        let welcome = try await house.logIn(
            email: body.text("email", limit: EmailAddress.limitBytes), password: body.text("password", limit: 2048), from: call.origin)
        return answer(welcome, in: house, status: 200)
    }

    private static func name(in body: Fields) throws -> String { try body.text("name", limit: Tradehouse.nameLimitBytes, default: "") }

    private static func answer(_ welcome: Welcome, in house: isolated Tradehouse, status: Int) -> Reply {
        let trader = welcome.trader
        let token = JSONWebToken(
            user: trader.user, email: trader.email, tier: trader.tier.rawValue, expiresAtSeconds: trader.expiresAt.seconds,
            issuedAtSeconds: trader.loginAt.seconds, session: trader.session)
        return .object(status: status) { json in
            json.member("ok", true)
            json.member("user_id", trader.user.text)
            json.member("email", trader.email)
            json.member("name", trader.name)
            json.member("role", trader.role.rawValue)
            json.member("token", token.encoded(sign: house.world.sign))
            json.member("session_token", welcome.token)
            json.member("expires_at", trader.expiresAt.indiaText)
        }
    }

    // MARK: The door of a broker's login

    @Sendable static func brokerLogin(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        throw Refusal(
            500, "broker_login_not_configured",
            "Login with Zerodha is not configured: the house has no API key. Log in with e-mail and password instead.")
    }

    @Sendable static func brokerCallback(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        guard call.query("request_token") != nil else { throw FieldProblem(place: .query, field: "request_token", kind: .missing) }
        var reply = Reply(status: 307, body: [])
        reply.headers.append(("Location", "/login?error=" + URLText.encode(component: "Login with Zerodha is not configured.")))
        return reply
    }

    // MARK: Who am I

    @Sendable static func status(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        var trader: Trader?
        do {
            if let token = call.query("token") ?? Guards.token(of: call.request) {
                trader = try await Guards.trader(token: token, in: house)
            } else if house.settings.mode == .singleUser, Guards.isFromHere(call.request) {
                trader = try await house.primaryTrader()
            }
        } catch is AuthenticationRefusal {
            trader = nil
        }
        return .object { json in
            json.member("is_authenticated", trader != nil)
            json.key("user")
            if let trader { session(of: trader, &json) } else { json.null() }
        }
    }

    @Sendable static func user(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let record = try await house.user(call.trader.user)
        var json = JSONWriter()
        session(of: call.trader, createdAt: record?.createdAt, &json)
        return Reply(body: json.bytes)
    }

    /// The old session object without its secrets.
    private static func session(of trader: Trader, createdAt: Timestamp? = nil, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("user_id", trader.user.text)
        json.member("user_name", trader.name)
        json.member("email", trader.email)
        json.member("role", trader.role.rawValue)
        json.nullMember("broker")
        json.member("login_time", trader.loginAt.indiaText)
        json.member("expires_at", trader.expiresAt.indiaText)
        if let createdAt { json.member("created_at", createdAt.indiaText) }
        json.array("books") { json in
            json.beginObject()
            json.member("name", BookName.default.text)
            json.member("kind", "paper")
            json.endObject()
        }
        json.endObject()
    }

    @Sendable static func verify(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        // Only a broker can verify a broker connection, and this account has none.
        throw Refusal(409, "no_broker", "Connection verification failed: no broker is connected to this account.")
    }

    @Sendable static func logOut(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        if Guards.token(of: call.request) != nil { try await house.logOut(call.trader, from: call.origin) }
        return .object { json in
            json.member("status", "success")
            json.member("message", "Logged out successfully")
        }
    }
}

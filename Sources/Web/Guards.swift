// Who is there: from the headers of a request to a `Trader`, or to the reason why nobody is.

import House
import Storage
import Trading
import Wire

enum Guards {
    /// The token of a request: `X-Session-Token` first, then `Authorization: Bearer …`; both forms of token are taken in both.
    static func token(of request: HTTPRequest) -> String? {
        if let token = request.headers["X-Session-Token"], !token.isEmpty { return token }
        guard let authorization = request.headers["Authorization"], authorization.hasPrefix("Bearer ") else { return nil }
        let token = authorization.dropFirst("Bearer ".count)
        return token.isEmpty ? nil : String(token)
    }

    /// The trader of a token that is ready in memory; nil when the disk must be asked (`recall`).
    static func find(token: String, in house: isolated Tradehouse) throws(AuthenticationRefusal) -> Trader? {
        let (digest, user) = try digest(of: token, in: house)
        guard let trader = try house.find(digest) else { return nil }
        guard user == nil || user == trader.user else { throw .invalid }
        return trader
    }

    /// The trader of a token, from memory or disk.
    static func trader(token: String, in house: isolated Tradehouse) async throws -> Trader {
        let (digest, user) = try digest(of: token, in: house)
        let trader = try await house.recall(digest)
        guard user == nil || user == trader.user else { throw AuthenticationRefusal.invalid }
        return trader
    }

    /// The trader of a request, or, without a token, the primary user of single-user mode.
    static func trader(of request: HTTPRequest, in house: isolated Tradehouse) async throws -> Trader {
        guard let token = token(of: request) else {
            guard house.settings.mode == .singleUser, isFromHere(request) else { throw AuthenticationRefusal.absent }
            return try await house.primaryTrader()
        }
        return try await trader(token: token, in: house)
    }

    /// Which of the own books a request is about: the query's `book`, otherwise the default one.
    static func book(in query: [(name: String, value: String)]) throws(HouseRefusal) -> BookName {
        guard let text = query.first(where: { $0.name == "book" })?.value, text != BookName.default.text else { return .default }
        guard let name = BookName(text) else { throw .unknownBook }
        return name
    }

    private static func digest(
        of token: String, in house: isolated Tradehouse
    ) throws(AuthenticationRefusal) -> (SessionDigest, user: UserID?) {
        if token.utf8.contains(UInt8(ascii: ".")) {
            let claims = try JSONWebToken(token, now: house.world.now(), sign: house.world.sign)
            return (claims.session, claims.user)
        }
        // A session token is a UUID; anything else is nobody's and not worth a look at the disk.
        guard token.utf8.count == 36 else { throw .invalid }
        return (house.digest(ofToken: token), nil)
    }

    /// Whether a request without a token may count as the primary user's own, in single-user mode.
    ///
    /// Any page in this machine's browser can reach a loopback address. So the name that was asked for must be a loopback name, which a
    /// rebound name of a foreign site is not, and a page that asks must be our own.
    static func isFromHere(_ request: HTTPRequest) -> Bool {
        let host = request.authority.lowercased()
        let name = host.hasPrefix("[") ? host.prefix { $0 != "]" } + "]" : host.prefix { $0 != ":" }
        let isLoopback = name == "localhost" || name == "[::1]" || name.hasPrefix("127.")
        let site = request.headers["Sec-Fetch-Site"] ?? "none"
        return isLoopback && isOwnOrigin(request) && (site == "none" || site == "same-origin")
    }

    /// Whether a page that asks is one of ours: programs send no `Origin`, a browser sends that of the page.
    static func isOwnOrigin(_ request: HTTPRequest) -> Bool {
        guard let origin = request.headers["Origin"]?.lowercased() else { return true }
        let host = request.authority.lowercased()
        return origin == "http://" + host || origin == "https://" + host
    }

    /// Where a request came from.
    ///
    /// Behind a proxy of ours, the last address that the proxy added to `X-Forwarded-For`; what a client wrote there itself stands
    /// before it and is not believed.
    static func origin(of request: HTTPRequest, proxies: Set<String>) -> Origin {
        var address = request.remoteAddress
        if proxies.contains(address), let last = request.headers.all("X-Forwarded-For").last?.split(separator: ",").last {
            let text = last.filter { $0 != " " }
            let isAddress = (2...45).contains(text.utf8.count) && text.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
            if isAddress { address = text }
        }
        return Origin(address: address, agent: request.headers["User-Agent"] ?? "")
    }
}

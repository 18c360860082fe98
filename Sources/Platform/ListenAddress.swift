// Where a server listens, and who speaks to it: numeric addresses only, so nothing here waits for a name server.

import CPlatform

/// An address and port to listen on: `127.0.0.1:8000`, `[::1]:8000`, `localhost:8000`, or `:8000` for every interface.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// The numeric address without brackets; empty for every interface.
    package let host: String
    /// 0 lets the system choose.
    package let port: UInt16

    /// Reads an address; nil for a name other than `localhost`, a missing or impossible port, or anything behind it.
    package init?(_ text: String) {
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        let digits = text[text.utf8.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.count <= 5, digits.utf8.allSatisfy({ (48...57).contains($0) }), let port = UInt16(digits)
        else { return nil }
        var host = text[..<colon]
        var family: Int32 = 4
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            family = 6
        }
        if host == "localhost" { host = "127.0.0.1" }
        var address = cp_address()
        guard (host.isEmpty && family == 4) || (!host.utf8.contains(0) && cp_address_parse(String(host), family, &address) == 1) else {
            return nil
        }
        self.host = String(host)
        self.port = port
    }

    init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// As it is written: an IPv6 address in brackets.
    package var description: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Whether only this machine can reach it.
    package var isLoopback: Bool { host == "::1" || host.hasPrefix("127.") }

    /// Whether it stands for every interface.
    package var isWildcard: Bool { host.isEmpty || host == "::" || host == "0.0.0.0" }

    /// As somebody on this machine reaches it.
    package var onThisMachine: ListenAddress { isWildcard ? ListenAddress(host: "127.0.0.1", port: port) : self }

    /// The forms to try, the best first: every interface means IPv6 with IPv4 inside it, or IPv4 where there is no IPv6.
    var candidates: [(address: cp_address, bothFamilies: Bool)] {
        let texts: [(String, Int32)] =
            host.isEmpty ? [("::", 6), ("0.0.0.0", 4)] : [(host, host.utf8.contains(UInt8(ascii: ":")) ? 6 : 4)]
        return texts.map { text, family in
            var address = cp_address()
            precondition(cp_address_parse(text, family, &address) == 1, "An address was checked when it was read.")
            address.port = port
            return (address, host.isEmpty)
        }
    }
}

/// The other end of a connection, as a key for limits and as text for people.
package struct PeerAddress: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64
    private let family: UInt8
    package let port: UInt16

    init(_ address: cp_address) {
        (high, low) = withUnsafeBytes(of: address.bytes) {
            ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        family = address.family
        port = address.port
    }

    /// The same without the port: what a limit per address counts by.
    package var host: PeerAddress { PeerAddress(high: high, low: low, family: family) }

    private init(high: UInt64, low: UInt64, family: UInt8) {
        (self.high, self.low, self.family, port) = (high, low, family, 0)
    }

    /// The numeric address without port; IPv4 inside IPv6 reads as IPv4.
    package var text: String {
        var address = cp_address()
        withUnsafeMutableBytes(of: &address.bytes) {
            $0.storeBytes(of: high, as: UInt64.self)
            $0.storeBytes(of: low, toByteOffset: 8, as: UInt64.self)
        }
        address.family = family
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            guard let start = buffer.baseAddress else { return "" }
            cp_address_text(&address, start, buffer.count)
            return String(cString: start)
        }
    }
}

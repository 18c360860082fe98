// Names that are safe once they exist: each initialiser parses or refuses, and after that nobody checks again.

/// Who a desk, a file or a session belongs to: `ZX1234`, `U7K3M9QW2A`.
///
/// Upper-case ASCII letters, digits, `-` and `_`, 1 to 32 of them, beginning and ending with a letter or digit, so that it is
/// safe as a file name on every system. Device names and `DEFAULT`, `SYSTEM`, `ADMIN` are refused; `default`, in lower case,
/// is the one reserved id of imported legacy books (`UserID.legacyDefault`) and no account can have it.
package struct UserID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    /// The books that an import of the legacy default collections fills.
    package static let legacyDefault = UserID(reserved: "default")

    /// Upper-cases ASCII letters, then accepts or refuses; it never repairs.
    package init?(_ input: some StringProtocol) {
        var bytes: [UInt8] = []
        for byte in input.utf8 {
            guard bytes.count < 32 else { return nil }
            bytes.append((UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) ? byte - 32 : byte)
        }
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        guard let first = bytes.first, let last = bytes.last, isAlphanumeric(first), isAlphanumeric(last),
            bytes.allSatisfy({ isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") })
        else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        guard !UserID.reservedNames.contains(text) else { return nil }
        self.text = text
    }

    /// An id as it stands in our own files: like `init(_:)`, and `default` is the legacy books.
    package init?(stored text: some StringProtocol) {
        if text == "default" { self = .legacyDefault } else { self.init(text) }
    }

    private init(reserved: String) { text = reserved }

    package var description: String { text }
    package static func < (a: UserID, b: UserID) -> Bool { a.text < b.text }

    private static let reservedNames: Set<String> = {
        var names: Set<String> = ["CON", "PRN", "AUX", "NUL", "DEFAULT", "SYSTEM", "ADMIN"]
        for digit in 1...9 { names.formUnion(["COM\(digit)", "LPT\(digit)"]) }
        return names
    }()
}

/// One account on a desk: `default`, or a name of 1 to 32 lower-case letters, digits and `-`.
package struct BookName: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    package static let `default` = BookName(reserved: "default")

    package init?(_ input: some StringProtocol) {
        let text = String(input)
        let bytes = Array(text.utf8)
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        guard (1...32).contains(bytes.count), isAlphanumeric(bytes[0]), isAlphanumeric(bytes[bytes.count - 1]),
            bytes.allSatisfy({ isAlphanumeric($0) || $0 == UInt8(ascii: "-") })
        else { return nil }
        self.text = text
    }

    private init(reserved: String) { text = reserved }

    package var description: String { text }
    package static func < (a: BookName, b: BookName) -> Bool { a.text < b.text }
}

/// An order's name for ever: `P…` on paper, `L…` live, and whatever an imported legacy order was called (`PAPER_679A7AF7`).
///
/// 1 to 64 letters, digits, `_` and `-`.
package struct OrderID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String
    /// Worked out once, for it is looked up by the one or other table in every act.
    private let digest: Int

    package init?(_ input: some StringProtocol) {
        let text = String(input)
        guard IdentifierText.isPlain(text, atMost: 64) else { return nil }
        self.text = text
        digest = text.hashValue
    }

    package static func == (a: OrderID, b: OrderID) -> Bool { a.digest == b.digest && a.text == b.text }
    package func hash(into hasher: inout Hasher) { hasher.combine(digest) }
    package func _rawHashValue(seed: Int) -> Int { IdentifierDigest.mixed(digest, seed) }

    package var description: String { text }
    package static func < (a: OrderID, b: OrderID) -> Bool { a.text < b.text }
}

/// The name of one fill: `T…`, 1 to 64 letters, digits, `_` and `-`.
package struct TradeID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    package init?(_ input: some StringProtocol) {
        let text = String(input)
        guard IdentifierText.isPlain(text, atMost: 64) else { return nil }
        self.text = text
    }

    /// The name of an order's fill, from 1 on: `T`, the order's name, `-`, the number. The order's name must leave room for it.
    package init(fill number: Int, of order: OrderID) {
        var text = "T"
        text += order.text
        text += "-"
        text += String(number)
        precondition(text.utf8.count <= 64, "An order id leaves room for the numbers of its fills.")
        self.text = text
    }

    package var description: String { text }
    package static func < (a: TradeID, b: TradeID) -> Bool { a.text < b.text }
}

/// What is traded, by exchange and symbol: `NSE:RELIANCE`.
///
/// Exchange: 1 to 12 upper-case letters, digits, `_`. Symbol: 1 to 40 visible ASCII characters and inner blanks
/// (`NIFTY 50`, `M&M`, `BAJAJ-AUTO`), never `"`, `\`, `:`, `,` or `/`.
package struct InstrumentID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let exchange: String
    package let symbol: String
    /// Worked out once, for it is looked up several times in every act and tick.
    private let digest: Int

    package init?(exchange: some StringProtocol, symbol: some StringProtocol) {
        let exchangeBytes = Array(exchange.utf8)
        guard (1...12).contains(exchangeBytes.count),
            exchangeBytes.allSatisfy({
                (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || $0 == UInt8(ascii: "_")
            })
        else { return nil }
        let symbolBytes = Array(symbol.utf8)
        guard (1...40).contains(symbolBytes.count), symbolBytes.first != 0x20, symbolBytes.last != 0x20,
            symbolBytes.allSatisfy({ (0x20...0x7E).contains($0) && !InstrumentID.forbidden.contains($0) })
        else { return nil }
        self.exchange = String(exchange)
        self.symbol = String(symbol)
        var hasher = Hasher()
        hasher.combine(self.exchange)
        hasher.combine(self.symbol)
        digest = hasher.finalize()
    }

    package static func == (a: InstrumentID, b: InstrumentID) -> Bool {
        a.digest == b.digest && a.symbol == b.symbol && a.exchange == b.exchange
    }
    package func hash(into hasher: inout Hasher) { hasher.combine(digest) }
    package func _rawHashValue(seed: Int) -> Int { IdentifierDigest.mixed(digest, seed) }

    /// Reads `NSE:RELIANCE`.
    package init?(key: some StringProtocol) {
        guard let colon = key.firstIndex(of: ":") else { return nil }
        self.init(exchange: key[..<colon], symbol: key[key.index(after: colon)...])
    }

    /// `NSE:RELIANCE`.
    package var key: String { exchange + ":" + symbol }
    package var description: String { key }
    package static func < (a: InstrumentID, b: InstrumentID) -> Bool {
        a.exchange == b.exchange ? a.symbol < b.symbol : a.exchange < b.exchange
    }

    private static let forbidden: Set<UInt8> = [
        UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "/"),
    ]
}

/// Digests of names that tables are asked for all the time.
///
/// A digest is a keyed hash already, of a key that is another in each process: hashing it once more in every look-up would only take time.
/// So the names answer `Hashable`'s `_rawHashValue(seed:)` themselves, which is what tables call.
private enum IdentifierDigest {
    /// The digest under the seed of one table, so that going through one table and filling another does not pile up.
    static func mixed(_ digest: Int, _ seed: Int) -> Int {
        let product = UInt(bitPattern: digest ^ seed).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return Int(bitPattern: product.high ^ product.low)
    }
}

private enum IdentifierText {
    /// Not generic: a book of ten thousand orders asks it twenty thousand times.
    static func isPlain(_ text: String, atMost limit: Int) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            (1...limit).contains(bytes.count)
                && bytes.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                        true
                    default: false
                    }
                }
        }
    }
}

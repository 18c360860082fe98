// A rule pack as text that an owner can read and edit: one rule a line. What the words after the scope mean is the business of the kind:
// charges are in `RuleText+Charges`, days and hours in `RuleText+Sessions`,
// sizes, prices and margins in `RuleText+Contracts`.
//
//     2026-04-01  tax  NFO/options  stt sell 0.15%      # Finance Act 2026
//
// Date, kind, scope, values, parted by blanks; `#` begins a comment; an empty line means nothing.

/// Why a rule pack was not read: the line, counted from 1, the word that is wrong and what was expected.
package struct RuleFault: Error, Hashable, Sendable, CustomStringConvertible {
    package let line: Int
    package let field: String
    package let reason: String

    package var description: String { "line \(line), \(field): \(reason)" }
}

extension RulePack {
    /// The bytes of a pack's text at most: some thousands of lines, years of changes.
    package static let textLimitBytes = 262_144
    /// Lines of a pack at most, so that a look-up stays short.
    package static let lineLimit = 4_000
    /// Bytes of a line at most.
    package static let lineLimitBytes = 1_024

    /// Reads a pack that stands alone.
    package init(text: String) throws(RuleFault) {
        self.init()
        try read(text, layer: 0)
    }

    /// This pack with an owner's text over it: its lines beat those of the same day here.
    package func overlaid(with text: String) throws(RuleFault) -> RulePack {
        var pack = self
        try pack.read(text, layer: 1)
        return pack
    }

    private mutating func read(_ text: String, layer: Int) throws(RuleFault) {
        guard text.utf8.count <= RulePack.textLimitBytes else {
            throw RuleFault(line: 1, field: "text", reason: "is longer than \(RulePack.textLimitBytes) bytes")
        }
        var number = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            guard number <= RulePack.lineLimit else {
                throw RuleFault(line: number, field: "text", reason: "has more than \(RulePack.lineLimit) lines")
            }
            guard line.utf8.count <= RulePack.lineLimitBytes else {
                throw RuleFault(line: number, field: "line", reason: "is longer than \(RulePack.lineLimitBytes) bytes")
            }
            guard var words = RuleWords(line, number: number) else { continue }
            let from = try words.date()
            let kind = try words.kind()
            let scope = try words.scope()
            let text = String(line.reversed().drop { $0.isWhitespace }.reversed()).drop { $0.isWhitespace }
            written[kind, default: DatedRules()].add(
                DatedRule(from: from, layer: layer, number: number, scope: scope, value: String(text)))
            try read(kind, from: from, scope: scope, layer: layer, &words)
            try words.end()
        }
        if let fault = sessions.overlap(inLayer: layer) { throw fault }
    }

    private mutating func read(
        _ kind: RuleKind, from: CivilDate, scope: RuleScope, layer: Int, _ words: inout RuleWords
    ) throws(RuleFault) {
        switch kind {
        case .brokerage, .tax, .exchange, .ipft, .sebi, .stamp, .gst, .depository, .exerciseTax, .squareOffFee:
            try readCharge(kind, from: from, scope: scope, layer: layer, &words)
        case .week, .opening, .trading, .holiday, .special, .calendar, .closingAuction, .squareOff:
            try readSession(kind, from: from, scope: scope, layer: layer, &words)
        case .tick, .lot, .freeze, .band, .margin, .shortOption:
            try readContract(kind, from: from, scope: scope, layer: layer, &words)
        }
    }
}

/// The kinds of lines, by their words.
enum RuleKind: String, CaseIterable {
    case brokerage, tax, exchange, ipft, sebi, stamp, gst, depository
    case exerciseTax = "exercise-tax"
    case squareOffFee = "square-off-fee"
    case week, opening, trading, holiday, special, calendar
    case closingAuction = "closing-auction"
    case squareOff = "square-off"
    case tick, lot, freeze, band, margin
    case shortOption = "short-option"
}

/// The words of one line, taken from the left.
struct RuleWords {
    let number: Int
    private var rest: ArraySlice<Substring>

    /// Nothing for a line without words.
    init?(_ line: Substring, number: Int) {
        self.number = number
        let uncommented = line.prefix { $0 != "#" }
        rest = uncommented.split { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "\r\n" }[...]
        if rest.isEmpty { return nil }
    }

    func fault(_ field: String, _ reason: String) -> RuleFault { RuleFault(line: number, field: field, reason: reason) }

    var isAtEnd: Bool { rest.isEmpty }

    /// Whether the next word is `word`, which is then taken.
    mutating func take(_ word: String) -> Bool {
        guard let first = rest.first, first == word else { return false }
        rest.removeFirst()
        return true
    }

    mutating func next(_ field: String, _ expected: String) throws(RuleFault) -> Substring {
        guard let word = rest.popFirst() else { throw fault(field, "is missing: \(expected)") }
        return word
    }

    func end() throws(RuleFault) {
        if let word = rest.first { throw fault("'\(word)'", "is one word too many") }
    }

    // MARK: The words that every kind has

    mutating func date() throws(RuleFault) -> CivilDate {
        let word = try next("date", "a day such as 2026-04-01")
        guard let date = CivilDate(word) else { throw fault("date", "'\(word)' is no day such as 2026-04-01") }
        return date
    }

    mutating func kind() throws(RuleFault) -> RuleKind {
        let known = RuleKind.allCases.map(\.rawValue).joined(separator: ", ")
        let word = try next("kind", "one of \(known)")
        guard let kind = RuleKind(rawValue: String(word)) else { throw fault("kind", "'\(word)' is none of \(known)") }
        return kind
    }

    mutating func scope() throws(RuleFault) -> RuleScope {
        let word = try next("scope", "such as NSE/equity/MIS, or * for all")
        let halves = word.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        let group = halves.count == 2 ? InstrumentGroup(rawValue: String(halves[1])) : nil
        if halves.count == 2, group == nil {
            throw fault("scope", "'\(halves[1])' is none of \(InstrumentGroup.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let parts = halves[0].split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 4, !parts.contains("") else { throw fault("scope", "'\(word)' is not EXCHANGE/segment/PRODUCT/SYMBOL+group") }
        func part(_ index: Int) -> String? { index < parts.count && parts[index] != "*" ? String(parts[index]) : nil }
        let exchange = part(0)
        if let exchange, InstrumentID(exchange: exchange, symbol: "X") == nil {
            throw fault("scope", "'\(exchange)' is no exchange: up to 12 capital letters, digits and _")
        }
        let segment = part(1).map { MarketSegment(rawValue: $0) }
        if case .some(.none) = segment {
            throw fault("scope", "'\(parts[1])' is none of \(MarketSegment.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let product = part(2).map { Product(rawValue: $0) }
        if case .some(.none) = product {
            throw fault("scope", "'\(parts[2])' is none of \(Product.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let symbol = part(3)
        if let symbol, InstrumentID(exchange: "X", symbol: symbol) == nil { throw fault("scope", "'\(symbol)' is no symbol") }
        return RuleScope(exchange: exchange, segment: segment ?? nil, product: product ?? nil, symbol: symbol, group: group)
    }

    // MARK: Values

    mutating func rate(_ field: String, atMost limit: Rate) throws(RuleFault) -> Rate {
        let word = try next(field, "a percentage such as 0.03%")
        guard let rate = Rate(percent: word) else { throw fault(field, "'\(word)' is no percentage such as 0.03%") }
        guard rate <= limit else { throw fault(field, "\(word) is more than \(limit.text)") }
        return rate
    }

    mutating func money(_ field: String, atMost limit: Money) throws(RuleFault) -> Money {
        let word = try next(field, "an amount in rupees such as 20")
        guard let amount = Money(text: word), !amount.isNegative else { throw fault(field, "'\(word)' is no amount in rupees such as 20") }
        guard amount <= limit else { throw fault(field, "\(word) is more than \(limit.text)") }
        return amount
    }

    /// The words up to the comment, one blank between them.
    mutating func remainder() -> String {
        defer { rest = [] }
        return rest.joined(separator: " ")
    }

    /// Whether the next word looks like a percentage.
    var isAtRate: Bool { rest.first?.utf8.last == UInt8(ascii: "%") }
}

// The log: one JSON line per event on standard error, made of typed values. Secrets have no type that a field accepts;
// whoever logs a text has to know that it is none.

import CPlatform

/// A value that a log line may hold.
package enum LogValue: Sendable, Equatable, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    case text(String)
    case number(Int64)
    case flag(Bool)
    /// Written in milliseconds, to the microsecond.
    case duration(Duration)

    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int64) { self = .number(value) }
    package init(booleanLiteral value: Bool) { self = .flag(value) }
    /// A whole number of any type; one beyond 64 bits becomes the nearest that fits.
    package init(_ value: some BinaryInteger) { self = .number(Int64(clamping: value)) }
}

/// How much an event matters; lines below the log's own level are not written.
package enum LogLevel: Int, Sendable, Comparable {
    case debug, info, warning, error

    package static func < (one: LogLevel, other: LogLevel) -> Bool { one.rawValue < other.rawValue }

    var name: StaticString {
        switch self {
        case .debug: "debug"
        case .info: "info"
        case .warning: "warning"
        case .error: "error"
        }
    }
}

/// Writes events as JSON lines: `ts` (UTC), `level`, `event`, then the fields in the order given.
///
/// Invariants: a line is one line (control characters are escaped) of at most `lineLimitBytes`; fields that do not fit are left out
/// and `"cut":true` says so.
package struct Log: Sendable {
    /// The most bytes of a line, its end included.
    package static let lineLimitBytes = 8_192
    /// The most bytes of one text value; the rest becomes an ellipsis.
    package static let valueLimitBytes = 2_048

    private let minimum: LogLevel
    private let now: @Sendable () -> Int64
    private let sink: @Sendable ([UInt8]) -> Void

    /// A log whose lines go to `sink`, each with its line end, in the order of the calls on one thread.
    package init(
        minimum: LogLevel = .info, sink: @escaping @Sendable ([UInt8]) -> Void = Log.writeToStandardError,
        now: @escaping @Sendable () -> Int64 = { cp_wall_microseconds() }
    ) {
        self.minimum = minimum
        self.now = now
        self.sink = sink
    }

    package func debug(_ event: StaticString, _ fields: [(StaticString, LogValue)] = []) { write(.debug, event, fields) }
    package func info(_ event: StaticString, _ fields: [(StaticString, LogValue)] = []) { write(.info, event, fields) }
    package func warning(_ event: StaticString, _ fields: [(StaticString, LogValue)] = []) { write(.warning, event, fields) }
    package func error(_ event: StaticString, _ fields: [(StaticString, LogValue)] = []) { write(.error, event, fields) }

    /// Writes a line to descriptor 2, in one call where the system takes it so.
    package static func writeToStandardError(_ line: [UInt8]) {
        var position = 0
        while position < line.count {
            let written = line.withUnsafeBytes { cp_write(2, $0.baseAddress.map { $0 + position }, $0.count - position) }
            // A closed or full standard error leaves nowhere to report it; the house goes on without this line.
            guard written > 0 else { return }
            position += written
        }
    }

    private func write(_ level: LogLevel, _ event: StaticString, _ fields: [(StaticString, LogValue)]) {
        guard level >= minimum else { return }
        var line = Self.head(level, event, at: now())
        let ending = #","cut":true}"#.utf8.count + 1
        var isCut = false
        for (name, value) in fields {
            let before = line.count
            line.append(contentsOf: #",""#.utf8)
            Self.appendEscaped(name, to: &line)
            line.append(contentsOf: #"":"#.utf8)
            Self.append(value, to: &line)
            if line.count + ending > Self.lineLimitBytes {
                line.removeSubrange(before...)
                isCut = true
            }
        }
        line.append(contentsOf: (isCut ? ",\"cut\":true}\n" : "}\n").utf8)
        sink(line)
    }

    private static func head(_ level: LogLevel, _ event: StaticString, at microseconds: Int64) -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(256)
        line.append(contentsOf: #"{"ts":""#.utf8)
        line.append(contentsOf: UTCTime(microseconds: microseconds).rfc3339)
        line.append(contentsOf: #"","level":""#.utf8)
        appendEscaped(level.name, to: &line)
        line.append(contentsOf: #"","event":""#.utf8)
        appendEscaped(event, to: &line)
        line.append(UInt8(ascii: "\""))
        return line
    }

    private static func append(_ value: LogValue, to line: inout [UInt8]) {
        switch value {
        case .text(var text):
            line.append(UInt8(ascii: "\""))
            text.withUTF8 { utf8 in
                let end = cutPosition(utf8)
                appendEscaped(UnsafeBufferPointer(rebasing: utf8[..<end]), to: &line)
                if end < utf8.count { line.append(contentsOf: "…".utf8) }
            }
            line.append(UInt8(ascii: "\""))
        case .number(let number):
            line.append(contentsOf: String(number).utf8)
        case .flag(let flag):
            line.append(contentsOf: (flag ? "true" : "false").utf8)
        case .duration(let duration):
            let (seconds, attoseconds) = duration.components
            let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
            let thousandths = String(abs(microseconds % 1_000) + 1_000).dropFirst()
            line.append(contentsOf: "\(microseconds < 0 ? "-" : "")\(abs(microseconds / 1_000)).\(thousandths)".utf8)
        }
    }

    /// Where a text is cut so that no character is split.
    private static func cutPosition(_ utf8: UnsafeBufferPointer<UInt8>) -> Int {
        guard utf8.count > valueLimitBytes else { return utf8.count }
        var end = valueLimitBytes
        while end > 0, utf8[end] & 0xC0 == 0x80 { end -= 1 }
        return end
    }

    private static func appendEscaped(_ text: StaticString, to line: inout [UInt8]) {
        text.withUTF8Buffer { appendEscaped($0, to: &line) }
    }

    /// Escapes what JSON demands, and the C1 controls too: some terminals obey them.
    private static func appendEscaped(_ utf8: UnsafeBufferPointer<UInt8>, to line: inout [UInt8]) {
        var position = 0
        while position < utf8.count {
            let byte = utf8[position]
            if byte == 0xC2, position + 1 < utf8.count, utf8[position + 1] < 0xA0 {
                appendCode(utf8[position + 1], to: &line)
                position += 2
                continue
            }
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): line.append(contentsOf: [UInt8(ascii: "\\"), byte])
            case UInt8(ascii: "\n"): line.append(contentsOf: #"\n"#.utf8)
            case 0..<0x20, 0x7F: appendCode(byte, to: &line)
            default: line.append(byte)
            }
            position += 1
        }
    }

    private static func appendCode(_ code: UInt8, to line: inout [UInt8]) {
        line.append(contentsOf: #"\u00"#.utf8)
        line.append(contentsOf: Crypto.hex([code]).utf8)
    }
}

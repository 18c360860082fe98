// Log lines as a reader of the log sees them.

import Synchronization
import Testing

@testable import Platform

@Suite struct `The log` {
    private static let moment: Int64 = 1_795_161_600_123_456

    private func lines(minimum: LogLevel = .info, _ write: (Log) -> Void) -> [String] {
        let lines = Monitor<[String]>([])
        let sink: @Sendable ([UInt8]) -> Void = { line in lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }
        write(Log(minimum: minimum, sink: sink, now: { Self.moment }))
        return lines.withLock { $0 }
    }

    @Test func `an event is one line of JSON with its fields in order`() {
        let written = lines {
            $0.info(
                "listening",
                [
                    ("address", "127.0.0.1:8000"), ("connections", 3), ("tls", false), ("took", .duration(.microseconds(1_500))),
                    ("bytes", LogValue(UInt64.max)),
                ])
        }
        #expect(
            written == [
                #"{"ts":"2026-11-20T08:00:00.123456Z","level":"info","event":"listening","address":"127.0.0.1:8000","connections":3,"#
                    + #""tls":false,"took":1.500,"bytes":9223372036854775807}"# + "\n"
            ])
    }

    @Test func `levels below the minimum are not written`() {
        #expect(lines { $0.debug("quiet") }.isEmpty)
        #expect(lines(minimum: .debug) { $0.debug("quiet") }.count == 1)
        let loud = lines(minimum: .error) {
            $0.warning("quiet")
            $0.error("loud")
        }
        #expect(loud.count == 1)
        #expect(loud[0].contains(#""level":"error","event":"loud""#))
    }

    @Test func `no character of a value can begin a line, end the text or steer a terminal`() {
        let written = lines { $0.warning("odd", [("text", "a\"b\\c\nd\re\tf\u{0}g\u{1B}[31m\u{7F}\u{9B}é")]) }
        #expect(written[0].contains(#""text":"a\"b\\c\nd\u000de\u0009f\u0000g\u001b[31m\u007f\u009bé""#))
        #expect(written[0].utf8.filter { $0 == 10 }.count == 1)
    }

    @Test func `a long value is cut between characters`() {
        let written = lines { $0.info("long", [("text", .text(String(repeating: "é", count: 3_000))), ("after", 1)]) }
        #expect(written[0].contains("é…\",\"after\":1}"))
        #expect(written[0].utf8.count < Log.valueLimitBytes + 200)
        #expect(!written[0].contains("\u{FFFD}"))
    }

    @Test func `a line has a longest length, and says that something is missing`() {
        let value = LogValue.text(String(repeating: "x", count: 2_000))
        let written = lines { $0.info("many", [("a", value), ("b", value), ("c", value), ("d", value), ("e", value), ("f", 6)]) }
        #expect(written[0].utf8.count <= Log.lineLimitBytes)
        #expect(written[0].hasSuffix(#","f":6,"cut":true}"# + "\n"))
        #expect(!written[0].contains("\"e\""))
    }

    @Test func `a duration is told in milliseconds, negative ones too`() {
        let written = lines { $0.info("took", [("a", .duration(.seconds(2))), ("b", .duration(.microseconds(-7)))]) }
        #expect(written[0].contains(#""a":2000.000,"b":-0.007"#))
    }
}

@Suite struct `Moments in UTC` {
    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00.000000Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
        (-1, "1969-12-31T23:59:59.999999Z", "Wed, 31 Dec 1969 23:59:59 GMT"),
        (784_111_777_000_000, "1994-11-06T08:49:37.000000Z", "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_400_000_000, "2000-02-29T00:00:00.000000Z", "Tue, 29 Feb 2000 00:00:00 GMT"),
        (1_709_251_199_000_000, "2024-02-29T23:59:59.000000Z", "Thu, 29 Feb 2024 23:59:59 GMT"),
        (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z", "Mon, 01 Mar 2100 00:00:00 GMT"),
    ])
    func `known moments are written as RFC 3339 and HTTP want them`(microseconds: Int64, rfc3339: String, httpDate: String) {
        let time = UTCTime(microseconds: microseconds)
        #expect(String(decoding: time.rfc3339, as: UTF8.self) == rfc3339)
        #expect(String(decoding: time.httpDate, as: UTF8.self) == httpDate)
    }

    @Test func `each day of four centuries follows the one before`() {
        var before = UTCTime(microseconds: -86_400_000_000)
        for day in 0..<146_097 {
            let time = UTCTime(microseconds: Int64(day) * 86_400_000_000)
            let isNext =
                (time.day == before.day + 1 && time.month == before.month && time.year == before.year)
                || (time.day == 1 && time.month == before.month + 1 && time.year == before.year)
                || (time.day == 1 && time.month == 1 && before.month == 12 && time.year == before.year + 1)
            if !isNext || time.weekday != (before.weekday + 1) % 7 {
                Issue.record("day \(day) is \(time) after \(before)")
                return
            }
            before = time
        }
        #expect(before.year == 2369 && before.month == 12 && before.day == 31)
    }
}

// Calendar days, and the texts of instants: RFC 3339 in our own answers and files, Kite's and the legacy forms on their wires.

/// A day of the Gregorian calendar.
package struct CivilDate: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let year: Int
    package let month: Int
    package let day: Int

    /// Days since 1970-01-01.
    package init(dayNumber: Int64) {
        // Counted in eras of 400 years that begin on 1 March, so that the leap day comes last.
        let shifted = dayNumber + 719_468
        let era = shifted.flooredQuotient(146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
        month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    /// A day that exists between the years 0001 and 9999, or nothing.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        self.year = year
        self.month = month
        self.day = day
        guard CivilDate(dayNumber: dayNumber) == self else { return nil }
    }

    /// Reads `2026-11-20`.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].utf8.count == 4, parts[1].utf8.count == 2, parts[2].utf8.count == 2,
            parts.allSatisfy({ $0.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// Days since 1970-01-01.
    package var dayNumber: Int64 {
        let shiftedYear = Int64(month <= 2 ? year - 1 : year)
        let era = shiftedYear.flooredQuotient(400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * Int64(month > 2 ? month - 3 : month + 9) + 2) / 5 + Int64(day) - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// 0 is Sunday.
    package var weekday: Int { Int((dayNumber + 4) - (dayNumber + 4).flooredQuotient(7) * 7) }

    package var isWeekend: Bool { weekday == 0 || weekday == 6 }

    /// `2026-11-20`.
    package var description: String { CivilDate.padded(year, 4) + "-" + CivilDate.padded(month, 2) + "-" + CivilDate.padded(day, 2) }

    package static func < (a: CivilDate, b: CivilDate) -> Bool { (a.year, a.month, a.day) < (b.year, b.month, b.day) }

    static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}

extension Timestamp {
    /// `2026-11-20T08:17:51.123456Z`, the form of our own files: always six decimals.
    package var utcText: String { wallClock(offsetSeconds: 0, separator: "T", decimals: 6) + "Z" }

    /// `2026-11-20T13:47:51.123+05:30`, the form of native answers.
    package var indiaText: String { wallClock(offsetSeconds: indiaOffsetSeconds, separator: "T", decimals: 3) + "+05:30" }

    /// `2026-11-20 13:47:51`, Kite's form, India time.
    package var kiteText: String { wallClock(offsetSeconds: indiaOffsetSeconds, separator: " ", decimals: 0) }

    /// `2026-11-20T13:47:51.123456`, the legacy form: India time without a zone.
    package var legacyText: String { wallClock(offsetSeconds: indiaOffsetSeconds, separator: "T", decimals: 6) }

    /// The wall clock `offsetSeconds` ahead of UTC as text, the fraction cut to `decimals` (0, 3 or 6) places.
    package func wallClock(offsetSeconds: Int64, separator: String, decimals: Int) -> String {
        let date = CivilDate(dayNumber: dayNumber(offsetSeconds: offsetSeconds))
        let second = Int(seconds + offsetSeconds - dayNumber(offsetSeconds: offsetSeconds) * 86_400)
        var text = date.description + separator
        text += CivilDate.padded(second / 3600, 2) + ":" + CivilDate.padded(second / 60 % 60, 2) + ":" + CivilDate.padded(second % 60, 2)
        let fraction = Int(microseconds - seconds * 1_000_000)
        if decimals == 3 { text += "." + CivilDate.padded(fraction / 1000, 3) }
        if decimals == 6 { text += "." + CivilDate.padded(fraction, 6) }
        return text
    }

    /// Midnight of `date` plus `secondOfDay` on a wall clock `offsetSeconds` ahead of UTC.
    package init(date: CivilDate, secondOfDay: Int64 = 0, offsetSeconds: Int64) {
        self.init(seconds: date.dayNumber * 86_400 + secondOfDay - offsetSeconds)
    }

    /// Reads an RFC 3339 instant: `T` or a blank, up to nine decimals (cut to six), `Z` or an offset; both are required.
    package init?(rfc3339 text: some StringProtocol) {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int? {
            guard range.upperBound <= bytes.count else { return nil }
            var value = 0
            for byte in bytes[range] {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                value = value * 10 + Int(byte - UInt8(ascii: "0"))
            }
            return value
        }
        guard bytes.count >= 20, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " "), bytes[13] == UInt8(ascii: ":"),
            bytes[16] == UInt8(ascii: ":"),
            let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let date = CivilDate(year: year, month: month, day: day),
            let hour = number(11..<13), hour < 24, let minute = number(14..<16), minute < 60, let second = number(17..<19), second < 60
        else { return nil }
        var index = 19
        var fraction: Int64 = 0
        if bytes[index] == UInt8(ascii: ".") {
            index += 1
            let start = index
            while index < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) {
                if index - start < 6 { fraction = fraction * 10 + Int64(bytes[index] - UInt8(ascii: "0")) }
                index += 1
            }
            guard (1...9).contains(index - start) else { return nil }
            for _ in min(index - start, 6)..<6 { fraction *= 10 }
        }
        guard index < bytes.count else { return nil }
        var offset: Int64 = 0
        if bytes[index] == UInt8(ascii: "Z") {
            guard index + 1 == bytes.count else { return nil }
        } else {
            guard bytes.count == index + 6, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-"),
                bytes[index + 3] == UInt8(ascii: ":"),
                let hours = number(index + 1..<index + 3), hours < 24, let minutes = number(index + 4..<index + 6), minutes < 60
            else { return nil }
            offset = Int64(hours * 3600 + minutes * 60) * (bytes[index] == UInt8(ascii: "-") ? -1 : 1)
        }
        let base = Timestamp(date: date, secondOfDay: Int64(hour * 3600 + minute * 60 + second), offsetSeconds: offset)
        self.init(microseconds: base.microseconds + fraction)
    }
}

// The texts that exports give to dates. Calendar arithmetic is repeated here in its shortest form because this room imports nothing.

enum ExtendedDate {
    /// Milliseconds since 1970 of `2026-01-06T09:21:52.75Z`, with zero to nine decimals (cut to three), `Z`, `+0530` or `+05:30`.
    static func milliseconds(_ text: String) -> Int64? {
        var text = text
        return text.withUTF8 { bytes -> Int64? in
            func number(_ start: Int, _ count: Int) -> Int64? {
                guard start + count <= bytes.count else { return nil }
                var value: Int64 = 0
                for byte in bytes[start..<start + count] {
                    guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                    value = value * 10 + Int64(byte - UInt8(ascii: "0"))
                }
                return value
            }
            func stands(_ mark: Unicode.Scalar, at index: Int) -> Bool { bytes[index] == UInt8(ascii: mark) }
            guard bytes.count >= 20, stands("-", at: 4), stands("-", at: 7), stands("T", at: 10), stands(":", at: 13), stands(":", at: 16),
                let year = number(0, 4), let month = number(5, 2), let day = number(8, 2), year >= 1, (1...12).contains(month),
                day >= 1, day <= daysIn(month: month, year: year),
                let hour = number(11, 2), hour < 24, let minute = number(14, 2), minute < 60, let second = number(17, 2), second < 60
            else { return nil }
            var index = 19
            var fraction: Int64 = 0
            if stands(".", at: index) {
                index += 1
                let start = index
                while index < bytes.count, let digit = number(index, 1) {
                    if index - start < 3 { fraction = fraction * 10 + digit }
                    index += 1
                }
                guard (1...9).contains(index - start) else { return nil }
                for _ in min(index - start, 3)..<3 { fraction *= 10 }
            }
            guard index < bytes.count else { return nil }
            var offsetMinutes: Int64 = 0
            if stands("Z", at: index) {
                guard index + 1 == bytes.count else { return nil }
            } else {
                guard stands("+", at: index) || stands("-", at: index), let hours = number(index + 1, 2), hours < 24 else { return nil }
                let colon = bytes.count == index + 6 && stands(":", at: index + 3) ? 1 : 0
                guard bytes.count == index + 5 + colon, let minutes = number(index + 3 + colon, 2), minutes < 60 else { return nil }
                offsetMinutes = (hours * 60 + minutes) * (stands("-", at: index) ? -1 : 1)
            }
            let seconds = dayNumber(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second - offsetMinutes * 60
            return seconds * 1000 + fraction
        }
    }

    /// Days since 1970-01-01, counted in years that begin on 1 March so that the leap day comes last.
    private static func dayNumber(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func daysIn(month: Int64, year: Int64) -> Int64 {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

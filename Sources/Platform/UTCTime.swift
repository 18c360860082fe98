// A moment taken apart for people and protocols: log lines, HTTP dates. Market calendars are the rules' own business.

/// Year to microsecond of a moment in UTC, by the Gregorian calendar.
package struct UTCTime: Equatable, Sendable {
    package let year: Int
    /// 1 to 12.
    package let month: Int
    /// 1 to 31.
    package let day: Int
    package let hour: Int
    package let minute: Int
    package let second: Int
    package let microsecond: Int
    /// 0 is Sunday.
    package let weekday: Int

    /// The moment `microseconds` after 1970 began.
    package init(microseconds: Int64) {
        let daySeconds = 86_400
        let whole = Int(microseconds)
        let seconds = floorDivide(whole, 1_000_000)
        microsecond = whole - seconds * 1_000_000
        let days = floorDivide(seconds, daySeconds)
        let rest = seconds - days * daySeconds
        hour = rest / 3_600
        minute = rest % 3_600 / 60
        second = rest % 60
        // 1970 began on a Thursday.
        weekday = (days % 7 + 11) % 7
        // Years counted from March put the leap day last; 719,468 days lie between 0000-03-01 and 1970-01-01.
        let shifted = days + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// `2026-11-20T10:00:00.123456Z`, RFC 3339 with microseconds.
    package var rfc3339: [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(27)
        appendDigits(year, 4, to: &text)
        text.append(UInt8(ascii: "-"))
        appendDigits(month, 2, to: &text)
        text.append(UInt8(ascii: "-"))
        appendDigits(day, 2, to: &text)
        text.append(UInt8(ascii: "T"))
        appendClock(to: &text)
        text.append(UInt8(ascii: "."))
        appendDigits(microsecond, 6, to: &text)
        text.append(UInt8(ascii: "Z"))
        return text
    }

    /// `Fri, 20 Nov 2026 10:00:00 GMT`, the date of HTTP (RFC 9110, 5.6.7).
    package var httpDate: [UInt8] {
        let weekdays: [StaticString] = ["Sun, ", "Mon, ", "Tue, ", "Wed, ", "Thu, ", "Fri, ", "Sat, "]
        let months: [StaticString] = [
            " Jan ", " Feb ", " Mar ", " Apr ", " May ", " Jun ", " Jul ", " Aug ", " Sep ", " Oct ", " Nov ", " Dec ",
        ]
        var text: [UInt8] = []
        text.reserveCapacity(29)
        weekdays[weekday].withUTF8Buffer { text.append(contentsOf: $0) }
        appendDigits(day, 2, to: &text)
        months[month - 1].withUTF8Buffer { text.append(contentsOf: $0) }
        appendDigits(year, 4, to: &text)
        text.append(UInt8(ascii: " "))
        appendClock(to: &text)
        text.append(contentsOf: " GMT".utf8)
        return text
    }

    private func appendClock(to text: inout [UInt8]) {
        appendDigits(hour, 2, to: &text)
        text.append(UInt8(ascii: ":"))
        appendDigits(minute, 2, to: &text)
        text.append(UInt8(ascii: ":"))
        appendDigits(second, 2, to: &text)
    }
}

private func floorDivide(_ dividend: Int, _ divisor: Int) -> Int {
    dividend >= 0 ? dividend / divisor : -((divisor - 1 - dividend) / divisor)
}

private func appendDigits(_ value: Int, _ width: Int, to text: inout [UInt8]) {
    var rest = value
    let start = text.count
    for _ in 0..<width {
        text.append(UInt8(48 + rest % 10))
        rest /= 10
    }
    text[start...].reverse()
}

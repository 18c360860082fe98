// Times as the legacy market routes print them, India time.

import Trading

enum ClockText {
    /// The intervals that the legacy live routes name.
    static let liveIntervals = CandleInterval.allCases.filter { $0 != .day }.map(\.legacyName)

    /// `02:17:52 PM`.
    static func twelveHours(_ instant: Timestamp, seconds: Bool = true) -> String {
        let clock = instant.wallClock(offsetSeconds: indiaOffsetSeconds, separator: " ", decimals: 0).suffix(8)
        let hour = Int(clock.prefix(2)) ?? 0
        let shown = hour % 12 == 0 ? 12 : hour % 12
        let rest = seconds ? clock.dropFirst(2) : clock.dropFirst(2).prefix(3)
        return (shown < 10 ? "0" : "") + String(shown) + rest + (hour < 12 ? " AM" : " PM")
    }

    /// `1:12:08`.
    static func countdown(_ duration: Duration) -> String {
        let total = max(0, duration.components.seconds)
        func two(_ number: Int64) -> String { (number < 10 ? "0" : "") + String(number) }
        return "\(total / 3600):\(two(total / 60 % 60)):\(two(total % 60))"
    }

    /// `23 Nov 2026, 09:15 AM`.
    static func day(_ instant: Timestamp) -> String {
        let date = CivilDate(dayNumber: instant.dayNumber(offsetSeconds: indiaOffsetSeconds))
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return (date.day < 10 ? "0" : "") + "\(date.day) \(months[date.month - 1]) \(date.year), " + twelveHours(instant, seconds: false)
    }
}

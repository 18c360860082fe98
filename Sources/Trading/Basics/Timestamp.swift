// Instants in UTC. What an exchange's wall clock says at an instant is `MarketHours`' business; the offset for India is here
// because legacy wires print it.

/// An instant: microseconds since 1970-01-01T00:00:00Z.
package struct Timestamp: Hashable, Comparable, Sendable {
    package let microseconds: Int64

    package init(microseconds: Int64) { self.microseconds = microseconds }
    package init(seconds: Int64) { microseconds = seconds * 1_000_000 }

    package var seconds: Int64 { microseconds.flooredQuotient(1_000_000) }
    package var milliseconds: Int64 { microseconds.flooredQuotient(1_000) }

    package static func < (a: Timestamp, b: Timestamp) -> Bool { a.microseconds < b.microseconds }
    package static func + (a: Timestamp, b: Duration) -> Timestamp { Timestamp(microseconds: a.microseconds + b.wholeMicroseconds) }
    package static func - (a: Timestamp, b: Duration) -> Timestamp { Timestamp(microseconds: a.microseconds - b.wholeMicroseconds) }
    package static func - (a: Timestamp, b: Timestamp) -> Duration { .microseconds(a.microseconds - b.microseconds) }

    /// Whole days since 1970-01-01 on a wall clock `offsetSeconds` ahead of UTC.
    package func dayNumber(offsetSeconds: Int64) -> Int64 { (seconds + offsetSeconds).flooredQuotient(86_400) }
}

/// India has one zone, UTC+05:30, without daylight saving.
package let indiaOffsetSeconds: Int64 = 19_800

extension Duration {
    /// Whole microseconds, the rest cut.
    package var wholeMicroseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}

extension FixedWidthInteger {
    /// The quotient rounded towards minus infinity, as days and intervals before 1970 need it.
    @inlinable @inline(__always)
    package func flooredQuotient(_ divisor: Self) -> Self {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder != 0 && (remainder < 0) != (divisor < 0) ? quotient - 1 : quotient
    }
}

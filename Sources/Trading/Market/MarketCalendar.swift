// Which days an exchange trades, and how. The tables are NSE's, from its circulars; an exchange announces changes at short notice, so a
// calendar is a value that can be made with other tables.

/// The trading days of one exchange and segment. A special session beats a holiday, a holiday beats a weekday.
package struct MarketCalendar: Sendable, Hashable {
    /// Closed days and their names. Days that fall on a weekend are listed too, for their names.
    package let holidays: [CivilDate: String]
    /// Days with hours of their own, on whatever day they fall.
    package let specialSessions: [CivilDate: TradingSession]
    /// The hours of an ordinary weekday.
    package let regular: TradingSession

    package init(
        holidays: [CivilDate: String], specialSessions: [CivilDate: TradingSession] = [:], regular: TradingSession = .regular
    ) {
        self.holidays = holidays
        self.specialSessions = specialSessions
        self.regular = regular
    }

    /// The hours of `date`; nil when nothing trades.
    package func session(on date: CivilDate) -> TradingSession? {
        if let special = specialSessions[date] { return special }
        return date.isWeekend || holidays[date] != nil ? nil : regular
    }

    /// NSE equity: holidays of 2025 and 2026, the Muhurat evenings since 2021 and the Budget weekends. Other years know only weekends.
    ///
    /// The Muhurat session of Sunday 2026-11-08 was announced without hours and counts as closed. The closing auction of shares with
    /// derivatives (from 2026-08-03) is not told here: the segment trades on until 15:30.
    package static let nse = MarketCalendar(
        holidays: table(nseHolidays), specialSessions: table(nseSpecialSessions))

    private static func table<Value>(_ rows: [(String, Value)]) -> [CivilDate: Value] {
        var table: [CivilDate: Value] = [:]
        for (text, value) in rows {
            guard let date = CivilDate(text) else { preconditionFailure("The calendar's tables hold days that exist.") }
            table[date] = value
        }
        return table
    }

    private static let nseHolidays: [(String, String)] = [
        ("2025-01-26", "Republic Day"),
        ("2025-02-26", "Mahashivratri"),
        ("2025-03-14", "Holi"),
        ("2025-03-31", "Id-Ul-Fitr"),
        ("2025-04-06", "Shri Ram Navami"),
        ("2025-04-10", "Shri Mahavir Jayanti"),
        ("2025-04-14", "Dr. Baba Saheb Ambedkar Jayanti"),
        ("2025-04-18", "Good Friday"),
        ("2025-05-01", "Maharashtra Day"),
        ("2025-06-07", "Bakri Id"),
        ("2025-07-06", "Muharram"),
        ("2025-08-15", "Independence Day"),
        ("2025-08-27", "Shri Ganesh Chaturthi"),
        ("2025-10-02", "Mahatma Gandhi Jayanti and Dussehra"),
        ("2025-10-21", "Diwali Laxmi Pujan"),
        ("2025-10-22", "Diwali Balipratipada"),
        ("2025-11-05", "Prakash Gurpurb Sri Guru Nanak Dev"),
        ("2025-12-25", "Christmas"),
        ("2026-01-15", "Municipal Corporation Election, Maharashtra"),
        ("2026-01-26", "Republic Day"),
        ("2026-02-15", "Mahashivratri"),
        ("2026-03-03", "Holi"),
        ("2026-03-21", "Id-Ul-Fitr"),
        ("2026-03-26", "Shri Ram Navami"),
        ("2026-03-31", "Shri Mahavir Jayanti"),
        ("2026-04-03", "Good Friday"),
        ("2026-04-14", "Dr. Baba Saheb Ambedkar Jayanti"),
        ("2026-05-01", "Maharashtra Day"),
        ("2026-05-28", "Bakri Id"),
        ("2026-06-26", "Muharram"),
        ("2026-08-15", "Independence Day"),
        ("2026-09-14", "Ganesh Chaturthi"),
        ("2026-10-02", "Mahatma Gandhi Jayanti"),
        ("2026-10-20", "Dussehra"),
        ("2026-11-08", "Diwali Laxmi Pujan"),
        ("2026-11-10", "Diwali Balipratipada"),
        ("2026-11-24", "Prakash Gurpurb Sri Guru Nanak Dev"),
        ("2026-12-25", "Christmas"),
    ]

    private static let nseSpecialSessions: [(String, TradingSession)] = [
        ("2021-11-04", muhurat(18 * 3_600 + 900)),
        ("2022-10-24", muhurat(18 * 3_600 + 900)),
        ("2025-02-01", .regular),  // Union Budget, a Saturday.
        ("2025-10-21", muhurat(13 * 3_600 + 2_700)),
        ("2026-02-01", .regular),  // Union Budget, a Sunday.
    ]

    /// One hour from `open` on.
    private static func muhurat(_ open: Int64) -> TradingSession {
        TradingSession(preOpen: nil, open: open, close: open + 3_600, postClose: nil)
    }
}

// Sessions, holidays and the badge, and the calendar against the recorded one.

import Testing

@testable import Trading

@Suite struct `Market hours` {
    private func phase(_ text: String) -> MarketPhase { MarketHours.exchange.phase(at: Timestamp(rfc3339: text)!) }

    @Test func `of an ordinary day`() {
        #expect(phase("2026-11-20T08:59:59+05:30") == .afterHours)
        #expect(phase("2026-11-20T09:00:00+05:30") == .preOpen)
        #expect(phase("2026-11-20T09:14:59.999+05:30") == .preOpen)
        #expect(phase("2026-11-20T09:15:00+05:30") == .open)
        #expect(phase("2026-11-20T15:29:59.999999+05:30") == .open)
        #expect(phase("2026-11-20T15:30:00+05:30") == .postClose)
        #expect(phase("2026-11-20T16:00:00+05:30") == .afterHours)
        #expect(phase("2026-11-20T03:45:00Z") == .open)
    }

    @Test func `of weekends, holidays and special sessions`() {
        #expect(phase("2026-11-21T11:00:00+05:30") == .weekend)
        #expect(phase("2026-11-24T11:00:00+05:30") == .holiday)
        #expect(phase("2026-02-01T11:00:00+05:30") == .open, "Budget Sunday")
        #expect(phase("2025-10-21T11:00:00+05:30") == .afterHours, "Muhurat day, before its hour")
        #expect(phase("2025-10-21T13:45:00+05:30") == .open)
        #expect(phase("2025-10-21T14:45:00+05:30") == .afterHours)
    }

    @Test func `count down to the open and to the close`() {
        let before = MarketHours.exchange.status(at: Timestamp(rfc3339: "2026-11-20T09:10:00+05:30")!)
        #expect(before.opensIn == .seconds(300) && before.closesIn == nil && before.isStreamingRecommended)
        #expect(before.phase.statusWord == "PRE-OPEN" && before.phase.rawValue == "PRE-MARKET")
        let during = MarketHours.exchange.status(at: Timestamp(rfc3339: "2026-11-20T15:00:00+05:30")!)
        #expect(during.closesIn == .seconds(1_800) && during.opensIn == nil && during.nextOpen == nil)
        #expect(during.phase.statusWord == "OPEN" && during.phase.rawValue == "REGULAR")
    }

    @Test func `name the next open over a weekend and a holiday`() {
        let friday = MarketHours.exchange.status(at: Timestamp(rfc3339: "2026-11-20T15:45:00+05:30")!)
        #expect(friday.phase == .postClose && friday.phase.statusWord == "CLOSED" && !friday.isStreamingRecommended)
        #expect(friday.nextOpen?.indiaText == "2026-11-23T09:15:00.000+05:30")
        let monday = MarketHours.exchange.status(at: Timestamp(rfc3339: "2026-11-23T17:00:00+05:30")!)
        #expect(monday.nextOpen?.indiaText == "2026-11-25T09:15:00.000+05:30")
        let holiday = MarketHours.exchange.status(at: Timestamp(rfc3339: "2026-11-24T11:00:00+05:30")!)
        #expect(holiday.holiday == "Prakash Gurpurb Sri Guru Nanak Dev")
        let early = MarketHours.exchange.nextOpen(after: Timestamp(rfc3339: "2026-11-20T02:00:00+05:30")!)
        #expect(early?.indiaText == "2026-11-20T09:15:00.000+05:30")
    }

    @Test func `look no further than the limit for the next open`() {
        var holidays: [CivilDate: String] = [:]
        let first = CivilDate("2026-12-01")!.dayNumber
        for day in first...first + Int64(MarketHours.searchDays) { holidays[CivilDate(dayNumber: day)] = "Closed" }
        let hours = MarketHours(MarketCalendar(holidays: holidays))
        #expect(hours.nextOpen(after: Timestamp(rfc3339: "2026-12-01T11:00:00+05:30")!) == nil)
        #expect(hours.nextOpen(after: Timestamp(rfc3339: "2026-12-02T11:00:00+05:30")!)?.indiaText == "2027-01-01T09:15:00.000+05:30")
    }

    @Test func `tell when the day closes`() {
        let morning = Timestamp(rfc3339: "2026-11-20T08:00:00+05:30")!
        #expect(MarketHours.exchange.nextClose(after: morning)?.indiaText == "2026-11-20T15:30:00.000+05:30")
        #expect(MarketHours.exchange.nextClose(after: morning + .seconds(8 * 3_600)) == nil)
        #expect(MarketHours.always.nextClose(after: morning) == nil)
    }

    @Test func `that never close have no countdown`() {
        let status = MarketHours.always.status(at: Timestamp(rfc3339: "2026-11-22T03:00:00+05:30")!)
        #expect(status.phase == .open && status.closesIn == nil && status.nextOpen == nil)
        #expect(MarketHours.always.isTradingDay(CivilDate("2026-11-22")!))
    }

    @Test(.enabled(if: Fixtures.available, "needs ../shared/fixtures"))
    func `agree with the recorded calendar`() throws {
        var listed: Set<CivilDate> = []
        for row in try Fixtures.rows("calendar/nse-equity-holidays-2025-2026.csv") {
            let date = try #require(CivilDate(row[0]))
            let kind = try #require(row.last)
            listed.insert(date)
            #expect(MarketCalendar.nse.holidays[date] != nil, "\(date)")
            let noon = MarketHours.exchange.phase(at: Timestamp(date: date, secondOfDay: 43_200, offsetSeconds: indiaOffsetSeconds))
            switch kind {
            case "closed": #expect(noon == .holiday, "\(date)")
            case "weekend": #expect(noon == .weekend, "\(date)")
            default: #expect(kind == "muhurat" && noon != .open, "\(date)")
            }
        }
        #expect(Set(MarketCalendar.nse.holidays.keys) == listed)
        for year in [2025, 2026] {
            let closures = MarketCalendar.nse.holidays.keys.filter { $0.year == year && !$0.isWeekend }
            #expect(closures.count == (year == 2025 ? 14 : 16), "weekday closures, and in 2025 the Muhurat day")
        }
    }

    @Test(.enabled(if: Fixtures.available, "needs ../shared/fixtures"))
    func `are open whenever a recorded index bar says so`() throws {
        var days: Set<CivilDate> = []
        for row in try Fixtures.rows("intraday-1m/NIFTY50.csv.gz") {
            let instant = try #require(Timestamp(rfc3339: row[0]))
            let date = CivilDate(dayNumber: instant.dayNumber(offsetSeconds: indiaOffsetSeconds))
            // The exchange's outage of that day moved its close.
            guard date != CivilDate("2021-02-24") else { continue }
            days.insert(date)
            if !MarketHours.exchange.isOpen(at: instant) { Issue.record("closed at \(row[0])") }
        }
        #expect(days.count > 400)
    }
}

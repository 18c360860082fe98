// Days, phases and hours of the built-in pack at each of their edges, of packs made here, and of the recorded calendar.

import Testing

@testable import Trading

private func date(_ text: String) -> CivilDate { CivilDate(text)! }

/// The phase's word one microsecond before, at, and one second after an instant in India.
private func words(_ calendar: MarketCalendar, _ day: String, _ time: String) -> [String] {
    let at = Timestamp(rfc3339: "\(day)T\(time):00+05:30")!
    return [at - .microseconds(1), at - .seconds(1), at, at + .seconds(1)].map { instant in
        let date = CivilDate(dayNumber: instant.dayNumber(offsetSeconds: indiaOffsetSeconds))
        return calendar.day(date)?.phase(at: instant)?.rawValue ?? "–"
    }
}

@Suite struct `Phases of a day` {
    /// `time before after`, each edge of a day in order.
    private func check(
        _ days: [String], _ edges: String, _ exchange: String = "NSE", _ segment: MarketSegment = .equity, _ group: InstrumentGroup? = nil
    ) {
        let calendar = RulePack.builtIn.calendar(exchange, segment, group: group)
        for day in days {
            for edge in edges.split(separator: "\n") {
                let row = edge.split(separator: " ").map(String.init)
                #expect(words(calendar, day, row[0]) == [row[1], row[1], row[2], row[2]], "\(day) \(edge)")
            }
        }
    }

    private static let oldOpening = """
        09:00 – preopen-entry
        09:08 preopen-entry preopen-match
        09:12 preopen-match buffer
        09:15 buffer continuous

        """
    private static let newOpening = """
        09:00 – preopen-entry
        09:05 preopen-entry preopen-limit-entry
        09:10 preopen-limit-entry preopen-match
        09:12 preopen-match buffer
        09:15 buffer continuous

        """
    private static let plainClose = """
        15:15 continuous continuous
        15:30 continuous –
        15:40 – post-close
        16:00 post-close –
        """
    private static let auctionClose = """
        15:15 continuous closing-reference
        15:20 closing-reference closing-entry
        15:25 closing-entry closing-limit-entry
        15:30 closing-limit-entry closing-match
        15:35 closing-match –
        15:50 – post-close
        16:00 post-close –
        """

    @Test func `of shares outside the closing auction`() {
        check(["2021-03-01", "2025-12-08", "2026-07-31", "2026-08-03", "2026-09-04"], Self.oldOpening + Self.plainClose)
        check(["2026-09-07", "2026-11-20"], Self.newOpening + Self.plainClose)
    }

    @Test func `of shares in the closing auction, from 2026-08-03 on`() {
        check(["2025-12-08", "2026-07-31"], Self.oldOpening + Self.plainClose, "NSE", .equity, .closingAuction)
        check(["2026-08-03", "2026-09-04"], Self.oldOpening + Self.auctionClose, "NSE", .equity, .closingAuction)
        check(["2026-09-07", "2026-11-20"], Self.newOpening + Self.auctionClose, "NSE", .equity, .closingAuction)
    }

    @Test func `of derivatives`() {
        let old = "09:00 – –\n09:15 – continuous\n15:30 continuous –\n15:40 – –"
        let new = "09:00 – –\n09:15 – continuous\n15:30 continuous continuous\n15:40 continuous –"
        check(["2025-12-08", "2026-07-31"], old, "NFO", .options)
        check(["2026-08-03", "2026-11-20"], new, "NFO", .options)
        check(["2025-12-05"], old, "NFO", .futures, .nearMonth)
        check(["2025-12-08", "2026-07-31"], Self.oldOpening + "15:30 continuous –", "NFO", .futures, .nearMonth)
        check(["2026-08-03"], Self.oldOpening + "15:30 continuous continuous\n15:40 continuous –", "NFO", .futures, .nearMonth)
        check(["2025-12-08"], old, "NFO", .futures)
    }

    @Test func `of other exchanges`() {
        check(["2026-11-20"], "09:00 – continuous\n17:00 continuous –", "CDS", .futures)
        check(["2023-11-03", "2024-03-11", "2025-10-31", "2026-10-30"], "09:00 – continuous\n23:30 continuous –", "MCX", .futures)
        check(["2023-11-06", "2024-03-08", "2024-11-04", "2026-11-02"], "23:30 continuous continuous\n23:55 continuous –", "MCX", .futures)
        check(["2026-11-21", "2026-11-22", "2026-11-24"], "00:00 continuous continuous\n23:59 continuous continuous", "CRYPTO", .spot)
        check(["2026-11-20"], "00:00 – –\n12:00 – –", "NYSE", .equity)
    }

    @Test func `of holidays, Muhurat evenings and Budget weekends`() {
        let closed = "00:00 – –\n09:15 – –\n12:00 – –\n15:30 – –"
        for exchange in [("NSE", MarketSegment.equity), ("BSE", .equity), ("NFO", .options), ("CDS", .futures)] {
            check(["2026-01-15", "2026-01-26", "2026-11-24", "2026-11-22", "2025-11-05"], closed, exchange.0, exchange.1)
        }
        let regular = "09:15 buffer continuous\n15:30 continuous –"
        check(["2025-02-01", "2026-02-01"], regular)
        check(["2026-02-01"], "09:15 – continuous\n15:30 continuous –", "NFO", .options)
        let evening = "09:15 – –\n18:15 – continuous\n19:15 continuous –"
        check(["2021-11-04", "2022-10-24"], evening)
        check(["2025-10-21"], "09:15 – –\n13:45 – continuous\n14:45 continuous –", "NSE", .equity, .closingAuction)
        check(["2025-10-21"], "13:45 – continuous\n14:45 continuous –", "NFO", .futures)
        check(["2026-11-08"], closed)
        check(["2026-05-28"], "12:00 continuous continuous", "MCX", .futures)
    }

    @Test func `say which orders they take`() {
        let limit = OrderKind.limit(Price(units: 1))
        let stop = OrderKind.stop(trigger: Price(units: 1))
        func taken(_ phase: SessionPhase) -> [Bool] {
            [
                phase.accepts(.market, .day), phase.accepts(limit, .day), phase.accepts(stop, .day),
                phase.accepts(limit, .immediateOrCancel),
            ]
        }
        #expect(taken(.continuous) == [true, true, true, true])
        #expect(taken(.preOpenEntry) == [true, true, false, false] && taken(.closingEntry) == [true, true, false, false])
        #expect(taken(.preOpenLimitEntry) == [false, true, false, false] && taken(.closingLimitEntry) == [false, true, false, false])
        #expect(taken(.postClose) == [true, false, false, false])
        for phase in [SessionPhase.preOpenMatch, .buffer, .closingReference, .closingMatch] {
            #expect(taken(phase) == [false, false, false, false], "\(phase)")
        }
        #expect(SessionPhase.allCases.filter(\.isAuction).count == 7)
    }

    @Test func `end at random only within their last seconds, the same for the same number`() throws {
        let day = try #require(RulePack.builtIn.calendar("NSE", .equity, group: .closingAuction).day(date("2026-11-20")))
        var ends: Set<Int64> = []
        for number in 0..<2_000 as Range<UInt64> {
            let drawn = day.drawn(by: number)
            #expect(drawn == day.drawn(by: number) && drawn.phases.count == day.phases.count)
            let entry = try #require(drawn.phases.first { $0.phase == .closingLimitEntry })
            let match = try #require(drawn.phases.first { $0.phase == .closingMatch })
            #expect(entry.closes == match.opens && match.closes == 56_100 && (55_680...55_800).contains(entry.closes))
            ends.insert(entry.closes)
            #expect(drawn.closes == day.closes && drawn.opens == day.opens, "continuous trading ends on time")
        }
        #expect(ends.count > 100 && ends.contains(55_680) && ends.contains(55_800))
    }

    @Test func `are the same for a clock that keeps the day at hand`() {
        let hours = MarketHours(RulePack.builtIn.calendar("NSE", .equity, group: .closingAuction))
        var clock = SessionClock(hours)
        for minute in stride(from: 0 as Int64, to: 14 * 1_440, by: 5) {
            let instant = Timestamp(rfc3339: "2026-11-16T00:00:00+05:30")! + .seconds(minute * 60)
            let day = hours.day(CivilDate(dayNumber: instant.dayNumber(offsetSeconds: indiaOffsetSeconds)))
            #expect(clock.phase(at: instant) == day?.phase(at: instant) && clock.today == day)
        }
        var always = SessionClock(.always)
        #expect(always.phase(at: Timestamp(rfc3339: "2026-11-22T03:00:00+05:30")!) == .continuous)
    }
}

@Suite struct `Rules of days and hours` {
    @Test func `name who is in the closing auction`() throws {
        func isIn(_ pack: RulePack, _ symbol: String, _ hasDerivatives: Bool, _ day: String) -> Bool {
            pack.isInClosingAuction("NSE", symbol, hasDerivatives: hasDerivatives, on: date(day))
        }
        #expect(!isIn(.builtIn, "INFY", true, "2026-08-02") && isIn(.builtIn, "INFY", true, "2026-08-03"))
        #expect(!isIn(.builtIn, "TINY", false, "2026-11-20"))
        #expect(!RulePack.builtIn.isInClosingAuction("BSE", "INFY", hasDerivatives: true, on: date("2026-11-20")))
        let owners = try RulePack.builtIn.overlaid(
            with: """
                2026-10-01 closing-auction NSE/equity/*/INFY none
                2026-10-01 closing-auction NSE/equity/*/TINY all
                """)
        #expect(isIn(owners, "INFY", true, "2026-09-30") && !isIn(owners, "INFY", true, "2026-10-01"))
        #expect(isIn(owners, "TINY", false, "2026-10-01") && isIn(owners, "TCS", true, "2026-10-01"))
    }

    @Test func `square intraday positions off in time`() throws {
        func time(
            _ exchange: String, _ segment: MarketSegment, _ day: String, _ product: Product = .intraday, _ group: InstrumentGroup? = nil
        ) throws -> String? {
            let day = try #require(RulePack.builtIn.calendar(exchange, segment, group: group).day(date(day)))
            let second = RulePack.builtIn.squareOffSecond(exchange, segment, product, group: group, on: day)
            return second.map { String(day.instant($0).indiaText.dropFirst(11).prefix(5)) }
        }
        #expect(try time("NSE", .equity, "2026-07-31") == "15:20" && time("NSE", .equity, "2026-11-20") == "15:20")
        #expect(try time("NSE", .equity, "2026-07-31", .intraday, .closingAuction) == "15:20")
        #expect(try time("NSE", .equity, "2026-08-03", .intraday, .closingAuction) == "15:10")
        #expect(try time("NFO", .options, "2026-11-20") == "15:25" && time("CDS", .futures, "2026-11-20") == "16:45")
        #expect(try time("MCX", .futures, "2026-11-20") == "23:45")
        #expect(try time("NSE", .equity, "2025-10-21") == "14:35", "ten minutes before a short day's end")
        #expect(try time("NSE", .equity, "2022-10-24") == "19:05", "and of an evening that the usual time comes before")
        #expect(try time("NSE", .equity, "2026-11-20", .delivery) == nil && time("NFO", .futures, "2026-11-20", .carry) == nil)
        #expect(try time("CRYPTO", .spot, "2026-11-20") == nil)
    }

    @Test func `can be changed by the owner`() throws {
        let owners = try RulePack.builtIn.overlaid(
            with: """
                2026-11-23  holiday  NSE  General election      # added by a later circular
                2026-11-08  special  NSE  continuous 18:00-19:00
                2026-11-24  special  NSE  closed
                2027-01-01  trading  NSE/equity  continuous 09:15-17:00
                2026-11-28  special  NFO  regular
                """)
        let nse = owners.calendar("NSE", .equity)
        #expect(nse.day(date("2026-11-23")) == nil && nse.holidays[date("2026-11-23")] == "General election")
        #expect(words(nse, "2026-11-08", "18:00") == ["–", "–", "continuous", "continuous"])
        #expect(nse.day(date("2026-11-24")) == nil)
        #expect(nse.day(date("2026-12-31"))?.closes == 55_800 && nse.day(date("2027-01-01"))?.closes == 61_200)
        #expect(owners.calendar("NFO", .futures).day(date("2026-11-23")) == nil, "derivatives keep NSE's days")
        #expect(owners.calendar("NFO", .futures).day(date("2026-11-28"))?.closes == 56_400 && nse.day(date("2026-11-28")) == nil)
        #expect(
            nse.tradingDay(after: date("2026-11-20")) == date("2026-11-25")
                && nse.tradingDay(before: date("2026-11-25")) == date("2026-11-20"))
    }

    @Test(arguments: [
        ("2026-01-01 week * Mon Tus", "line 1, weekday: 'Tus' is none of Sun Mon Tue Wed Thu Fri Sat"),
        ("2026-01-01 week *", "line 1, weekday: is missing: some of Sun Mon Tue Wed Thu Fri Sat"),
        ("2026-01-01 trading NSE continous 09:15-15:30", "line 1, phase: 'continous' is none of "),
        ("2026-01-01 trading NSE continuous", "line 1, times: is missing: such as 09:15-15:30"),
        ("2026-01-01 trading NSE continuous 15:30-09:15", "line 1, times: '15:30-09:15' is no span such as 09:15-15:30"),
        ("2026-01-01 trading NSE continuous 09:15-24:01", "line 1, times: '09:15-24:01' is no span such as 09:15-15:30"),
        ("2026-01-01 trading NSE continuous 9:15-15:30", "line 1, times: '9:15-15:30' is no span such as 09:15-15:30"),
        (
            "2026-01-01 trading NSE continuous 09:15-15:30~x",
            "line 1, times: '09:15-15:30~x' has no number of seconds below its length after ~"
        ),
        (
            "2026-01-01 trading NSE continuous 09:15-09:16~60",
            "line 1, times: '09:15-09:16~60' has no number of seconds below its length after ~"
        ),
        (
            "2026-01-01 trading NSE continuous 09:15-15:30 post-close 15:29-16:00",
            "line 1, times: '15:29-16:00' begins before the phase before it ends"
        ),
        ("2026-01-01 trading NSE post-close 15:40-16:00", "line 1, phase: no 'continuous' is among them"),
        ("2026-01-01 trading NSE buffer 09:12-09:15 continuous 09:15-15:30", "line 1, phase: 'buffer' belongs to an 'opening' line"),
        ("2026-01-01 opening NSE continuous 09:12-09:15", "line 1, phase: 'continuous' does not belong before the open"),
        ("2026-01-01 special NSE buffer 09:12-09:15", "line 1, phase: no 'continuous' is among them"),
        ("2026-01-01 holiday NSE", "line 1, name: a holiday has a name of 1 to 80 bytes that can be printed"),
        ("2026-01-01 calendar NFO NSE", "line 1, calendar: is missing: 'as' and the exchange whose days it keeps"),
        ("2026-01-01 calendar NFO as nse", "line 1, exchange: 'nse' is no exchange"),
        ("2026-01-01 closing-auction NSE some", "line 1, members: 'some' is none of all, none, with-derivatives"),
        ("2026-01-01 square-off NSE/equity/MIS close-0m", "line 1, time: 'close-0m' is none of 15:20, close-10m, never"),
        ("2026-01-01 week NSE/equity/MIS Mon", "line 1, scope: hours are told for a segment, not for a product"),
        ("2026-01-01 week NSE/equity/*/INFY Mon", "line 1, scope: hours are told for a segment, not for a symbol"),
        ("2026-01-01 week NSE/equity+small Mon", "line 1, scope: 'small' is none of closing-auction, near-month"),
        (
            "2026-01-01 trading NSE continuous 09:10-15:30\n2026-06-01 opening NSE preopen-entry 09:00-09:11",
            "line 2, times: from 2026-06-01 on, the phases before the open end after it"
        ),
    ])
    func `are refused with the line and the field`(text: String, expected: String) {
        do {
            _ = try RulePack(text: text)
            Issue.record("taken: \(text)")
        } catch {
            #expect(expected.hasSuffix(" ") ? error.description.hasPrefix(expected) : error.description == expected)
        }
    }

    @Test func `have limits`() {
        func isTaken(_ text: String) -> Bool { (try? RulePack(text: text)) != nil }
        func day(_ phases: Int) -> String {
            "2026-01-01 trading NSE" + (0..<phases).map { " continuous \(10 + $0 / 6):\($0 % 6)0-\(10 + $0 / 6):\($0 % 6)5" }.joined()
        }
        #expect(isTaken(day(RulePack.phaseLimit)) && !isTaken(day(RulePack.phaseLimit + 1)))
        let name = String(repeating: "x", count: RulePack.holidayNameLimitBytes)
        #expect(isTaken("2026-01-01 holiday NSE " + name) && !isTaken("2026-01-01 holiday NSE x" + name))
    }

    @Test func `that overlap on paper but never in force together are taken`() throws {
        let pack = try RulePack(
            text: """
                2020-01-01 opening NSE preopen-entry 08:00-09:00
                2020-01-01 trading NSE continuous 09:00-15:30
                2026-01-01 opening NSE preopen-entry 08:00-08:20
                2026-01-01 trading NSE continuous 08:30-15:30
                """)
        let calendar = pack.calendar("NSE", .equity)
        #expect(calendar.day(date("2025-12-31"))?.phases.count == 2 && calendar.day(date("2026-01-01"))?.phases.count == 2)
        #expect(calendar.day(date("2019-06-03"))?.opens == 32_400, "before the first line its hours count")
    }

    @Test(.enabled(if: Fixtures.available, "needs ../shared/fixtures"))
    func `agree with the recorded calendar, for shares, derivatives and the auction`() throws {
        let calendars = [
            RulePack.builtIn.calendar("NSE", .equity), RulePack.builtIn.calendar("NSE", .equity, group: .closingAuction),
            RulePack.builtIn.calendar("NFO", .options), RulePack.builtIn.calendar("BSE", .equity),
        ]
        var kinds: [String: Int] = [:]
        for row in try Fixtures.rows("calendar/nse-equity-holidays-2025-2026.csv") {
            let day = try #require(CivilDate(row[0]))
            let kind = try #require(row.last)
            kinds[kind, default: 0] += 1
            for calendar in calendars {
                let closes = calendar.day(day)?.closes
                #expect(kind == "muhurat" && day.year == 2025 ? closes == 53_100 : closes == nil, "\(day)")
            }
        }
        #expect(kinds == ["closed": 29, "weekend": 7, "muhurat": 2])
    }
}

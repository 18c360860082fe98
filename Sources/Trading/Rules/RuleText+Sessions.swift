// The lines about days and hours.

extension RulePack {
    /// Bytes of a holiday's name.
    static let holidayNameLimitBytes = 80
    /// Phases of one day.
    static let phaseLimit = 16

    mutating func readSession(
        _ kind: RuleKind, from: CivilDate, scope: RuleScope, layer: Int, _ words: inout RuleWords
    ) throws(RuleFault) {
        let number = words.number
        func line<Value>(_ value: Value) -> DatedRule<Value> {
            DatedRule(from: from, layer: layer, number: number, scope: scope, value: value)
        }
        if scope.product != nil, kind != .squareOff { throw words.fault("scope", "hours are told for a segment, not for a product") }
        if scope.symbol != nil, kind != .closingAuction { throw words.fault("scope", "hours are told for a segment, not for a symbol") }
        switch kind {
        case .week: sessions.week.add(line(try RulePack.week(&words)))
        case .opening:
            let phases = words.take("none") ? [] : try RulePack.phases(&words)
            if let wrong = phases.first(where: { !$0.phase.isOpening }) {
                throw words.fault("phase", "'\(wrong.phase.rawValue)' does not belong before the open")
            }
            sessions.opening.add(line(phases))
        case .trading:
            let phases = try RulePack.phases(&words)
            if let wrong = phases.first(where: { $0.phase.isOpening }) {
                throw words.fault("phase", "'\(wrong.phase.rawValue)' belongs to an 'opening' line")
            }
            try RulePack.requireContinuous(phases, words)
            sessions.trading.add(line(phases))
        case .holiday:
            let name = words.remainder()
            guard !name.isEmpty, name.utf8.count <= RulePack.holidayNameLimitBytes, name.isPrintable else {
                throw words.fault("name", "a holiday has a name of 1 to \(RulePack.holidayNameLimitBytes) bytes that can be printed")
            }
            sessions.holidays.add(line(name))
        case .special:
            if words.take("regular") {
                sessions.specials.add(line(.regular))
            } else if words.take("closed") {
                sessions.specials.add(line(.closed))
            } else {
                let phases = try RulePack.phases(&words)
                try RulePack.requireContinuous(phases, words)
                sessions.specials.add(line(.phases(phases)))
            }
        case .calendar:
            guard words.take("as") else { throw words.fault("calendar", "is missing: 'as' and the exchange whose days it keeps") }
            let word = try words.next("exchange", "the exchange whose days it keeps")
            guard InstrumentID(exchange: word, symbol: "X") != nil else { throw words.fault("exchange", "'\(word)' is no exchange") }
            sessions.calendars.add(line(String(word)))
        case .closingAuction:
            let known = SessionRules.AuctionMembers.allCases.map(\.rawValue).joined(separator: ", ")
            let word = try words.next("members", known)
            guard let members = SessionRules.AuctionMembers(rawValue: String(word)) else {
                throw words.fault("members", "'\(word)' is none of \(known)")
            }
            sessions.closingAuction.add(line(members))
        case .squareOff: sessions.squareOff.add(line(try RulePack.squareOff(&words)))
        default: preconditionFailure("A line that is not about hours is read elsewhere.")
        }
    }

    private static func requireContinuous(_ phases: [PhaseSpan], _ words: RuleWords) throws(RuleFault) {
        guard phases.contains(where: { $0.phase == .continuous }) else { throw words.fault("phase", "no 'continuous' is among them") }
    }

    private static func week(_ words: inout RuleWords) throws(RuleFault) -> Set<Int> {
        let names = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        var days: Set<Int> = []
        repeat {
            let word = try words.next("weekday", "some of \(names.joined(separator: " "))")
            guard let day = names.firstIndex(where: { $0 == word }) else {
                throw words.fault("weekday", "'\(word)' is none of \(names.joined(separator: " "))")
            }
            days.insert(day)
        } while !words.isAtEnd
        return days
    }

    /// `NAME 09:00-09:08` again and again; `09:00-09:08~60` ends at random within its last 60 seconds.
    private static func phases(_ words: inout RuleWords) throws(RuleFault) -> [PhaseSpan] {
        let known = SessionPhase.allCases.map(\.rawValue).joined(separator: ", ")
        var phases: [PhaseSpan] = []
        repeat {
            let name = try words.next("phase", "one of \(known)")
            guard let phase = SessionPhase(rawValue: String(name)) else { throw words.fault("phase", "'\(name)' is none of \(known)") }
            let word = try words.next("times", "such as 09:15-15:30")
            let halves = word.split(separator: "~", maxSplits: 1, omittingEmptySubsequences: false)
            let times = halves[0].split(separator: "-", omittingEmptySubsequences: false)
            guard times.count == 2, let opens = second(times[0]), let closes = second(times[1]), opens < closes else {
                throw words.fault("times", "'\(word)' is no span such as 09:15-15:30")
            }
            var random: Int64 = 0
            if halves.count == 2 {
                guard halves[1].utf8.count <= 5, halves[1].utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
                    let seconds = Int64(halves[1]), seconds < closes - opens
                else { throw words.fault("times", "'\(word)' has no number of seconds below its length after ~") }
                random = seconds
            }
            if let last = phases.last, last.closes > opens {
                throw words.fault("times", "'\(word)' begins before the phase before it ends")
            }
            phases.append(PhaseSpan(phase, opens, closes, randomSeconds: random))
            guard phases.count <= phaseLimit else { throw words.fault("phase", "a day has at most \(phaseLimit) phases") }
        } while !words.isAtEnd
        return phases
    }

    /// `15:20`, `close-10m`, or `never`.
    private static func squareOff(_ words: inout RuleWords) throws(RuleFault) -> SessionRules.SquareOff {
        if words.take("never") { return .never }
        let word = try words.next("time", "such as 15:20, close-10m or never")
        if let second = second(word) { return .at(second) }
        if word.hasPrefix("close-"), word.hasSuffix("m") {
            let minutes = word.dropFirst(6).dropLast()
            if minutes.utf8.count <= 3, minutes.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
                let count = Int64(minutes),
                count > 0
            {
                return .beforeClose(count * 60)
            }
        }
        throw words.fault("time", "'\(word)' is none of 15:20, close-10m, never")
    }

    /// `09:15`, or `24:00` for the end of the day.
    private static func second(_ text: some StringProtocol) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":") else { return nil }
        let digits = [bytes[0], bytes[1], bytes[3], bytes[4]].map { Int64($0) - 48 }
        guard digits.allSatisfy({ $0 >= 0 && $0 <= 9 }) else { return nil }
        let (hours, minutes) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3])
        guard minutes < 60, hours < 24 || (hours == 24 && minutes == 0) else { return nil }
        return hours * 3_600 + minutes * 60
    }
}

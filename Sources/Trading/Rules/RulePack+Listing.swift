// What of a pack holds on a day, as text that can be read and used again.

extension RulePack {
    /// The lines in force on `date`, kind by kind, each as it was written and with a mark behind the owner's; holidays and special days are those of
    /// the year. With an `exchange` only lines that can concern it.
    ///
    /// Lines that begin later and count already, because nothing older is known, say so.
    package func listing(on date: CivilDate, exchange: String? = nil) -> [String] {
        var lines: [String] = []
        for kind in RuleKind.allCases {
            guard let written = written[kind] else { continue }
            let counting: [DatedRule<String>] =
                switch kind {
                case .holiday, .special: written.lines.filter { $0.from.year == date.year }
                case .lot: written.lines
                default: written.inForce(on: date)
                }
            let early = kind.countsEarly ? written.firstKnown(on: date) : []
            for (line, isEarly) in counting.map({ ($0, false) }) + early.map({ ($0, true) }) {
                if let exchange, let named = line.scope.exchange, named != exchange { continue }
                let owner = line.layer == 0 ? "" : "  # line \(line.number) of the owner's file"
                lines.append(line.value + owner + (isEarly ? "  # the first known" : ""))
            }
        }
        return lines
    }

    /// How many lines it has, and how many of them are the owner's.
    package var lineCounts: (all: Int, owners: Int) {
        let lines = written.values.flatMap(\.lines)
        return (lines.count, lines.count { $0.layer > 0 })
    }
}

extension RuleKind {
    /// Whether the first line of this kind holds on the days before it too.
    fileprivate var countsEarly: Bool {
        switch self {
        case .holiday, .special, .calendar, .closingAuction, .band, .lot: false
        case .brokerage, .tax, .exchange, .ipft, .sebi, .stamp, .gst, .depository, .exerciseTax, .squareOffFee, .week, .opening, .trading,
            .squareOff, .tick, .freeze, .margin, .shortOption:
            true
        }
    }
}

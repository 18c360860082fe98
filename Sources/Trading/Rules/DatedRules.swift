// Lines of one kind, each with the day it holds from. The rule of precedence is here and nowhere else.

/// One line of a rule pack.
package struct DatedRule<Value: Sendable & Hashable>: Sendable, Hashable {
    package let from: CivilDate
    /// 0 for the built-in pack, 1 for the owner's file.
    package let layer: Int
    /// The line of its text, counted from 1.
    package let number: Int
    package let scope: RuleScope
    package let value: Value
}

/// All lines of one kind.
///
/// Of the lines that cover a case the newest counts that has begun; of one day's the owner's before the built-in; of those the one that names more;
/// of those the one written last. So a new line replaces whatever it covers from its day on.
package struct DatedRules<Value: Sendable & Hashable>: Sendable, Hashable {
    /// In the order of precedence, weakest first.
    package private(set) var lines: [DatedRule<Value>] = []

    package init() {}

    package mutating func add(_ line: DatedRule<Value>) {
        func rank(_ line: DatedRule<Value>) -> (CivilDate, Int, Int) { (line.from, line.layer, line.scope.precision) }
        let place = lines.lastIndex { rank($0) <= rank(line) }.map { $0 + 1 } ?? 0
        lines.insert(line, at: place)
    }

    /// The line in force on `date`; nil when none has begun.
    package func line(on date: CivilDate, for subject: RuleSubject) -> DatedRule<Value>? {
        lines.last { $0.from <= date && $0.scope.covers(subject) }
    }

    /// The lines that count for some case on `date`: those that have begun and that no stronger line that has begun covers whole.
    ///
    /// Weakest first, as they are kept.
    package func inForce(on date: CivilDate) -> [DatedRule<Value>] {
        let begun = lines.filter { $0.from <= date }
        return begun.enumerated().filter { place, line in
            !begun[(place + 1)...].contains { $0.scope.contains(line.scope) }
        }.map(\.element)
    }

    /// Lines that have not begun on `date` and yet count, because they are the first about what they cover.
    package func firstKnown(on date: CivilDate) -> [DatedRule<Value>] {
        lines.filter { line in
            line.from > date && !lines.contains { $0.from < line.from && $0.scope.contains(line.scope) }
        }
    }

    /// The value in force on `date`; before the first line that covers the case, that first line's, because older numbers are not known.
    package func value(on date: CivilDate, for subject: RuleSubject) -> Value? {
        if let line = line(on: date, for: subject) { return line.value }
        guard let first = lines.first(where: { $0.scope.covers(subject) })?.from else { return nil }
        return line(on: first, for: subject)?.value
    }
}

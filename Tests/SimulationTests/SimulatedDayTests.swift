// Days without a crash: the promises about money and privacy hold at the end, and the same seed lives the same day.

import House
import Platform
import Storage
import TestSupport
import Testing
import Trading

@Suite struct `A simulated day` {
    @Test func `leaves every book exact and nobody's row in another's files`() throws {
        let day = try lived(Seed.chosen(for: "A simulated day"), people: 30, rounds: 120)
        try check(day)
        #expect(day.people.count == 30)
        #expect(try tradeCount(day) > 30, "people hardly traded")
    }

    @Test(arguments: [1, 2] as [UInt64])
    func `of one seed gives the same trades and the same files twice, byte for byte`(number: UInt64) throws {
        let seed = Seed.chosen(for: "The same day twice") &+ number
        let (one, other) = (try lived(seed, people: 20, rounds: 60), try lived(seed, people: 20, rounds: 60))
        #expect(one.people.map(\.user) == other.people.map(\.user))
        #expect(one.people.map(\.orders) == other.people.map(\.orders))
        let (left, right) = (one.disk.image, other.disk.image)
        #expect(left.keys.sorted() == right.keys.sorted())
        for (path, bytes) in left { #expect(bytes == right[path], "\(path) differs") }
        #expect(one.disk.paths.contains { $0.hasSuffix("_paper_trades.jsonl") })
    }

    @Test func `of another seed is another day`() throws {
        let (one, other) = (try lived(11, people: 3, rounds: 5), try lived(12, people: 3, rounds: 5))
        #expect(one.disk.image != other.disk.image)
    }

    @Test(.enabled(if: RecordedDay.available, "needs ../shared/fixtures"))
    func `of a recorded tape leaves every book exact`() throws {
        let day = try lived(
            Seed.chosen(for: "A recorded day"), people: 20, rounds: 80, source: try RecordedDay.source(ticks: 20_000))
        try check(day)
        #expect(try tradeCount(day) > 20)
    }

    @Test func `of a tape of our own leaves every book exact`() throws {
        let seed = Seed.chosen(for: "A day of our own")
        try check(try lived(seed, people: 20, rounds: 60, source: RecordedDay.invented(seed: seed)))
    }

    // MARK: Parts

    private func lived(_ seed: UInt64, people: Int, rounds: Int, source: DaySource? = nil) throws -> SimulatedDay {
        let day = try SimulatedDay(seed: seed, source: source)
        day.live(people: people, rounds: rounds)
        try day.close()
        return day
    }

    private func tradeCount(_ day: SimulatedDay) throws -> Int {
        try day.people.reduce(0) { $0 + (try LeftFiles(day.disk, user: $1.user.text).trades.count) }
    }

    private func check(_ day: SimulatedDay) throws {
        #expect(day.host.log.troubles == [])
        for person in day.people { try LeftFiles(day.disk, user: person.user.text).check(of: person.user.text) }
        try checkPrivacy(day)
        var troubles: [String] = []
        try Store.check(disk: day.disk) { if $0.verdict == .trouble { troubles.append($0.text) } }
        #expect(troubles == [])
    }

    /// In the files named after one person, nobody else's id, address or order stands.
    private func checkPrivacy(_ day: SimulatedDay) throws {
        let words = day.people.map { person in [person.user.text, person.email] + person.orders.keys }
        for (index, person) in day.people.enumerated() {
            let files = day.disk.files(of: person.user.text)
            #expect(files.count >= 2)
            for path in files {
                let found = Set(day.disk.text(path).split { !($0.isLetter || $0.isNumber || $0 == "@" || $0 == "." || $0 == "_") })
                for (other, theirs) in words.enumerated() where other != index {
                    for word in theirs { #expect(!found.contains(Substring(word)), "\(path) holds \(word)") }
                }
            }
        }
    }
}

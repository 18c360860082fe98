// Hand edits that become the book: what is shown, what is refused and why, and that a crash at any step leaves the old or the new.

import Platform
import Storage
import TestSupport
import Testing
import Trading

@Suite struct `Accepting hand edits` {
    private let user = UserID("AA")!
    private func path(_ word: String) -> String { "paper/AA/user_AA_paper_\(word).jsonl" }

    /// A life of buys and sales at whole prices whose figures keep all rules of a book.
    private struct Life {
        let book: BookName
        var account = PaperAccount(opening: Money(whole: 100_000), at: Timestamp(seconds: 1_790_000_000))
        var count = 0

        init(_ book: BookName = .default) { self.book = book }

        mutating func trade(_ side: Side, _ quantity: Int64, at price: Int64, on rig: Rig, user: UserID) {
            count += 1
            let at = Timestamp(seconds: 1_790_000_000 + Int64(count))
            let instrument = InstrumentID(exchange: "NSE", symbol: "INFY")!
            var order = Order(
                id: OrderID("P\(count)")!, instrument: instrument, side: side, product: .delivery, placedAt: at, kind: .market,
                validity: .day, quantity: Quantity(whole: quantity), state: .open, tag: nil, clientOrderID: nil, requestDigest: nil,
                placedBy: "USER", epoch: account.epoch)
            order.referencePrice = Price(units: price * 100_000_000)
            let key = PositionKey(instrument: instrument, product: .delivery)
            var position = account.position(for: key) ?? Position(key: key, openedAt: at, epoch: account.epoch)
            let realised = position.take(side, Quantity(whole: quantity), at: Price(units: price * 100_000_000), on: at)
            let trade = Trade(
                id: TradeID("T\(count)")!, orderID: order.id, instrument: instrument, product: .delivery, side: side,
                quantity: Quantity(whole: quantity), price: Price(units: price * 100_000_000), charges: .zero, realised: realised,
                rule: .lastPrice, tag: nil, at: at, epoch: account.epoch)
            account.apply([.orderAccepted(order), .orderFilled(order.id, trade, margin: position.cost)])
            store(on: rig, user, orders: [account.order(order.id)!], positions: [account.position(for: key)!], trades: [trade])
        }

        mutating func reset(to capital: Int64, on rig: Rig, user: UserID) {
            count += 1
            account.apply([
                .bookReset(
                    capital: Money(whole: capital), epoch: account.epoch + 1, at: Timestamp(seconds: 1_790_000_000 + Int64(count)))
            ])
            store(on: rig, user)
        }

        private func store(
            on rig: Rig, _ user: UserID, orders: [Order] = [], positions: [Position] = [], trades: [Trade] = []
        ) {
            _ = rig.commit(
                Commit(
                    user: user, book: book, orders: orders, positions: positions, trades: trades, meta: account.snapshot.meta))
            rig.settle()
        }
    }

    /// Three trades in the files; the journal of them kept or not, the store closed in order.
    private func lived(keepsJournal: Bool = true, book: BookName = .default, resets: Bool = false) throws -> (SimulatedDisk, Life) {
        let disk = SimulatedDisk(seed: 11)
        let rig = try Rig(disk)
        _ = try rig.load(user, book)
        var life = Life(book)
        if resets {
            life.trade(.buy, 7, at: 90, on: rig, user: user)
            life.reset(to: 100_000, on: rig, user: user)
        }
        life.trade(.buy, 5, at: 100, on: rig, user: user)
        life.trade(.buy, 5, at: 110, on: rig, user: user)
        life.trade(.sell, 2, at: 120, on: rig, user: user)
        rig.advance(by: .seconds(1))
        try rig.close()
        try Rig(disk).close()
        if !keepsJournal { disk.erase("journal/00000001.jsonl") }
        return (disk, life)
    }

    private func edit(_ disk: SimulatedDisk, _ path: String, _ change: (inout [String]) -> Void) {
        disk.overwrite(path) { bytes in
            var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
            change(&lines)
            bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
        }
    }

    private func replace(_ disk: SimulatedDisk, _ word: String, line: Int, _ changes: [(String, String)]) {
        edit(disk, path(word)) { lines in
            for (old, new) in changes {
                #expect(lines[line - 1].contains(old), "\(lines[line - 1])")
                lines[line - 1] = lines[line - 1].with(old, new)
            }
        }
    }

    /// The sale was at 125, not at 120.
    private func correctPrice(_ disk: SimulatedDisk) {
        replace(disk, "orders", line: 4, [("\"average_price\":\"120\"", "\"average_price\":\"125\""), ("\"240\"", "\"250\"")])
        replace(disk, "trades", line: 4, [("\"price\":\"120\"", "\"price\":\"125\""), ("\"30\"", "\"40\"")])
        replace(disk, "positions", line: 4, [("\"sell_value\":\"240\"", "\"sell_value\":\"250\""), ("\"30\"", "\"40\"")])
        replace(
            disk, "meta", line: 4,
            [("\"99190\"", "\"99200\""), ("\"30\"", "\"40\"")])
    }

    private func edits(_ rig: Rig, accepts: Bool = true, book: BookName = .default) throws -> BookEdits {
        var outcome: Result<BookEdits, StorageFailure>?
        rig.loop.perform { rig.store.edits(of: user, book: book, acceptedBy: accepts ? "console" : nil) { outcome = $0 } }
        rig.settle()
        guard let outcome else { throw Rig.Stuck() }
        return try outcome.get()
    }

    private func troubles(_ disk: SimulatedDisk) throws -> [String] {
        var found: [String] = []
        try Store.check(disk: disk) { if $0.verdict == .trouble { found.append($0.text) } }
        return found
    }

    @Test(arguments: [true, false])
    func `a corrected trade becomes the book, and goes on from there`(keepsJournal: Bool) throws {
        let (disk, life) = try lived(keepsJournal: keepsJournal)
        correctPrice(disk)
        if !keepsJournal {
            let closed = try Rig(disk.crashed(.kill))
            #expect(throws: StorageFailure.self) { try closed.load(user) }
        }
        let edited = disk.text(path("trades"))
        let rig = try Rig(disk)
        let found = try edits(rig)
        #expect(found.refusals == [])
        #expect(found.count == 4 && found.edits.map(\.line) == [4, 4, 4, 4] && found.edits.allSatisfy { $0.kind == .changed })
        if keepsJournal {
            #expect(
                found.edits[2].text == ["\(path("trades")):4: price \"120\" -> \"125\", realised_pnl \"30\" -> \"40\""])
        } else {
            #expect(found.edits[2].text[0] == "\(path("trades")):4: changed, and what it was is not known any more")
        }
        let kept = try #require(found.kept)
        #expect(kept.hasPrefix("quarantine/") && kept.hasSuffix("-edited-AA"))
        #expect(disk.text(kept + "/user_AA_paper_trades.jsonl") == edited)
        let after = try #require(try rig.load(user))
        #expect(after.trades.last?.price == Price(text: "125") && after.meta.cash == Money(text: "99200"))
        #expect(after.orders.count == 3 && after.meta.realised == Money(text: "40"))
        var next = life
        next.account = try PaperAccount(restoring: after)
        next.trade(.sell, 1, at: 130, on: rig, user: user)
        rig.advance(by: .seconds(2))
        try rig.close()
        #expect(try troubles(disk) == [])
        #expect(try Store.history(disk: disk, user: user)?.epochs.allSatisfy(\.proof.addsUp) == true)
        let later = try Rig(disk)
        #expect(try later.load(user)?.sorted == next.account.snapshot.sorted)
        #expect(try !edits(Rig(disk.crashed(.kill))).isEdited)
        let audit = disk.paths.filter { $0.hasPrefix("audit/") }.map { disk.text($0) }.joined()
        #expect(audit.contains("\"actor\":\"console\"") && audit.contains("\"act\":\"repair\"") && audit.contains(found.digest))
    }

    @Test func `is only shown when nobody says yes`() throws {
        let (disk, _) = try lived()
        correctPrice(disk)
        let before = Dictionary(uniqueKeysWithValues: disk.paths.filter { $0.hasPrefix("paper/") }.map { ($0, disk.text($0)) })
        let rig = try Rig(disk)
        let found = try edits(rig, accepts: false)
        #expect(found.canBeAccepted && found.kept == nil)
        #expect(before.allSatisfy { disk.text($0.key) == $0.value } && !disk.paths.contains { $0.hasPrefix("quarantine/") })
    }

    @Test func `lines that were added and removed are shown and taken, numbered anew`() throws {
        let (disk, _) = try lived()
        // The sale never was: its lines go, its commit line stays with the figures before.
        for word in ["orders", "trades", "positions"] { edit(disk, path(word)) { $0.removeLast() } }
        edit(disk, path("meta")) { lines in
            lines[3] = lines[3].before(",\"virtual_capital\"") + ",\"virtual_capital\"" + lines[2].after(",\"virtual_capital\"")
        }
        let removing = try Rig(disk)
        let found = try edits(removing)
        #expect(found.refusals == [])
        #expect(found.edits.count { $0.kind == .removed } == 3 && found.count == 4)
        #expect(found.edits[0].text[0] == "\(path("orders")):3: a line behind this one was removed")
        #expect(found.edits[0].text[1].contains("\"order_id\":\"P3\""))
        #expect(try removing.load(user)?.trades.count == 2)
        try removing.close()
        // And a purchase is added without numbers, written with blanks.
        edit(disk, path("orders")) { lines in
            lines.append("{ \"order_id\" : \"P9\" ," + lines[2].after("\"order_id\":\"P2\",").before(",\"crc\"") + " }")
        }
        edit(disk, path("trades")) { lines in
            lines.append("{\"trade_id\":\"T9\"," + lines[2].after("\"trade_id\":\"T2\",").with("\"P2\"", "\"P9\""))
        }
        let lacking = try Rig(disk)
        let lacks = try edits(lacking)
        #expect(lacks.refusals.contains { $0.contains("cash is") } && lacks.kept == nil)
        #expect(lacks.edits.map(\.kind) == [.added, .added])
    }

    @Test func `what does not add up is refused, an edit of cash alone too`() throws {
        for keepsJournal in [true, false] {
            let (disk, _) = try lived(keepsJournal: keepsJournal)
            replace(disk, "meta", line: 4, [("\"cash\":\"99190\"", "\"cash\":\"99999\"")])
            let rig = try Rig(disk)
            let found = try edits(rig)
            #expect(found.kept == nil && found.refusals.contains("it does not add up: cash is 99999, orders and trades give 99190"))
            #expect(!disk.paths.contains { $0.hasPrefix("quarantine/") })
        }
    }

    @Test func `what is no row, clashes or cannot be is refused with file, line and reason`() throws {
        let cases: [(word: String, change: (inout [String]) -> Void, why: String)] = [
            ("trades", { $0[2] += "x" }, ":3: not a row in JSON"),
            ("trades", { $0[2] = "[1]" }, ":3: not a JSON object"),
            ("orders", { $0[2] = "{\"n\":2,\"order_id\":\"P2\"}" }, ":3: not a whole order: `tradingsymbol`, "),
            ("trades", { $0.append($0[3]) }, ":5: line number 3 stands in line 4 already"),
            ("trades", { $0.swapAt(2, 3) }, ":4: line number 2 stands behind 3 of line 3"),
            (
                "trades",
                {
                    let copy = $0[3].with("\"n\":3", "\"n\":4")
                    $0.append(copy)
                },
                ":5: the trade T3 is there already"
            ),
            ("trades", { $0[3] = $0[3].with("\"P3\"", "\"P8\"") }, ":4: there is no order P8"),
            (
                "trades", { $0[3] = $0[3].with("\"quantity\":2", "\"quantity\":-2") },
                ":4: `quantity` must be above 0"
            ),
            (
                "trades", { $0[3] = $0[3].with("\"quantity\":2", "\"qty\":3,\"quantity\":2") },
                ":4: no member `qty` belongs here"
            ),
            (
                "positions", { $0[3] = $0[3].with("\"average_price\":\"105\"", "\"average_price\":\"106\"") },
                ":4: `average_price` is \"106\", which the rest of the line makes \"105\""
            ),
            ("orders", { $0[0] = $0[0].with("\"gen\":1", "\"gen\":2") }, ":1: the header was changed"),
            ("orders", { $0[3] = $0[3].with("\"P3\"", "\"P1\"") }, ":4: the id P1 belongs to another order"),
            ("meta", { $0[3] = $0[3].with("\"v\":3", "\"v\":2") }, ":4: act 2 stands in line 3 already"),
            ("meta", { $0.removeLast(3) }, " has no figures"),
        ]
        for (word, change, why) in cases {
            let (disk, _) = try lived(keepsJournal: false)
            edit(disk, path(word), change)
            let rig = try Rig(disk)
            let found = try edits(rig)
            #expect(found.refusals.contains { $0.hasPrefix(path(word) + why) }, "\(word) \(why): \(found.refusals)")
            #expect(found.kept == nil && !disk.paths.contains { $0.hasPrefix("quarantine/") })
        }
    }

    @Test func `acts that only the journal has are kept, not taken for removed`() throws {
        let disk = SimulatedDisk(seed: 12)
        let rig = try Rig(disk)
        _ = try rig.load(user)
        var life = Life()
        life.trade(.buy, 5, at: 100, on: rig, user: user)
        rig.advance(by: .seconds(1))
        life.trade(.buy, 5, at: 110, on: rig, user: user)
        // The server dies before the second reaches the files; then somebody writes a tag.
        let left = disk.crashed(.kill)
        #expect(!left.text(path("trades")).contains("T2"))
        replace(left, "orders", line: 2, [("\"tag\":null", "\"tag\":\"mine\"")])
        let next = try Rig(left)
        let found = try edits(next)
        #expect(found.refusals == [] && found.keptActs == 2...2 && found.count == 1)
        let after = try #require(try next.load(user))
        #expect(after.trades.map(\.id.text) == ["T1", "T2"] && after.orders[0].tag == "mine")
        #expect(after.meta == life.account.snapshot.meta)
    }

    @Test func `the rows of epochs that resets ended stay, and another book is another book`() throws {
        let swing = BookName("swing")!
        let (disk, _) = try lived(keepsJournal: false, book: swing, resets: true)
        let trades = "paper/AA/swing/user_AA_paper_trades.jsonl"
        let orders = "paper/AA/swing/user_AA_paper_orders.jsonl"
        for path in [trades, orders] {
            edit(disk, path) { $0[4] = $0[4].with("\"tag\":null", "\"tag\":\"late\"") }
        }
        let rig = try Rig(disk)
        let found = try edits(rig, book: swing)
        #expect(found.refusals == [] && found.count == 2 && found.kept?.hasSuffix("-edited-AA-swing") == true)
        #expect(try rig.load(user, swing)?.trades.map(\.tag) == [nil, nil, "late"])
        try rig.close()
        let history = try #require(try Store.history(disk: disk, user: user, book: swing))
        #expect(history.foldedEpochs == [1] && history.epochs.count == 1 && history.epochs[0].proof.addsUp)
        #expect(disk.text(trades).contains("\"T1\"") && disk.text(orders).contains("\"P1\""))
        #expect(throws: Never.self) { try edits(Rig(disk.crashed(.kill)), book: swing) }
    }

    /// A book that gave old lines to archives.
    private func folded(price: Int64) throws -> (disk: SimulatedDisk, life: Life) {
        let disk = SimulatedDisk(seed: 13)
        let rig = try Rig(disk) {
            ForgettingOptions.short(&$0)
            $0.compactionBytes = 3_000
            $0.retention = .seconds(10)
        }
        _ = try rig.load(user)
        var life = Life()
        for number in 0..<60 {
            life.trade(number % 3 == 2 ? .sell : .buy, 1, at: price + Int64(number), on: rig, user: user)
            rig.advance(by: .milliseconds(500))
        }
        rig.advance(by: .seconds(120))
        life.trade(.buy, 2, at: 200, on: rig, user: user)
        rig.advance(by: .seconds(1))
        try rig.close()
        return (disk, life)
    }

    @Test func `a folded book with archives keeps all its trades, and an archive that is lost or foreign is named`() throws {
        let (disk, life) = try folded(price: 100)
        let archive = try #require(disk.paths.first { $0.hasPrefix("paper/AA/user_AA_paper_trades.0") })
        #expect(disk.text(path("trades")).contains("\"parts\":["))
        let lines = disk.text(path("orders")).split(separator: "\n").count
        replace(disk, "orders", line: lines, [("\"tag\":null", "\"tag\":\"late\"")])
        let lacking = disk.crashed(.kill)
        lacking.erase(archive)
        let refused = try edits(Rig(lacking))
        #expect(refused.kept == nil && refused.refusals.contains { $0.hasPrefix(archive) || $0.contains("_trades.0001.jsonl is missing") })
        let mixed = disk.crashed(.kill)
        let other = try #require(try folded(price: 300).disk.bytes(archive))
        mixed.overwrite(archive) { $0 = other }
        let foreign = try edits(Rig(mixed))
        #expect(foreign.kept == nil && foreign.refusals.contains { $0.contains("not the one it gave its lines to") }, "\(foreign.refusals)")
        let next = try Rig(disk)
        let found = try edits(next)
        #expect(found.refusals == [] && found.count == 1, "\(found)")
        let kept = try #require(found.kept)
        #expect(disk.paths.contains(kept + "/" + archive.split(separator: "/").last!))
        let after = try #require(try next.load(user))
        #expect(after.trades == life.account.trades && after.orders.last?.tag == "late" && after.orders.count == 61)
        try next.close()
        #expect(try troubles(disk) == [])
    }

    @Test func `an edit of a superseded line is told to be without effect`() throws {
        let (disk, _) = try lived()
        replace(disk, "positions", line: 2, [("\"epoch\":1", "\"epoch\": 1")])
        let same = try edits(Rig(disk.crashed(.kill)), accepts: false)
        #expect(same.edits.map { $0.text[0] } == ["\(path("positions")):2: written in another way, says the same"])
        replace(disk, "positions", line: 2, [("\"updated_at\":\"2026-", "\"updated_at\":\"2025-")])
        let found = try edits(Rig(disk.crashed(.kill)), accepts: false)
        #expect(found.edits.first?.text[0].hasSuffix("(without effect: a later line of the same counts)") == true, "\(found.edits)")
    }

    @Test(arguments: [SimulatedDisk.Crash.kill, .powerCut])
    func `is the old, still refused, or the new, whole, after a crash at every step`(kind: SimulatedDisk.Crash) throws {
        var outcomes: Set<String> = []
        for keepsJournal in [true, false] {
            let (first, life) = try lived(keepsJournal: keepsJournal)
            correctPrice(first)
            let before = life.account.snapshot.sorted
            var step = 1
            while true {
                let disk = first.crashed(.kill)
                let rig = try Rig(disk)
                disk.crash(kind, atStep: step)
                let found = try? edits(rig)
                let left = disk.survivor ?? disk.crashed(kind)
                let next = try Rig(left.crashed(.kill))
                do {
                    let loaded = try next.load(user)?.sorted
                    let isNew = loaded?.meta.cash == Money(text: "99200")
                    #expect(isNew ? loaded?.trades.last?.price == Price(text: "125") : loaded == before, "step \(step)")
                    // Without the journal nothing proves the old state any more.
                    #expect(isNew || keepsJournal, "step \(step)")
                    if found != nil { #expect(isNew, "step \(step)") }
                    if isNew { #expect(try troubles(left).isEmpty, "step \(step)") }
                    outcomes.insert("\(keepsJournal) \(isNew)")
                } catch StorageFailure.quarantined {
                    #expect(!keepsJournal && found == nil, "step \(step)")
                    outcomes.insert("\(keepsJournal) closed")
                    // And it can be accepted again.
                    let again = try Rig(left)
                    #expect(try edits(again).kept != nil, "step \(step)")
                    #expect(try again.load(user)?.meta.cash == Money(text: "99200"), "step \(step)")
                }
                if disk.survivor == nil { break }
                step += 1
            }
            #expect(step > 20)
        }
        #expect(outcomes == ["true true", "true false", "false true", "false closed"])
    }
}

extension String {
    /// With every `old` replaced.
    fileprivate func with(_ old: String, _ new: String) -> String {
        split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
    }
    fileprivate func before(_ mark: String) -> String { String(split(separator: mark, omittingEmptySubsequences: false)[0]) }
    fileprivate func after(_ mark: String) -> String {
        split(separator: mark, maxSplits: 1, omittingEmptySubsequences: false).dropFirst().joined()
    }
}

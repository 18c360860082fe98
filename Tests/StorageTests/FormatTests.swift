// The format itself: what exactly stands in the journal and the files, so that a change of it cannot happen unseen; the same seed gives
// the same files; sums can be recomputed by hand.

import Platform
import Storage
import TestSupport
import Testing
import Trading
import Wire

@Suite struct `The format` {
    private func acts(_ disk: SimulatedDisk) throws -> Rig {
        let rig = try Rig(disk)
        let trader = Trader("ZX1234", seed: 2)
        _ = try rig.load(trader.user)
        for _ in 0..<4 {
            trader.act(
                on: rig, documents: [DocumentChange(.user(trader.user), ["u": "ZX1234"])],
                audit: [AuditEntry(actor: "ZX1234", ip: "127.0.0.1", act: "place", ref: "P1", detail: [("why", "test")])])
            rig.advance(by: .milliseconds(400))
        }
        try rig.close()
        return rig
    }

    @Test func `the same acts with the same seed give the same files, byte for byte`() throws {
        let one = try acts(SimulatedDisk()).disk
        let other = try acts(SimulatedDisk()).disk
        #expect(one.paths == other.paths)
        for path in one.paths { #expect(one.bytes(path) == other.bytes(path), "\(path)") }
    }

    @Test func `every line of every file is JSON with its checksum last`() throws {
        let disk = try acts(SimulatedDisk()).disk
        for path in disk.paths where path != "LOCK" {
            for line in disk.text(path).split(separator: "\n") {
                let value = try JSONParser.parse(Array(line.utf8))
                #expect(value.object?.members.last?.key == "crc", "\(path)")
                let text = String(line.dropLast(18))
                #expect(value["crc"]?.string == Rig.hex(Crypto.crc32c(Array(text.utf8))), "\(path)")
            }
        }
    }

    @Test func `members stand in the documented order`() throws {
        let disk = try acts(SimulatedDisk()).disk
        func names(_ path: String, _ prefix: String) throws -> [String] {
            guard let line = disk.text(path).split(separator: "\n").first(where: { $0.hasPrefix(prefix) }) else { return [] }
            return try JSONParser.parse(Array(line.utf8)).object?.members.map(\.key) ?? []
        }
        let journal = "journal/00000001.jsonl"
        #expect(try names(journal, "{\"fmt\"") == ["fmt", "ver", "seg", "id", "prev", "prev_last", "b0", "t", "crc"])
        #expect(try names(journal, "{\"seq\"") == ["seq", "k", "u", "bk", "v", "pc", "t", "o", "p", "x", "m", "d", "a", "crc"])
        #expect(try names(journal, "{\"b\"") == ["b", "who", "crc"])
        #expect(try names(journal, "{\"seal\"") == ["seal", "t", "crc"])
        let base = "paper/ZX1234/user_ZX1234_paper_"
        #expect(
            try names(base + "orders.jsonl", "{\"fmt\"") == ["fmt", "ver", "u", "bk", "base_v", "base_n", "base_fc", "rows", "gen", "crc"])
        #expect(
            try names(base + "orders.jsonl", "{\"n\"") == [
                "n", "v", "seq", "t", "order_id", "tradingsymbol", "exchange", "transaction_type", "quantity", "order_type", "product",
                "validity", "status", "price", "trigger_price", "average_price", "filled_quantity", "pending_quantity",
                "cancelled_quantity", "filled_value", "reserved", "reference_price", "triggered", "tag", "idem", "request_digest", "reason",
                "reason_code", "order_timestamp", "updated_at", "exchange_timestamp", "placed_by", "modifications", "fill_rule", "epoch",
                "crc",
            ])
        #expect(
            try names(base + "positions.jsonl", "{\"n\"") == [
                "n", "v", "seq", "t", "symbol", "exchange", "product", "quantity", "average_price", "cost", "margin", "buy_quantity",
                "buy_value",
                "sell_quantity", "sell_value", "realised_pnl", "opened_at", "updated_at", "epoch", "crc",
            ])
        #expect(
            try names(base + "trades.jsonl", "{\"n\"") == [
                "n", "v", "seq", "t", "trade_id", "order_id", "symbol", "exchange", "product", "action", "quantity", "price", "charges",
                "realised_pnl", "fill_rule", "tag", "traded_at", "epoch", "crc",
            ])
        #expect(
            try names(base + "meta.jsonl", "{\"v\"") == [
                "v", "seq", "t", "pc", "jc", "n", "fc", "virtual_capital", "cash", "available_funds", "invested_funds", "reserved_funds",
                "realized_pnl", "total_pnl", "daily_pnl", "charges", "epoch", "updated_at", "crc",
            ])
        #expect(try names("users/ZX1234.json", "{") == ["fmt", "ver", "u", "dv", "seq", "crc"])
        let audit = try #require(disk.paths.first { $0.hasPrefix("audit/") })
        #expect(try names(audit, "{\"i\"") == ["i", "t", "u", "ref", "actor", "ip", "act", "ok", "detail", "prev", "crc"])
        // The documentation names every one of them.
    }

    @Test func `meta's counts and running checksums can be recomputed from the other three files`() throws {
        let disk = try acts(SimulatedDisk()).disk
        let base = "paper/ZX1234/user_ZX1234_paper_"
        let last = try #require(disk.text(base + "meta.jsonl").split(separator: "\n").last)
        let meta = try JSONParser.parse(Array(last.utf8))
        for (index, name) in ["orders", "positions", "trades"].enumerated() {
            var running = "00000000"
            let lines = disk.text(base + name + ".jsonl").split(separator: "\n").dropFirst()
            for line in lines { running = Rig.hex(Crypto.crc32c(Array((running + line.suffix(10).prefix(8)).utf8))) }
            #expect(meta["n"]?.array?[index].int64 == Int64(lines.count))
            #expect(meta["fc"]?.array?[index].string == running)
        }
        // And the record it came from has the checksum that meta names.
        let journal = disk.text("journal/00000001.jsonl")
        #expect(journal.contains("\"crc\":\"\(meta["jc"]?.string ?? "?")\"}"))
    }

    @Test func `audit lines are chained by hash through days and restarts, and none is lost by a crash`() throws {
        let disk = SimulatedDisk(seed: 4)
        var left = disk
        for life in 0..<4 {
            let rig = try Rig(left, loop: SimulatedLoop(wallMicroseconds: 1_795_161_600_000_000 + Int64(life) * 40_000_000_000))
            for number in 0..<5 {
                _ = rig.commit(
                    Commit(
                        user: UserID("AA")!,
                        audit: [
                            AuditEntry(actor: "AA", ip: "::1", act: "act \(life) \(number)"),
                            AuditEntry(actor: "AA", ip: "::1", act: "also \(life) \(number)", ok: false),
                        ]))
            }
            if life % 2 == 0 { rig.advance(by: .seconds(1)) } else { rig.settle() }
            left = rig.disk.crashed(life % 2 == 0 ? .powerCut : .kill)
        }
        try Rig(left, loop: SimulatedLoop(wallMicroseconds: 1_795_161_600_000_000 + 160_000_000_000)).close()
        var previous = "genesis"
        var acts: [String] = []
        for path in left.paths where path.hasPrefix("audit/") {
            for line in left.text(path).split(separator: "\n") {
                let value = try JSONParser.parse(Array(line.utf8))
                #expect(value["prev"]?.string == previous)
                previous = Crypto.hex(Crypto.sha256(Array(line.utf8)))
                if let act = value["act"]?.string { acts.append(act) }
            }
        }
        #expect(acts == (0..<4).flatMap { life in (0..<5).flatMap { ["act \(life) \($0)", "also \(life) \($0)"] } })
        #expect(left.paths.count { $0.hasPrefix("audit/") } >= 2)
    }
}

// Lists of instruments: brokers' dumps and own tables in, all or nothing; what is stored comes back, and damage is set aside.

import Glibc
import Platform
import TestSupport
import Testing
import Trading

@testable import Storage

@Suite struct `Lists of instruments` {
    private static let kite = #"""
        instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,instrument_type,segment,exchange
        256265,1001,NIFTY 50,NIFTY 50,26010.5,,0.0,0.0,0,EQ,INDICES,NSE
        408065,1594,INFY,INFOSYS,0.0,,0.0,0.1,1,EQ,NSE,NSE
        519937,2031,M&M,"MAHINDRA, ""M&M""",0.0,,0.0,0.1,1,EQ,NSE,NSE
        15368706,60034,NIFTY26DEC26000CE,NIFTY,0.0,2026-12-29,26000.0,0.05,65,CE,NFO-OPT,NFO
        15368962,60035,INFY26DECFUT,INFY,0.0,2026-12-29,0.0,0.1,400,FUT,NFO-FUT,NFO

        """#
    private static let noon = Timestamp(seconds: 1_795_161_600)

    private func disk(_ files: [(String, String)]) -> SimulatedDisk {
        let disk = SimulatedDisk()
        for (name, text) in files { disk.place(name, name.hasSuffix(".gz") ? Gzip.compress(Array(text.utf8)) : Array(text.utf8)) }
        return disk
    }

    private func read(_ text: String, _ limits: TableLimits = InstrumentReader.limits) throws -> [Instrument] {
        try InstrumentReader.read("list.csv", of: disk([("list.csv", text)]), limits: limits)
    }

    private func refusal(_ row: String, of header: String = "exchange,tradingsymbol,tick_size,lot_size,instrument_type,expiry,strike")
        -> String
    {
        do {
            let list = try read(
                header + "\nNSE,A,0.05,1" + String(repeating: ",", count: header.split(separator: ",").count - 4) + "\n" + row + "\n")
            return "took \(list.count)"
        } catch {
            return "\(error)"
        }
    }

    @Test func `reads a broker's dump, plain and packed`() throws {
        for name in ["kite.csv", "kite.csv.gz"] {
            let list = try InstrumentReader.read(name, of: disk([(name, Self.kite)]))
            #expect(list.map(\.id.key) == ["NSE:NIFTY 50", "NSE:INFY", "NSE:M&M", "NFO:NIFTY26DEC26000CE", "NFO:INFY26DECFUT"])
            #expect(list[0].kind == "INDEX" && !list[0].isTradable && list[0].token == 256_265 && list[0].exchangeToken == 1_001)
            #expect(list[2].name == "MAHINDRA, \"M&M\"")
            #expect(list[3].expiry == CivilDate("2026-12-29") && list[3].strike == Price(text: "26000") && list[3].underlying == "NIFTY")
            #expect(list[3].lotSize == Quantity(whole: 65) && list[3].tickSize == Price(text: "0.05") && list[3].isOption)
            #expect(list[4].isFuture && list[4].underlying == "INFY" && list[4].strike == .zero)
        }
    }

    @Test func `reads a table with other columns, in any order, and numbers what came without a number the same every time`() throws {
        let text = """
            remark,lot_size,tick_size,tradingsymbol,exchange,freeze_quantity,multiplier,closing_auction,underlying,instrument_type,expiry
            x,100,1,GOLD26DECFUT,MCX,10000,0.1,false,GOLD,FUT,2026-12-04
            y,1,0.05,ABC,BSE,,,true,,,

            """
        let list = try read(text)
        #expect(list[0].freezeQuantity == Quantity(whole: 10_000) && list[0].multiplier == Quantity(text: "0.1"))
        #expect(list[0].underlying == "GOLD" && list[0].segment == "MCX")
        #expect(list[1].isInClosingAuction && list[1].kind == "EQ" && list[1].multiplier == Quantity(whole: 1))
        #expect(list.allSatisfy { $0.token > 0 } && list[0].token != list[1].token)
        #expect(try read(text) == list)
    }

    @Test func `says line and column of what it does not take, and then takes nothing`() throws {
        #expect(refusal("nse,B,0.05,1,,,") == "list.csv, line 3, column `exchange`: \"nse\" cannot be one.")
        #expect(refusal("NSE,B:C,0.05,1,,,") == "list.csv, line 3, column `tradingsymbol`: \"B:C\" cannot be one.")
        #expect(refusal("NSE,A,0.05,1,,,") == "list.csv, line 3, column `tradingsymbol`: NSE:A is listed twice.")
        #expect(refusal("NSE,B,-0.05,1,,,") == "list.csv, line 3, column `tick_size`: \"-0.05\" is no number from zero on.")
        #expect(refusal("NSE,B,0.05,one,,,") == "list.csv, line 3, column `lot_size`: \"one\" is no number from zero on.")
        #expect(
            refusal("NSE,B,0.05,1,BOND,,") == "list.csv, line 3, column `instrument_type`: \"BOND\" is not EQ, INDEX, FUT, CE, PE or SPOT.")
        #expect(refusal("NFO,B,0.05,1,FUT,,") == "list.csv, line 3, column `expiry`: FUT needs one.")
        #expect(refusal("NFO,B,0.05,1,FUT,2026-02-30,") == "list.csv, line 3, column `expiry`: \"2026-02-30\" is no day.")
        #expect(refusal("NSE,B,0.05,1,EQ,2026-12-29,") == "list.csv, line 3, column `expiry`: EQ does not end.")
        #expect(refusal("NFO,B,0.05,1,PE,2026-12-29,0") == "list.csv, line 3, column `strike`: PE needs one.")
        #expect(refusal("NFO,B,0.05,1,FUT,2026-12-29,100") == "list.csv, line 3, column `strike`: FUT has none.")
        #expect(refusal("NSE,B,0.05") == "list.csv, line 3: it is no table (wrongFieldCount).")
        let numbered = "exchange,tradingsymbol,tick_size,lot_size,instrument_token"
        #expect(refusal("NSE,B,0.05,1,0", of: numbered) == "list.csv, line 3, column `instrument_token`: \"0\" is no whole number.")
        #expect(throws: TableFailure(file: "list.csv", line: 1, column: "lot_size", reason: "it is missing")) {
            try read("exchange,tradingsymbol,tick_size\nNSE,A,1\n")
        }
        #expect(throws: TableFailure(file: "list.csv", reason: "it lists no instrument")) { try read("") }
        #expect(throws: TableFailure.self) { try InstrumentReader.read("none.csv", of: SimulatedDisk()) }
    }

    @Test func `takes as many rows and bytes as its limits allow, and not one more`() throws {
        let header = "exchange,tradingsymbol,tick_size,lot_size\n"
        let text = header + "NSE,A,1,1\nNSE,B,1,1\n"
        #expect(try read(text, TableLimits(fileBytes: text.utf8.count, unpackedBytes: 1 << 20, rows: 2)).count == 2)
        #expect(throws: TableFailure(file: "list.csv", reason: "it has more than 1 rows")) {
            try read(text, TableLimits(fileBytes: 1 << 20, unpackedBytes: 1 << 20, rows: 1))
        }
        #expect(throws: TableFailure.self) {
            try read(text, TableLimits(fileBytes: text.utf8.count - 1, unpackedBytes: 1 << 20, rows: 2))
        }
        let packed = disk([("list.csv.gz", text)])
        #expect(throws: TableFailure.self) {
            try InstrumentReader.read(
                "list.csv.gz", of: packed, limits: TableLimits(fileBytes: 1 << 20, unpackedBytes: text.utf8.count - 1, rows: 2))
        }
    }

    @Test func `stores the list and gives it back; a new one replaces only the exchanges that it has`() throws {
        let disk = disk([("kite.csv", Self.kite)])
        let first = try InstrumentReader.read("kite.csv", of: disk)
        #expect(try InstrumentFiles.load(disk, at: Self.noon).master.isEmpty)
        let outcome = try InstrumentFiles.take(first, from: "kite.csv", on: disk, at: Self.noon)
        #expect(outcome == InstrumentImport(read: 5, gone: 0, total: 5, exchanges: ["NFO", "NSE"]))
        let loaded = try InstrumentFiles.load(disk, at: Self.noon)
        #expect(loaded.trouble == nil)
        // A share with derivatives ends its day in the closing auction, which the dump does not say.
        let expected = first.map { $0.id.symbol == "INFY" ? $0.inClosingAuction : $0 }.sorted { $0.id < $1.id }
        #expect((0..<5).map { loaded.master.instrument(at: $0) } == expected)

        let second = try read("exchange,tradingsymbol,tick_size,lot_size,instrument_token\nNSE,INFY,0.05,1,408065\nNSE,NEW,0.05,1,77\n")
        let next = try InstrumentFiles.take(second, from: "b.csv", on: disk, at: Self.noon)
        #expect(next == InstrumentImport(read: 2, gone: 2, total: 4, exchanges: ["NSE"]))
        let master = try InstrumentFiles.load(disk, at: Self.noon).master
        #expect(master.instrument(for: InstrumentID(key: "NFO:INFY26DECFUT")!) != nil)
        #expect(master.instrument(for: InstrumentID(key: "NSE:M&M")!) == nil)
        var names: [String] = []
        try disk.list("market") { entry in
            names.append(entry.name)
            return true
        }
        #expect(names.filter { $0.hasPrefix("instruments-") }.count == 1, "the old list is gone")
    }

    @Test func `refuses a list whose number belongs to an instrument of another exchange, and keeps what it had`() throws {
        let disk = disk([("kite.csv", Self.kite)])
        _ = try InstrumentFiles.take(try InstrumentReader.read("kite.csv", of: disk), from: "kite.csv", on: disk, at: Self.noon)
        let twice = try read("exchange,tradingsymbol,tick_size,lot_size,instrument_token\nBSE,INFY,0.05,1,408065\n")
        #expect(throws: TableFailure.self) { try InstrumentFiles.take(twice, from: "b.csv", on: disk, at: Self.noon) }
        #expect(try InstrumentFiles.load(disk, at: Self.noon).master.count == 5)
    }

    @Test(arguments: ["list", "mark", "missing"]) func `sets a damaged list aside and starts without it`(_ damage: String) throws {
        let disk = disk([("kite.csv", Self.kite)])
        _ = try InstrumentFiles.take(try InstrumentReader.read("kite.csv", of: disk), from: "kite.csv", on: disk, at: Self.noon)
        var list = ""
        try disk.list("market") { entry in
            if entry.name.hasSuffix(".csv") { list = "market/" + entry.name }
            return true
        }
        if damage == "missing" {
            try disk.remove(list)
        } else {
            let path = damage == "list" ? list : "market/instruments.json"
            var bytes = try #require(try disk.readAll(path, limitBytes: 1 << 20))
            bytes[bytes.count / 2] ^= 1
            disk.place(path, bytes)
        }
        #expect(throws: TableFailure.self) { try InstrumentFiles.look(disk) }
        let loaded = try InstrumentFiles.load(disk, at: Self.noon)
        #expect(loaded.master.isEmpty && loaded.trouble != nil)
        #expect(try InstrumentFiles.load(disk, at: Self.noon).trouble == nil, "it is set aside once")
        #expect(
            try disk.status(of: "quarantine/\(Self.noon.utcText.filter { $0.isNumber || $0 == "T" })-instruments/instruments.json") != nil)
    }

    /// Real lists, when they are there: what the exchanges had in January 2026.
    private static let dumps = (getenv("TRADEHOUSE_SHARED").map { String(cString: $0) } ?? "../shared") + "/fixtures/market/instruments"

    @Test(.enabled(if: access(dumps, R_OK) == 0, "the recorded dumps are not here"))
    func `takes the exchanges' real lists`() throws {
        let place = try TableFile.place(Self.dumps + "/x")
        let disk = SimulatedDisk()
        var read = 0
        for name in ["kite-instruments-NSE-2026-01.csv.gz", "kite-instruments-NFO-2026-01.csv.gz"] {
            let list = try InstrumentReader.read(name, of: place.disk)
            read += list.count
            #expect(list.allSatisfy { $0.token == $0.exchangeToken * 256 + ($0.id.exchange == "NFO" ? 2 : $0.kind == "INDEX" ? 9 : 1) })
            _ = try InstrumentFiles.take(list, from: name, on: disk, at: Self.noon)
        }
        let master = try InstrumentFiles.load(disk, at: Self.noon).master
        #expect(read == 48_039 && master.count == 48_039)
        #expect(master.bytes / master.count < 100, "\(master.bytes / master.count) bytes a row")
        let hits = master.search("INFY", on: "ALL", limit: 20).map { master.instrument(at: $0.index).id.key }
        #expect(hits.first == "NSE:INFY")
        #expect(
            master.contracts(in: "NFO-FUT", on: "NIFTY").map { master.instrument(at: $0).expiry?.description } == [
                "2026-01-27", "2026-02-24", "2026-03-30",
            ])
        #expect(master.instrument(for: InstrumentID(key: "NSE:RELIANCE")!)?.isInClosingAuction == true)
        #expect(master.instrument(token: 256_265)?.isTradable == false)
    }
}

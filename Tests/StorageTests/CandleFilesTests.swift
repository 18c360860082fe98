// Stored candles: what goes in comes out, torn and damaged files cost themselves only, limits are met; and the tables they come from.

import Platform
import TestSupport
import Testing
import Trading

@testable import Storage

@Suite struct `Stored candles` {
    private static let infy = InstrumentID(key: "NSE:INFY")!
    private static let start = Timestamp(rfc3339: "2026-07-20T09:15:00+05:30")!
    private static let all = Timestamp(seconds: 0)...Timestamp(seconds: 4_000_000_000)

    private func candle(_ minute: Int, _ close: String = "1500", volume: Int64 = 10) -> Candle {
        let price = Price(text: close)!
        return Candle(
            openedAt: Self.start + .seconds(60 * minute), open: Price(text: "1500")!, high: max(price, Price(text: "1501.05")!),
            low: min(price, Price(text: "1499")!), close: price, volume: Quantity(whole: volume), tickCount: 0)
    }

    private func files(_ disk: SimulatedDisk, limitBytes: Int64 = 1 << 30) -> CandleFiles {
        CandleFiles(disk: disk, limitBytes: limitBytes)
    }

    private func read(_ files: CandleFiles, _ interval: CandleInterval = .minute) throws -> [Candle] {
        try files.read(Self.infy, interval, in: Self.all, at: Self.start).candles
    }

    @Test func `imported candles come back, a later import wins where both have one`() throws {
        let files = files(SimulatedDisk())
        #expect(try files.usedBytes() == 0 && read(files).isEmpty)
        _ = try files.take((0..<5).map { candle($0) }, of: Self.infy, .minute, at: Self.start)
        #expect(try read(files) == (0..<5).map { candle($0) })
        _ = try files.take([candle(3, "1510"), candle(7)], of: Self.infy, .minute, at: Self.start)
        #expect(try read(files).map(\.close.text) == ["1500", "1500", "1500", "1510", "1500", "1500"])
        #expect(try files.read(Self.infy, .minute, in: Self.start...Self.start + .seconds(60), at: Self.start).candles.count == 2)
        #expect(try files.read(InstrumentID(key: "NSE:TCS")!, .minute, in: Self.all, at: Self.start).candles.isEmpty)
    }

    @Test func `what the feed adds follows, once, and an import wins over it`() throws {
        let files = files(SimulatedDisk())
        #expect(try files.append((0..<3).map { candle($0, "1") }, of: Self.infy) > 0)
        #expect(try files.append((1..<5).map { candle($0, "2") }, of: Self.infy) > 0)
        #expect(try files.append([candle(4, "3")], of: Self.infy) == 0, "it is there already")
        #expect(try read(files).map(\.close.text) == ["1", "1", "1", "2", "2"])
        _ = try files.take([candle(1, "9")], of: Self.infy, .minute, at: Self.start)
        #expect(try read(files).map(\.close.text) == ["1", "9", "1", "2", "2"])
    }

    @Test func `longer candles are made of minutes where none of their own are stored`() throws {
        let files = files(SimulatedDisk())
        _ = try files.append((0..<12).map { candle($0, volume: 1) }, of: Self.infy)
        _ = try files.take([candle(5, "1490", volume: 77)], of: Self.infy, .minutes5, at: Self.start)
        let five = try read(files, .minutes5)
        #expect(five.map(\.volume.whole) == [5, 77, 2])
        let before = try files.read(Self.infy, .minutes5, in: Self.all, before: Self.start + .seconds(180), at: Self.start).candles
        #expect(before.map(\.volume.whole) == [3], "minutes from the bound on do not count")
        #expect(try read(files, .day).map(\.volume.whole) == [12])
    }

    @Test func `a line that was cut while it was written is passed over and written anew`() throws {
        let disk = SimulatedDisk()
        let files = files(disk)
        _ = try files.append((0..<3).map { candle($0) }, of: Self.infy)
        let path = "candles/NSE/INFY/minute/2026-07.feed.csv"
        let whole = try #require(disk.bytes(path))
        for length in 0..<whole.count {
            disk.place(path, Array(whole[..<length]))
            let found = try files.read(Self.infy, .minute, in: Self.all, at: Self.start)
            #expect(found.setAside.isEmpty && found.candles == Array((0..<3).map { candle($0) }.prefix(found.candles.count)), "\(length)")
            _ = try files.append((0..<3).map { candle($0) }, of: Self.infy)
            #expect(try read(files) == (0..<3).map { candle($0) }, "\(length)")
        }
    }

    @Test func `a damaged file is set aside and the others are served`() throws {
        let disk = SimulatedDisk()
        let files = files(disk)
        let august = Candle(
            openedAt: Timestamp(rfc3339: "2026-08-03T09:15:00+05:30")!, open: Price(text: "1")!, high: Price(text: "1")!,
            low: Price(text: "1")!,
            close: Price(text: "1")!, volume: .zero, tickCount: 0)
        _ = try files.take((0..<3).map { candle($0) } + [august], of: Self.infy, .minute, at: Self.start)
        let path = "candles/NSE/INFY/minute/2026-07.csv"
        var bytes = try #require(disk.bytes(path))
        bytes[bytes.count / 2] ^= 1
        disk.place(path, bytes)
        let found = try files.read(Self.infy, .minute, in: Self.all, at: Self.start)
        #expect(found.candles == [august] && found.setAside == [path])
        #expect(try disk.status(of: path) == nil)
        let again = try files.read(Self.infy, .minute, in: Self.all, at: Self.start)
        #expect(again.candles == [august] && again.setAside.isEmpty)
    }

    @Test func `takes no more than its limit`() throws {
        let disk = SimulatedDisk()
        let small = files(disk, limitBytes: 700)
        _ = try small.take((0..<5).map { candle($0) }, of: Self.infy, .minute, at: Self.start)
        let used = try small.usedBytes()
        #expect(used > 0 && used < 700)
        #expect(throws: TableFailure.self) { try small.take((5..<15).map { candle($0) }, of: Self.infy, .minute, at: Self.start) }
        #expect(try read(small).count == 5)
    }

    @Test func `symbols of every kind have a folder of their own`() {
        #expect(CandleFiles.directory(InstrumentID(key: "NSE:NIFTY 50")!, .day) == "candles/NSE/NIFTY%2050/day")
        #expect(CandleFiles.directory(InstrumentID(key: "NSE:M&M")!, .minutes5) == "candles/NSE/M%26M/5minute")
        #expect(CandleFiles.directory(InstrumentID(key: "NSE:..")!, .minute) == "candles/NSE/%2E%2E/minute")
    }

    // MARK: Tables

    private func table(_ name: String, _ text: String, _ change: (inout CandleReader.Description) -> Void = { _ in }) throws -> CandleTable
    {
        let disk = SimulatedDisk()
        disk.place(name, name.hasSuffix(".gz") ? Gzip.compress(Array(text.utf8)) : Array(text.utf8))
        var description = CandleReader.Description()
        change(&description)
        return try CandleReader.read(name, of: disk, as: description)
    }

    @Test func `tells instrument and interval from name and times`() throws {
        let minutes = "time,open,high,low,close,volume\n2026-07-20T09:15:00+05:30,1,2,1,2,5\n2026-07-20T09:16:00+05:30,2,2,2,2,\n"
        let table = try table("BSE-RELIANCE.csv.gz", minutes)
        #expect(table.instrument.key == "BSE:RELIANCE" && table.interval == .minute && table.candles.map(\.volume.whole) == [5, 0])
        let days = try self.table("INFY.csv", "date,open,high,low,close\n2026-07-20,1,1,1,1\n2026-07-21,1,1,1,1\n")
        #expect(days.interval == .day && days.candles[0].openedAt == Timestamp(rfc3339: "2026-07-20T00:00:00+05:30"))
        let named = try self.table("x.csv", minutes) { $0.instrument = InstrumentID(key: "NSE:NIFTY 50") }
        #expect(named.instrument.key == "NSE:NIFTY 50")
    }

    @Test func `finds out that rows are labelled by their end, and moves them when told`() throws {
        let text =
            "time,open,high,low,close\n2026-07-20T09:16:00+05:30,1,1,1,1\n2026-07-20T15:29:00+05:30,1,1,1,1\n2026-07-20T15:30:00+05:30,1,1,1,1\n"
        let refused = #expect(throws: TableFailure.self) { try table("INFY.csv", text) }
        #expect("\(try #require(refused))".contains("--labels end"))
        let moved = try table("INFY.csv", text) { $0.isLabelledByEnd = true }
        #expect(moved.candles.first?.openedAt == Self.start)
    }

    @Test(arguments: [
        ("time,open,high,low\n2026-07-20T09:15:00+05:30,1,1,1\n", "column `close`"), ("time,open,high,low,close\n", "no rows"),
        ("time,open,high,low,close\n2026-07-20 09:15,1,1,1,1\n", "line 2, column `time`"),
        ("time,open,high,low,close\n2026-07-20T09:15:00+05:30,0,1,1,1\n", "line 2, column `open`"),
        ("time,open,high,low,close\n2026-07-20T09:15:00+05:30,3,2,1,1\n", "line 2, column `high`"),
        ("time,open,high,low,close,volume\n2026-07-20T09:15:00+05:30,1,1,1,1,-1\n", "line 2, column `volume`"),
        ("time,open,high,low,close\n2026-07-20T09:16:00+05:30,1,1,1,1\n2026-07-20T09:15:00+05:30,1,1,1,1\n", "line 3, column `time`"),
        ("time,open,high,low,close\n2026-07-20T09:15:00+05:30,1,1,1,1\n2026-07-20T09:22:00+05:30,1,1,1,1\n", "no interval"),
        ("time,open,high,low,close\n2026-07-20T09:15:30+05:30,1,1,1,1\n2026-07-20T09:16:30+05:30,1,1,1,1\n", "no whole minute"),
    ])
    func `says what it does not take`(_ text: String, _ part: String) throws {
        let refused = #expect(throws: TableFailure.self) { try table("INFY.csv", text) }
        #expect("\(try #require(refused))".contains(part), "\(String(describing: refused))")
    }

    @Test func `splits are read, kept and given by instrument; wrong ones are named`() throws {
        let disk = SimulatedDisk()
        disk.place("a.csv", Array("exchange,tradingsymbol,day,factor\nNSE,M&M,2026-03-02,0.5\nNSE,INFY,2026-01-14,0.2\n".utf8))
        #expect(try CorporateActionFiles.load(disk).isEmpty)
        try CorporateActionFiles.store(try CorporateActionFiles.read("a.csv", of: disk), on: disk)
        let loaded = try CorporateActionFiles.load(disk)
        #expect(
            loaded[Self.infy] == [CorporateAction(instrument: Self.infy, day: CivilDate("2026-01-14")!, factor: 20_000_000)]
                && loaded.count == 2)
        for (row, part) in [
            ("NSE,A,soon,0.5", "day"), ("NSE,A,2026-01-14,0", "factor"), ("NSE,A,2026-01-14,1", "factor"),
            ("nse,A,2026-01-14,2", "tradingsymbol"),
        ] {
            disk.place("b.csv", Array("exchange,tradingsymbol,day,factor\n\(row)\n".utf8))
            let refused = #expect(throws: TableFailure.self) { try CorporateActionFiles.read("b.csv", of: disk) }
            #expect(try #require(refused).column == part)
        }
    }

    // MARK: Last prices

    @Test func `last prices come back without depth; a damaged line costs itself`() throws {
        let disk = SimulatedDisk()
        let files = LastPriceFiles(disk: disk)
        #expect(try files.read().quotes.isEmpty)
        let quotes = ["NSE:INFY", "NSE:M&M", "CRYPTO:BTCUSDT"].map { key in
            Quote(
                instrument: InstrumentID(key: key)!, at: Self.start, lastPrice: Price(text: "1500.05")!, lastQuantity: .zero,
                dayVolume: Quantity(text: "0.5")!, depth: .none, open: Price(text: "1")!, high: Price(text: "1501")!,
                low: Price(text: "1")!,
                previousClose: Price(text: "1499")!)
        }
        try files.write(quotes)
        #expect(try files.read().quotes == quotes)
        var bytes = try #require(disk.bytes("market/last_prices.jsonl"))
        bytes[8] ^= 1
        disk.place("market/last_prices.jsonl", bytes)
        let read = try files.read()
        #expect(read.quotes == Array(quotes[1...]) && read.damagedLines == 1)
    }
}

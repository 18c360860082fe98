// Recorded markets: ticks and candles, plain and gzipped, one file and a folder, and every way a file can be wrong.

import Glibc
import Platform
import Storage
import TestSupport
import Testing
import Trading

@Suite struct `Tapes` {
    private func read(_ files: [(String, String)], _ limits: TapeLimits = TapeLimits()) throws -> Tape {
        let disk = SimulatedDisk()
        for (name, text) in files { disk.place(name, name.hasSuffix(".gz") ? Gzip.compress(Array(text.utf8)) : Array(text.utf8)) }
        return try TapeFiles.read(files.map(\.0), of: disk, limits)
    }

    @Test func `ticks keep their order of arrival and two files become one sequence`() throws {
        let tape = try read([
            ("INFY.csv", "time,ltp,volume\n2021-04-13T09:15:00+05:30,1400.05,10\n2021-04-13T09:15:02+05:30,1400.1,15\n"),
            ("NIFTY50.csv.gz", "time,ltp,volume\n2021-04-13T09:15:01+05:30,14000.13,0\n"),
        ])
        #expect(tape.ticks.map(\.lastPrice.text) == ["1400.05", "14000.13", "1400.1"])
        #expect(tape.ticks[0].dayVolume == Quantity(whole: 10))
        #expect(tape.instruments.map(\.id.key) == ["NSE:INFY", "NSE:NIFTY50"])
        #expect(tape.instruments[0].tickSize == Price(text: "0.05") && tape.instruments[0].isTradable)
        #expect(!tape.instruments[1].isTradable && tape.instruments[1].kind == "INDEX")
        #expect(Set(tape.instruments.map(\.token)).count == 2)
    }

    @Test func `a candle becomes four ticks within its interval`() throws {
        let tape = try read([
            (
                "BSE-RELIANCE.csv",
                "time,open,high,low,close,volume,extra\n2025-08-25T09:15:00+05:30,10,13,9,12,100,x\n2025-08-25T09:20:00+05:30,12,12,8,9,50,y\n"
            )
        ])
        #expect(tape.ticks.map(\.lastPrice.text) == ["10", "9", "13", "12", "12", "12", "8", "9"])
        #expect(tape.ticks.map(\.dayVolume.text) == ["0", "0", "0", "100", "100", "100", "100", "150"])
        #expect(tape.ticks[3].at - tape.ticks[0].at == .seconds(299))
        #expect(tape.instruments[0].id.key == "BSE:RELIANCE")
    }

    @Test func `coins have fine steps and fractions of a coin`() throws {
        let tape = try read([
            ("binance-BTCUSDT-1m.csv", "time,open,high,low,close,volume\n2024-11-30T23:00:00Z,96466.11,96495.52,96440,96440,6.6158\n")
        ])
        let instrument = try #require(tape.instruments.first)
        #expect(instrument.id.key == "CRYPTO:BTCUSDT" && instrument.tickSize == Price(text: "0.01"))
        #expect(instrument.lotSize == Quantity(text: "0.00001"))
    }

    @Test(arguments: [
        ("INFY.csv", "time,ltp,volume\n2021-04-13T09:15:00+05:30,1,1\n2021-04-13 later,1,1\n", 3),
        ("INFY.csv", "time,ltp,volume\n2021-04-13T09:15:00+05:30,-1,1\n", 2),
        ("INFY.csv", "time,ltp,volume\n2021-04-13T09:15:00+05:30,1,x\n", 2),
        ("INFY.csv", "time,ltp,volume\n2021-04-13T09:15:00+05:30,1\n", 2),
        ("INFY.csv", "when,what\n1,2\n", 1),
        ("INFY.csv", "time,open,high,low,close,volume\n2021-04-13T09:15:00+05:30,5,4,3,4,1\n", 2),
        ("INFY.csv", "time,open,high,low,close,volume\n2021-04-13T09:15:00+05:30,5,5,5,5,1\n2021-04-13T09:15:00+05:30,5,5,5,5,1\n", 3),
        ("INFY.csv", "time,ltp,volume\n", 0),
        ("a/b.txt", "", 0),
    ])
    func `a wrong file is named with its line`(name: String, text: String, line: Int) {
        do {
            _ = try read([(name, text)])
            Issue.record("it was taken")
        } catch let failure as TapeFailure {
            #expect(failure.file == name && failure.line == line, "\(failure)")
            #expect(failure.description.hasSuffix("."))
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test func `a gzip file that is cut or larger than the limit is refused`() throws {
        let disk = SimulatedDisk()
        let text = "time,ltp,volume\n" + String(repeating: "2021-04-13T09:15:00+05:30,1,1\n", count: 5_000)
        let packed = Gzip.compress(Array(text.utf8))
        disk.place("INFY.csv.gz", Array(packed.dropLast(10)))
        #expect(throws: TapeFailure.self) { try TapeFiles.read(["INFY.csv.gz"], of: disk) }
        disk.place("INFY.csv.gz", packed)
        var limits = TapeLimits()
        limits.unpackedBytes = 1_000
        #expect(throws: TapeFailure.self) { try TapeFiles.read(["INFY.csv.gz"], of: disk, limits) }
        limits = TapeLimits()
        limits.ticks = 5_000
        #expect(try TapeFiles.read(["INFY.csv.gz"], of: disk, limits).ticks.count == 5_000)
        limits.ticks = 4_999
        #expect(throws: TapeFailure(file: "INFY.csv.gz", line: 5_001, reason: "there are more than 4999 ticks")) {
            try TapeFiles.read(["INFY.csv.gz"], of: disk, limits)
        }
    }

    @Test func `a path that is not there says so`() {
        #expect(throws: TapeFailure(file: "/nowhere/at/all", line: 0, reason: "could not open /nowhere/at: No such file or directory")) {
            try TapeFiles.read("/nowhere/at/all")
        }
    }

    @Test(.enabled(if: Recordings.folder != nil, "needs ../shared/fixtures"))
    func `real days and real candles are read whole`() throws {
        let folder = try #require(Recordings.folder)
        let day = try TapeFiles.read(folder + "/market/ticks/2021-04-13")
        #expect(day.instruments.count == 8)
        #expect(day.ticks.count == 180_821)
        #expect(zip(day.ticks, day.ticks.dropFirst()).count { $1.at < $0.at - .seconds(3) } == 0)
        #expect(day.instruments.first { $0.id.symbol == "INFY" }?.tickSize == Price(text: "0.05"))
        #expect(day.instruments.filter { !$0.isTradable }.map(\.id.symbol) == ["BANKNIFTY", "NIFTY50"])
        let candles = try TapeFiles.read(folder + "/market/intraday-1m/RELIANCE.csv.gz")
        #expect(candles.ticks.count == 7_463 * 4)
        #expect(try TapeFiles.read(folder + "/market/crypto/bybit-DOGEUSDT-1m.csv.gz").instruments[0].isTradable)
    }
}

/// The recorded markets that lie beside the repository, where there are any.
private enum Recordings {
    static let folder: String? = {
        let parts = #filePath.split(separator: "/").dropLast(4)
        let shared = getenv("TRADEHOUSE_SHARED").map { String(cString: $0) } ?? "/" + parts.joined(separator: "/") + "/shared"
        let path = shared + "/fixtures"
        // Whether the folder can be opened is the question, so the reason does not matter.
        return (try? PosixDisk(root: path + "/market")) == nil ? nil : path
    }()
}

// Lines and rows as bytes: sealing, salvaging, every field there and back, in any order, with members nobody knows.

import Platform
import TestSupport
import Testing
import Trading

@testable import Storage

@Suite struct `Sealed lines` {
    private func check(_ text: String) -> Bool { Array(text.utf8).withUnsafeBytes { SealedLine.check($0) } != nil }

    private func sealed(_ text: String) -> String {
        var bytes = Array(text.utf8)
        SealedLine.seal(&bytes)
        return String(decoding: bytes.dropLast(), as: UTF8.self)
    }

    @Test func `the checksum is the CRC-32C of what stands before it`() {
        // The published check value of CRC-32C over "123456789" is e3069283.
        #expect(Crypto.crc32c(Array("123456789".utf8)) == 0xE306_9283)
        let line = sealed("{\"a\":1")
        #expect(line == "{\"a\":1,\"crc\":\"\(SealedLine.hexText(Crypto.crc32c(Array("{\"a\":1".utf8))))\"}")
        #expect(check(line))
    }

    @Test func `no line with a flipped bit or a missing byte is accepted`() {
        let line = Array(sealed("{\"n\":1,\"v\":17,\"text\":\"some text in it\"").utf8)
        for position in line.indices {
            for bit in 0..<8 {
                var damaged = line
                damaged[position] ^= 1 << UInt8(bit)
                #expect(damaged.withUnsafeBytes { SealedLine.check($0) } == nil)
            }
            #expect(line[..<position].withUnsafeBytes { SealedLine.check($0) } == nil)
        }
        #expect(!check("") && !check("{}") && !check(String(repeating: "\0", count: 300)))
    }

    @Test func `a line of the limit is accepted, a longer one is not`() {
        let fill = SealedLine.limitBytes - SealedLine.sealBytes - 7
        #expect(check(sealed("{\"a\":\"" + String(repeating: "x", count: fill) + "\"")))
        #expect(!check(sealed("{\"a\":\"" + String(repeating: "x", count: fill + 1) + "\"")))
    }

    @Test func `two lines joined by a damaged line feed are both found`() {
        let one = sealed("{\"seq\":1,\"k\":\"tx\",\"m\":{\"n\":[1,2,3]}")
        let two = sealed("{\"seq\":2,\"k\":\"tx\"")
        for joint in ["\u{2}", " ", "{", "\""] {
            let joined = Array((one + joint + two).utf8)
            let parts = joined.withUnsafeBytes { SealedLine.salvage($0) }
            #expect(parts.map { String(decoding: joined[$0], as: UTF8.self) } == [one, two])
        }
        let hopeless = [UInt8](repeating: UInt8(ascii: "{"), count: 100_000) + Array(",\"crc\":\"00000000\"}".utf8)
        #expect(hopeless.withUnsafeBytes { SealedLine.salvage($0) } == [])
    }

    @Test func `a running checksum depends on every line and their order`() {
        let forward = SealedLine.fold(SealedLine.fold(0, 1), 2)
        #expect(forward != SealedLine.fold(SealedLine.fold(0, 2), 1))
        // As etc/docs/data-format.md tells people to compute it.
        #expect(SealedLine.fold(0x0000_00AB, 0xFFFF_FFFF) == Crypto.crc32c(Array("000000abffffffff".utf8)))
    }

    @Test func `lines come out whole whatever the file's chunks are`() throws {
        let disk = SimulatedDisk()
        var chance = DiskRandom(state: 3)
        var bytes: [UInt8] = []
        var expected: [String] = []
        for number in 0..<300 {
            let line = "\(number):" + String(repeating: "y", count: chance.below(20_000))
            expected.append(line)
            bytes += Array((line + "\n").utf8)
        }
        bytes += Array("tail".utf8)
        disk.place("file", bytes)
        var found: [String] = []
        var isTerminated = true
        try LineStream.read(try disk.open("file", for: .reading)) { line in
            found.append(String(decoding: line.bytes, as: UTF8.self))
            isTerminated = line.isTerminated
            #expect(Array(bytes[Int(line.offset)..<Int(line.offset) + line.bytes.count]) == Array(line.bytes))
            return true
        }
        #expect(found == expected + ["tail"] && !isTerminated)
    }

    @Test func `a hole of zeros is handed out in pieces`() throws {
        let disk = SimulatedDisk()
        disk.place("file", [UInt8](repeating: 0, count: 3 * LineStream.pieceBytes + 5))
        var total = 0
        try LineStream.read(try disk.open("file", for: .reading)) { line in
            #expect(line.bytes.count <= LineStream.pieceBytes + LineStream.chunkBytes)
            total += line.bytes.count
            return true
        }
        #expect(total == 3 * LineStream.pieceBytes + 5)
    }
}

@Suite struct `Rows` {
    @Test func `every order comes back as it was written`() throws {
        let trader = Trader("ZX1234", seed: 12)
        for _ in 0..<400 { _ = trader.next() }
        for order in trader.current.orders {
            var writer = RowWriter()
            writer.raw("{\"n\":1,")
            PaperBooks.write(order, to: &writer)
            writer.raw("}")
            var decoder = PaperBooks.Decoder()
            let read = writer.bytes.withUnsafeBytes { bytes in
                var row = RowReader(bytes)
                return decoder.order(&row)
            }
            #expect(read == order)
        }
    }

    @Test func `all states, products and fractions come back`() throws {
        var decoder = PaperBooks.Decoder()
        for state in OrderState.allCases {
            for product in Product.allCases {
                for side in Side.allCases {
                    var order = Order(
                        id: OrderID("P-1_x")!, instrument: InstrumentID(exchange: "CRYPTO", symbol: "BTCUSDT")!, side: side,
                        product: product,
                        placedAt: Timestamp(microseconds: -1), kind: .limit(Price(units: 1)), validity: .immediateOrCancel,
                        quantity: Quantity(units: 1_500_000), state: state, tag: "\"\\\u{1}\t\u{7F}", clientOrderID: "k",
                        requestDigest: "00ff", placedBy: "BOT", epoch: 3)
                    order.filledQuantity = Quantity(units: 1)
                    order.averagePrice = Price(units: Int64.max)
                    order.filledValue = Money(units: Int128(Int64.max) * 1_000)
                    order.isTriggered = true
                    order.cancelledQuantity = Quantity(whole: 92_233_720_368)
                    order.fillRule = .depth
                    order.parentOrderID = state == .open ? nil : OrderID("P-0")
                    var writer = RowWriter()
                    writer.raw("{")
                    PaperBooks.write(order, to: &writer)
                    writer.raw("}")
                    let read = writer.bytes.withUnsafeBytes { bytes in
                        var row = RowReader(bytes)
                        return decoder.order(&row)
                    }
                    #expect(read == order)
                }
            }
        }
    }

    @Test func `members in another order and members nobody knows make no difference`() throws {
        let trade = Trade(
            id: TradeID("T1")!, orderID: OrderID("P1")!, instrument: InstrumentID(key: "NSE:M&M")!, product: .delivery, side: .sell,
            quantity: Quantity(whole: 3), price: Price(text: "12.05")!, charges: Money(text: "0.01")!, realised: nil, rule: .lastPrice,
            tag: nil, at: Timestamp(microseconds: 1_790_000_000_123_456), epoch: 1)
        let text = """
            {"new":{"deep":[1,"}",{"x":"\\""}]},"epoch":1,"traded_at":"2026-09-21T14:13:20.123456Z","tag":null,"fill_rule":"last_price",\
            "realised_pnl":null,"charges":"0.01","price":"12.05","more":-1.5e3,"quantity":3,"action":"SELL","product":"CNC",\
            "exchange":"NSE","symbol":"M\\u0026M","order_id":"P1","trade_id":"T1"}
            """
        var decoder = PaperBooks.Decoder()
        let read = Array(text.utf8).withUnsafeBytes { bytes in
            var row = RowReader(bytes)
            return decoder.trade(&row)
        }
        #expect(read == trade)
    }

    @Test func `why a trade filled comes back, whatever of it was seen, and may be missing`() throws {
        var decoder = PaperBooks.Decoder()
        let some = [nil, Quantity(whole: 5), Quantity(units: 1)]
        for displayed in some {
            for ahead in some {
                for traded in some {
                    let trade = Trade(
                        id: TradeID("T1")!, orderID: OrderID("P1")!, instrument: InstrumentID(key: "NSE:M&M")!, product: .delivery,
                        side: .sell, quantity: Quantity(whole: 3), price: Price(text: "12.05")!, charges: .zero, realised: nil,
                        rule: .queue,
                        tag: nil, at: Timestamp(microseconds: 1_790_000_000_123_456), epoch: 1,
                        why: FillReason(
                            quotedAt: Timestamp(microseconds: 1_790_000_000_000_001), lastPrice: Price(text: "12")!, displayed: displayed,
                            ahead: ahead, traded: traded))
                    var writer = RowWriter()
                    writer.raw("{\"n\":1,")
                    PaperBooks.write(trade, to: &writer)
                    writer.raw(",\"crc\":\"00000000\"}")
                    let read = writer.bytes.withUnsafeBytes { bytes in
                        var row = RowReader(bytes)
                        return decoder.trade(&row)
                    }
                    #expect(read == trade)
                    let text = String(decoding: writer.bytes, as: UTF8.self)
                    for (part, other) in [("\"last_price\":\"12\"", "\"last\":1"), ("\"quoted_at\":\"", "\"quoted_at\":\"x")] {
                        let broken = Array(text.replacingFirst(part, other).utf8).withUnsafeBytes { bytes in
                            var row = RowReader(bytes)
                            return decoder.trade(&row)
                        }
                        #expect(broken == nil, "\(part)")
                    }
                }
            }
        }
    }

    @Test func `a member that newer rows have at the end is found wherever it stands, and may be missing`() throws {
        let trader = Trader("ZX1234", seed: 12)
        _ = trader.next()
        var order = trader.current.orders[0]
        order.parentOrderID = OrderID("P-0")
        var writer = RowWriter()
        writer.raw("{\"n\":1,")
        PaperBooks.write(order, to: &writer)
        writer.raw(",\"crc\":\"00000000\"}")
        let text = String(decoding: writer.bytes, as: UTF8.self)
        let member = ",\"parent_order_id\":\"P-0\""
        #expect(text.contains(member))
        func read(_ text: String) -> Order? {
            var decoder = PaperBooks.Decoder()
            return Array(text.utf8).withUnsafeBytes { bytes in
                var row = RowReader(bytes)
                return decoder.order(&row)
            }
        }
        #expect(read(text) == order)
        let without = text.replacingFirst(member, "")
        #expect(read(without)?.parentOrderID == nil && read(without) != nil)
        #expect(
            read(without.replacingFirst(",\"crc\"", ",\"new\":[1],\"parent_order_id\":\"P-0\",\"crc\"")) == order,
            "behind one that nobody knows")
        let early = without.replacingFirst("\"tradingsymbol\"", "\"parent_order_id\":\"P-0\",\"tradingsymbol\"")
        let moved = early.replacingFirst("\"epoch\":\(order.epoch)", "\"was\":0").replacingFirst(
            "{\"n\":1,", "{\"n\":1,\"epoch\":\(order.epoch),")
        #expect(read(moved) == order, "in front, in a row whose members were moved")
        #expect(read(text.replacingFirst("\"P-0\"", "7")) == nil && read(text.replacingFirst("\"P-0\"", "\"a b\"")) == nil)
    }

    @Test func `a row with a missing member or a wrong word is not read`() {
        let trader = Trader("ZX1234", seed: 12)
        _ = trader.next()
        var writer = RowWriter()
        writer.raw("{")
        PaperBooks.write(trader.current.orders[0], to: &writer)
        writer.raw("}")
        let text = String(decoding: writer.bytes, as: UTF8.self)
        for (part, other) in [
            ("\"status\":", "\"state\":"), ("\"MIS\"", "\"MAS\""), ("\"quantity\":", "\"quantity\":\"x\",\"y\":"), ("Z\"", "\""),
        ] {
            var decoder = PaperBooks.Decoder()
            let read = Array(text.replacingFirst(part, other).utf8).withUnsafeBytes { bytes in
                var row = RowReader(bytes)
                return decoder.order(&row)
            }
            #expect(read == nil, "\(part)")
        }
    }

    @Test func `no bytes make the reader fail in any other way than saying nothing`() {
        var chance = DiskRandom(state: 8)
        let alphabet = Array("{}[]\",:\\u12e-.ntfx \u{0}é".utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<chance.below(60)).map { _ in alphabet[chance.below(alphabet.count)] }
            bytes.withUnsafeBytes { bytes in
                guard !bytes.isEmpty else { return }
                var row = RowReader(bytes)
                _ = row.text("n")
                _ = row.units("x")
                _ = row.time("t")
                while let (_, value) = row.next() { _ = row.elements(value) }
                _ = ParsedRecord(bytes)
                _ = JournalLine(bytes)
            }
        }
    }

    @Test func `decimals and instants are written as Trading writes them`() {
        var chance = DiskRandom(state: 1)
        for _ in 0..<5_000 {
            let units = Int128(Int64(bitPattern: chance.next())) * (chance.below(4) == 0 ? 1_000_000_007 : 1)
            var writer = RowWriter()
            writer.decimal(units)
            #expect(String(decoding: writer.bytes, as: UTF8.self) == FixedPoint.text(units))
            let at = Timestamp(microseconds: Int64(chance.next() % 4_000_000_000_000_000))
            var time = RowWriter()
            time.time(at)
            #expect(String(decoding: time.bytes, as: UTF8.self) == "\"\(at.utcText)\"")
        }
    }
}

// A paper book led by a script: one command a line in, one line of what it did out. The other side is `Tests/ReferenceModel`, which works out
// the same lines from the written rules alone. The words of both are told in `Tests/ReferenceModel/README.md`.

import Trading

/// The market of a script: the last tick of three instruments, at any hour.
struct ScriptMarket: MarketView {
    private(set) var instruments: [InstrumentID: Instrument] = [:]
    var quotes: [InstrumentID: Quote] = [:]
    private var terms: [Product: TradingTerms] = [:]

    init(_ word: Substring) throws {
        for (index, facts) in [("AAA", "0.05", "1"), ("BBB", "0.10", "25"), ("CCC", "0.01", "0.001")].enumerated() {
            let id = InstrumentID(exchange: "NSE", symbol: facts.0)!
            instruments[id] = Instrument(
                id: id, token: Int64(index), name: "", tickSize: Price(text: facts.1)!, lotSize: Quantity(text: facts.2)!, kind: "EQ",
                segment: "NSE", isSimulated: true)
        }
        guard ["plain", "margin", "charged"].contains(word) else { throw Misunderstood(word: word) }
        let some = instruments.values.first!
        for product in Product.allCases where word != "plain" {
            let real = RulePack.builtIn.terms(for: some, product, on: CivilDate("2026-11-20")!)
            terms[product] = TradingTerms(
                longMargin: real.longMargin, shortMargin: real.shortMargin, charges: word == "charged" ? real.charges : .free)
        }
    }

    mutating func take(_ tick: Tick) {
        quotes[tick.instrument] = Quote(
            instrument: tick.instrument, at: tick.at, lastPrice: tick.lastPrice, lastQuantity: tick.lastQuantity, dayVolume: .zero,
            depth: tick.depth, open: tick.lastPrice, high: tick.lastPrice, low: tick.lastPrice, previousClose: tick.lastPrice)
    }

    func instrument(for id: InstrumentID) -> Instrument? { instruments[id] }
    func quote(for id: InstrumentID) -> Quote? { quotes[id] }
    func isOpen(for id: InstrumentID, at instant: Timestamp) -> Bool { true }
    func isStale(_ quote: Quote, at instant: Timestamp) -> Bool { instant - quote.at > .seconds(30) }
    func terms(for id: InstrumentID, _ product: Product, at instant: Timestamp) -> TradingTerms { terms[product] ?? .plain }
}

struct Misunderstood: Error { let word: Substring }

/// The words of one line, taken from the left.
struct Words {
    private var rest: ArraySlice<Substring>
    init(_ line: String) { rest = line.split(separator: " ")[...] }

    mutating func next() throws -> Substring {
        guard let word = rest.popFirst() else { throw Misunderstood(word: "too few words") }
        return word
    }

    mutating func value<Value>(_ make: (Substring) -> Value?) throws -> Value {
        let word = try next()
        guard let value = make(word) else { throw Misunderstood(word: word) }
        return value
    }

    mutating func price() throws -> Price { try value { Price(text: $0) } }
    mutating func quantity() throws -> Quantity { try value { Quantity(text: $0) } }

    mutating func kind() throws -> OrderKind? {
        switch try next() {
        case "-": nil
        case "MARKET": .market
        case "LIMIT": .limit(try price())
        case "SL-M": .stop(trigger: try price())
        case "SL": .stopLimit(trigger: try price(), limit: try price())
        case let word: throw Misunderstood(word: word)
        }
    }

    mutating func levels() throws -> [DepthLevel] {
        let word = try next()
        guard word != "-" else { return [] }
        return try word.split(separator: ",").map { level in
            let parts = level.split(separator: "@")
            guard parts.count == 2, let price = Price(text: parts[0]), let quantity = Quantity(text: parts[1]) else {
                throw Misunderstood(word: level)
            }
            return DepthLevel(price: price, quantity: quantity, orders: 1)
        }
    }
}

/// The book that the lines so far made.
struct ScriptedBook {
    private var market: ScriptMarket
    private var account: PaperAccount

    /// `<ms> book <capital> <terms>`.
    init(_ words: inout Words, at now: Timestamp) throws {
        let capital = try words.value { Money(text: $0) }
        account = PaperAccount(opening: capital, at: now)
        market = try ScriptMarket(try words.next())
    }

    mutating func perform(_ verb: Substring, _ words: inout Words, at now: Timestamp) throws -> String {
        let command: PaperCommand
        switch verb {
        case "tick":
            let id = try words.value { InstrumentID(exchange: "NSE", symbol: $0) }
            let (last, traded) = (try words.price(), try words.quantity())
            let tick = Tick(
                instrument: id, at: now, lastPrice: last, lastQuantity: .zero, dayVolume: .zero, traded: traded,
                depth: Depth(bids: try words.levels(), asks: try words.levels()))
            market.take(tick)
            command = .tick(tick)
        case "place":
            let id = try words.value { OrderID($0) }
            let instrument = try words.value { InstrumentID(exchange: "NSE", symbol: $0) }
            let side = try words.value { Side(rawValue: String($0)) }
            let product = try words.value { Product(rawValue: String($0)) }
            let validity = try words.value { Validity(rawValue: String($0)) }
            let quantity = try words.quantity()
            guard let kind = try words.kind() else { throw Misunderstood(word: verb) }
            command = .place(
                OrderDraft(instrument: instrument, side: side, product: product, kind: kind, validity: validity, quantity: quantity), as: id
            )
        case "modify":
            let id = try words.value { OrderID($0) }
            let word = try words.next()
            let quantity = word == "-" ? nil : Quantity(text: word)
            guard word == "-" || quantity != nil else { throw Misunderstood(word: word) }
            command = .modify(id, OrderAmendment(quantity: quantity, kind: try words.kind()))
        case "cancel": command = .cancel(try words.value { OrderID($0) })
        case "expire": command = .expireDay
        case "reset": command = .reset(capital: try words.value { Money(text: $0) })
        default: throw Misunderstood(word: verb)
        }
        return decide(command, at: now)
    }

    private mutating func decide(_ command: PaperCommand, at now: Timestamp) -> String {
        do throws(OrderRefusal) {
            if case .tick(let tick) = command, let band = account.quietBand(in: tick.instrument), band.contains(TickReach(tick)) {
                // The house would not even have asked.
                return told("ok", [], Touched())
            }
            let touched = try account.act(command, market: market, at: now)
            return told("ok", touched.trades, touched)
        } catch {
            return told("refused \(error.rawValue)", [], Touched())
        }
    }

    // MARK: What is told

    private func told(_ outcome: String, _ trades: [Trade], _ touched: Touched) -> String {
        let fills = trades.map {
            "\($0.orderID.text):\($0.quantity.text)@\($0.price.text):\($0.rule.rawValue):\($0.charges.text):\($0.realised?.text ?? "")"
        }
        let orders = touched.orders.sorted().compactMap { account.order($0) }.map { order in
            [
                order.id.text, order.state.rawValue, order.filledQuantity.text, order.pendingQuantity.text, order.cancelledQuantity.text,
                order.averagePrice?.text ?? "0", order.reserved.text, order.reasonCode ?? "",
            ].joined(separator: ":")
        }
        let figures = [account.cash, account.available, account.reserved, account.invested, account.realised, account.charges].map(\.text)
        let positions = account.positions.values.sorted { $0.key < $1.key }.map {
            "\($0.key.instrument.symbol)/\($0.key.product.rawValue):\($0.quantity.text):\($0.cost.text):\($0.margin.text)"
        }
        return [
            outcome, fills.joined(separator: ","), orders.joined(separator: ","), figures.joined(separator: " "),
            positions.joined(separator: ","),
        ].joined(separator: "|")
    }
}

var book: ScriptedBook?
while let line = readLine() {
    do {
        var words = Words(line)
        let now = Timestamp(microseconds: try words.value { Int64($0) } * 1_000)
        let verb = try words.next()
        if verb == "book" {
            book = try ScriptedBook(&words, at: now)
            print("ok||||")
        } else if let said = try book?.perform(verb, &words, at: now) {
            print(said)
        } else {
            throw Misunderstood(word: "a script begins with its book")
        }
    } catch {
        fatalError("“\(line)” is not understood: \(error)")
    }
}

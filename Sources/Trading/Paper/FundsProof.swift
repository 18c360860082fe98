// A book's balance from its opening to now, one line for everything that moved it, and every recorded figure beside what those lines
// give. Command, API and tests use this one calculation; it trusts nothing but the trades and orders themselves.

/// A statement of one epoch of a book, with its verdict.
///
/// Cash moves by trades and their charges only; the opening is the capital of the book's beginning or of its last reset. There are no
/// adjustments: what these lines do not explain is a difference, and the proof fails.
package struct FundsProof: Sendable, Equatable {
    /// What moved the balance.
    package enum Cause: String, Sendable, CaseIterable {
        /// The capital that the book began with.
        case opening
        /// The capital that a reset began this epoch with.
        case reset
        /// What a buy cost, before charges.
        case buy
        /// What a sale brought, before charges.
        case sell
        /// The charges of the trade in the line before.
        case charges
    }

    package struct Line: Sendable, Equatable {
        /// From 1, without holes.
        package let number: Int
        package let cause: Cause
        /// Nothing for an opening whose moment is not known any more.
        package let at: Timestamp?
        /// Signed: what it added to the cash.
        package let amount: Money
        /// The cash after it.
        package let balance: Money
        /// The trade, for all but the opening.
        package let trade: Trade?
    }

    /// Why what is available differs from the cash. Negative is what a position leaves free that was not paid from own funds.
    package struct Hold: Sendable, Equatable {
        package enum Cause: String, Sendable {
            case workingOrder = "working_order"
            case shortPosition = "short_position"
            case longOnMargin = "long_on_margin"
        }

        package let cause: Cause
        package let amount: Money
        /// The order that holds it, or nothing for a position.
        package let order: OrderID?
        package let instrument: InstrumentID
        package let product: Product
    }

    /// One recorded figure beside what the lines give.
    package struct Figure: Sendable, Equatable {
        /// `cash`, `available`, `position quantity`, …
        package let name: String
        /// Which order, trade or position; empty for a figure of the whole book.
        package let subject: String
        package let recorded: String
        package let computed: String

        package var holds: Bool { recorded == computed }
    }

    package let epoch: Int
    package let lines: [Line]
    package let holds: [Hold]
    /// Figures of the whole book, then of positions, then of trades and orders: of those only what does not hold.
    package let figures: [Figure]
    /// How many orders and trades were compared one by one.
    package let comparedOrders: Int
    package let comparedTrades: Int

    package var addsUp: Bool { figures.allSatisfy(\.holds) }
    package var differences: [Figure] { figures.filter { !$0.holds } }
    /// The cash that the lines end with.
    package var closing: Money { lines.last?.balance ?? .zero }

    /// Walks a book. `isOver` is an epoch that a reset ended: its cash, charges and result are compared, its holds are gone.
    package init(of book: PaperSnapshot, openedAt: Timestamp? = nil, isOver: Bool = false) {
        var walk = FundsWalk(book, openedAt: openedAt)
        for trade in book.trades { walk.take(trade) }
        walk.compare(isOver: isOver)
        epoch = book.meta.epoch
        lines = walk.lines
        holds = isOver ? [] : walk.holds
        figures = walk.figures
        comparedOrders = book.orders.count
        comparedTrades = book.trades.count
    }

    /// At most `count` points of the balance over the lines, first and last included, for a small chart.
    package func curve(_ count: Int) -> [Line] {
        guard count > 1, lines.count > count else { return lines }
        return (0..<count).map { lines[$0 * (lines.count - 1) / (count - 1)] }
    }
}

/// The calculation on its way through the trades.
private struct FundsWalk {
    let book: PaperSnapshot
    var lines: [FundsProof.Line] = []
    var figures: [FundsProof.Figure] = []
    var differences: [FundsProof.Figure] = []
    var holds: [FundsProof.Hold] = []
    private var balance: Money
    private var charges = Money.zero
    private var realised = Money.zero
    private var positions: [PositionKey: Position] = [:]
    private var filled: [OrderID: (quantity: Quantity, value: Money)] = [:]
    private var seen: Set<TradeID> = []

    init(_ book: PaperSnapshot, openedAt: Timestamp?) {
        self.book = book
        balance = book.meta.capital
        lines.reserveCapacity(1 + book.trades.count * 2)
        lines.append(
            FundsProof.Line(
                number: 1, cause: book.meta.epoch > 1 ? .reset : .opening, at: openedAt, amount: balance, balance: balance, trade: nil))
    }

    mutating func take(_ trade: Trade) {
        if !seen.insert(trade.id).inserted { differ("trade", trade.id.text, "twice", "once") }
        if trade.epoch != book.meta.epoch { differ("trade epoch", trade.id.text, String(trade.epoch), String(book.meta.epoch)) }
        guard trade.quantity > .zero, trade.isPriced else {
            return differ("trade", trade.id.text, "\(trade.quantity.text) @ \(trade.price.text)", "above zero")
        }
        add(trade.side == .buy ? .buy : .sell, trade.side == .buy ? -trade.value : trade.value, trade)
        if trade.charges != .zero { add(.charges, -trade.charges, trade) }
        charges += trade.charges
        let key = trade.positionKey
        var position = positions[key] ?? Position(key: key, openedAt: trade.at, epoch: trade.epoch)
        let open = trade.side == .buy ? position.buyQuantity : position.sellQuantity
        guard trade.quantity <= PaperLimits.turnoverQuantity - open else {
            return differ("trade", trade.id.text, trade.quantity.text, "at most \(PaperLimits.turnoverQuantity.text)")
        }
        let brought = position.take(trade.side, trade.quantity, at: trade.price, on: trade.at)
        positions[key] = position
        realised += brought ?? .zero
        if brought != trade.realised {
            differ("trade result", trade.id.text, trade.realised?.text ?? "none", brought?.text ?? "none")
        }
        let before = filled[trade.orderID] ?? (.zero, .zero)
        filled[trade.orderID] = (before.quantity + trade.quantity, before.value + trade.value)
    }

    private mutating func add(_ cause: FundsProof.Cause, _ amount: Money, _ trade: Trade) {
        balance += amount
        lines.append(
            FundsProof.Line(number: lines.count + 1, cause: cause, at: trade.at, amount: amount, balance: balance, trade: trade))
    }

    private mutating func compare(_ name: String, _ recorded: Money, _ computed: Money) {
        figures.append(FundsProof.Figure(name: name, subject: "", recorded: recorded.text, computed: computed.text))
    }

    private mutating func differ(_ name: String, _ subject: String, _ recorded: String, _ computed: String) {
        differences.append(FundsProof.Figure(name: name, subject: subject, recorded: recorded, computed: computed))
    }

    // MARK: In the end

    mutating func compare(isOver: Bool) {
        compare("cash", book.meta.cash, balance)
        compare("charges", book.meta.charges, charges)
        compare("realised", book.meta.realised, realised)
        compareOrders()
        if !isOver {
            compareHolds()
            comparePositions()
            compareRules()
        }
        figures += differences
    }

    private mutating func compareHolds() {
        for order in book.orders where order.isWorking && order.reserved != .zero {
            holds.append(
                FundsProof.Hold(
                    cause: .workingOrder, amount: order.reserved, order: order.id, instrument: order.instrument, product: order.product))
        }
        var long = Money.zero
        var short = Money.zero
        var margins = Money.zero
        let recorded = Dictionary(book.positions.map { ($0.key, $0.margin) }, uniquingKeysWith: { first, _ in first })
        for (key, position) in positions.sorted(by: { $0.key < $1.key }) where !position.isFlat {
            long += position.longCost
            short += position.shortCost
            let margin = recorded[key] ?? .zero
            margins += margin
            if position.longCost != .zero, position.longCost != margin {
                holds.append(
                    FundsProof.Hold(
                        cause: .longOnMargin, amount: margin - position.longCost, order: nil, instrument: key.instrument,
                        product: key.product))
            }
            guard position.shortCost != .zero else { continue }
            // The proceeds are not the seller's yet, and the margin is beside them.
            holds.append(
                FundsProof.Hold(
                    cause: .shortPosition, amount: position.shortCost + margin, order: nil, instrument: key.instrument,
                    product: key.product))
        }
        let reserved = book.orders.reduce(Money.zero) { $0 + ($1.isWorking ? $1.reserved : .zero) }
        compare("reserved", book.meta.reserved, reserved)
        compare("invested", book.meta.invested, margins)
        compare("available", book.meta.available, balance + long - short - margins - reserved)
    }

    private mutating func comparePositions() {
        var recorded: [PositionKey: Position] = [:]
        for position in book.positions where !position.isFlat { recorded[position.key] = position }
        let open = positions.filter { !$0.value.isFlat }
        for key in Set(recorded.keys).union(open.keys).sorted() {
            let name = "\(key.instrument.key) \(key.product.rawValue)"
            let empty = Position(key: key, openedAt: book.meta.updatedAt, epoch: book.meta.epoch)
            let (stored, counted) = (recorded[key] ?? empty, open[key] ?? empty)
            figures.append(
                FundsProof.Figure(
                    name: "position quantity", subject: name, recorded: stored.quantity.text, computed: counted.quantity.text))
            figures.append(
                FundsProof.Figure(name: "position cost", subject: name, recorded: stored.cost.text, computed: counted.cost.text))
            for (what, a, b) in [
                ("position bought", stored.buyQuantity.text, counted.buyQuantity.text),
                ("position sold", stored.sellQuantity.text, counted.sellQuantity.text),
                ("position buy value", stored.buyValue.text, counted.buyValue.text),
                ("position sell value", stored.sellValue.text, counted.sellValue.text),
                ("position result", stored.realised.text, counted.realised.text),
            ] where a != b {
                differ(what, name, a, b)
            }
        }
    }

    private mutating func compareOrders() {
        var known: Set<OrderID> = []
        for order in book.orders {
            if !known.insert(order.id).inserted { differ("order", order.id.text, "twice", "once") }
            let trades = filled[order.id] ?? (.zero, .zero)
            if order.filledQuantity != trades.quantity {
                differ("order filled", order.id.text, order.filledQuantity.text, trades.quantity.text)
            }
            // Imported orders knew their average only, so that times the quantity is as good.
            let byAverage = order.averagePrice?.value(of: order.filledQuantity) ?? .zero
            if order.filledValue != trades.value, order.filledValue != byAverage {
                differ("order value", order.id.text, order.filledValue.text, trades.value.text)
            }
        }
    }

    /// What the rules of the book say beyond the sums: what each working order must hold, and that ids and states make sense.
    private mutating func compareRules() {
        guard differences.isEmpty, figures.allSatisfy(\.holds) else { return }
        do {
            _ = try PaperAccount(restoring: book)
        } catch {
            differ(error.figure.rawValue, error.subject, error.recorded, error.computed)
        }
    }
}

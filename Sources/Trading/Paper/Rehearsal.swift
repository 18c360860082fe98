// One act on one instrument, tried out before it happens: which fills it brings, what would be held and what would be left. A rehearsal
// copies only the working orders and positions of its instrument, so that a decision costs the same in a book of fifty thousand orders.

/// What would be, after the events collected so far.
struct Rehearsal {
    /// A working order, as far as matching and funds are concerned.
    private struct Line {
        let id: OrderID
        let side: Side
        let product: Product
        let tag: String?
        var kind: OrderKind
        var validity: Validity
        var pending: Quantity
        /// What its fills are worth so far.
        var filledValue: Money
        var reservationPrice: Price
        /// What it held before this act.
        var held: Money
        var fillCount: Int
        /// What stands ahead of it in the queue at its limit; nil when nobody knows.
        var ahead: Quantity?
        /// Whether it is a stop before its trigger.
        var isWaiting: Bool
        /// Whether it has yet to meet a quote; it then fills at the quote's prices instead of its own limit.
        var isArriving: Bool

        init(_ order: Order, fillCount: Int, ahead: Quantity?) {
            held = order.reserved
            self.ahead = ahead
            isWaiting = order.state == .triggerPending
            id = order.id
            side = order.side
            product = order.product
            tag = order.tag
            kind = order.kind
            validity = order.validity
            pending = order.pendingQuantity
            filledValue = order.filledValue
            reservationPrice = order.reservationPrice
            self.fillCount = fillCount
            isArriving = order.referencePrice == nil || order.kind.isMarketOnceLive
        }
    }

    private(set) var events: [PaperEvent] = []
    /// Whether a product had a fill, by its ordinal.
    private var hasFilled = [Bool](repeating: false, count: Product.allCases.count)
    /// Whether a fill opened exposure.
    private var hasOpened = false
    private let instrument: InstrumentID
    private let lot: Quantity
    private let at: Timestamp
    private let epoch: Int
    /// Whether a limit or a kill switch lets nothing be opened here: fills then only close.
    private let reducesOnly: Bool
    private var lines: [Line] = []
    /// By `Product.ordinal`.
    private var positions: [Position?]
    /// By `Product.ordinal`.
    private let terms: [TradingTerms]
    /// What the working orders of all other instruments hold.
    private let reservedElsewhere: Money
    /// The account's: funds before what orders hold, whatever positions are worth.
    private var unreserved: Money
    /// The unrealised result of positions on margin in all other instruments.
    private let resultElsewhere: Money
    /// The last price here; zero when there is none.
    private let last: Price
    /// Whether `free` is known not to be negative; saves working it out at fills that cannot change that.
    private var isFunded = false

    /// Begins with `account` as it is; `lot` is the instrument's.
    init(_ account: PaperAccount, _ instrument: InstrumentID, lot: Quantity, _ market: some MarketView, at instant: Timestamp) {
        terms = Product.allCases.map { market.terms(for: instrument, $0, at: instant) }
        self.instrument = instrument
        self.lot = lot
        at = instant
        epoch = account.epoch
        reducesOnly = account.risk.reducesOnly(instrument, at: instant)
        positions = Product.allCases.map { account.positions[PositionKey(instrument: instrument, product: $0)] }
        let slots = account.working[instrument] ?? []
        lines.reserveCapacity(slots.count + 1)
        var reservedHere = Money.zero
        for slot in slots {
            lines.append(Line(account.placed[slot], fillCount: account.fillCounts[slot], ahead: account.ahead[slot]))
            reservedHere += account.placed[slot].reserved
        }
        reservedElsewhere = account.reserved - reservedHere
        unreserved = account.unreserved
        resultElsewhere = account.resultOnMargin(market, besides: instrument)
        last = market.quote(for: instrument)?.lastPrice ?? .zero
    }

    // MARK: - What is left

    /// Funds left after what happened so far, at the market's prices: what a loss on margin took is not there, a gain is not counted.
    var free: Money { unreserved - reservedElsewhere - reservedHere + loss(product: nil, position: nil) }

    /// The loss of all positions on margin, if `product` had `position`; zero when they gain.
    private func loss(product: Product?, position: Position?) -> Money {
        var result = resultElsewhere
        guard last > .zero else { return min(result, .zero) }
        for other in Product.allCases {
            if let held = other == product ? position : positions[other.ordinal], held.isOnMargin { result += held.unrealised(at: last) }
        }
        return min(result, .zero)
    }

    /// What the working orders of this instrument hold after what happened so far.
    var reservedHere: Money { reserved(product: nil, position: .zero, line: nil, pending: .zero, filledValue: .zero) }

    /// What the orders of a product would open in all, one of them excepted.
    func opening(_ product: Product, besides index: Int) -> Quantity {
        var cover = ClosingCover(position: quantity(of: product))
        var sum = Quantity.zero
        for number in lines.indices where lines[number].product == product {
            let opening = cover.opening(lines[number].side, lines[number].pending)
            if number != index { sum += opening }
        }
        return sum
    }

    /// Whether the act of the order at `index` opened nothing and leaves nothing that would, nor makes the others open more than `others`.
    func onlyCloses(_ index: Int, others: Quantity) -> Bool {
        !hasOpened && opening(of: index) == .zero && opening(lines[index].product, besides: index) <= others
    }

    /// What would be held if `product` had `position` and the line `index` were at `pending`, with fills worth `filledValue`.
    private func reserved(product: Product?, position: Quantity, line index: Int?, pending: Quantity, filledValue: Money) -> Money {
        var covers = Product.allCases.map { ClosingCover(position: $0 == product ? position : quantity(of: $0)) }
        var sum = Money.zero
        for number in lines.indices {
            let rest = number == index ? pending : lines[number].pending
            guard rest > .zero else { continue }
            let opening = covers[lines[number].product.ordinal].opening(lines[number].side, rest)
            sum += held(lines[number], opening, number == index ? filledValue : lines[number].filledValue)
        }
        return sum
    }

    private func held(_ line: Line, _ opening: Quantity, _ filledValue: Money) -> Money {
        opening == .zero ? .zero : terms[line.product.ordinal].held(line.side, opening, at: line.reservationPrice, after: filledValue)
    }

    private func quantity(of product: Product) -> Quantity { positions[product.ordinal]?.quantity ?? .zero }

    // MARK: - What happens

    /// Notes an event that changes neither a line nor the funds.
    mutating func note(_ event: PaperEvent) { events.append(event) }

    /// A new order joins the working ones; gives its index.
    mutating func join(_ order: Order) -> Int {
        lines.append(Line(order, fillCount: 0, ahead: nil))
        return lines.count - 1
    }

    /// The working order at `index` gets new terms.
    mutating func amend(_ index: Int, to order: Order) {
        lines[index] = Line(order, fillCount: lines[index].fillCount, ahead: nil)
    }

    /// The order at `index` is cancelled by whoever asks; the event is noted as it is.
    mutating func cancel(_ index: Int, as event: PaperEvent) {
        lines[index].pending = .zero
        events.append(event)
    }

    /// Says what the working orders hold from now on; the last thing of an act.
    mutating func settleHolds() {
        var covers = Product.allCases.map { ClosingCover(position: quantity(of: $0)) }
        for index in lines.indices where lines[index].pending > .zero {
            let opening = covers[lines[index].product.ordinal].opening(lines[index].side, lines[index].pending)
            let amount = held(lines[index], opening, lines[index].filledValue)
            if amount != lines[index].held { events.append(.orderHeld(lines[index].id, amount)) }
            lines[index].held = amount
        }
    }

    /// The order at `index` meets the first quote of its life.
    mutating func meet(_ index: Int, at last: Price) {
        lines[index].reservationPrice = Order.reservationPrice(lines[index].kind, lines[index].side, reference: last)
        events.append(.orderMet(lines[index].id, last, at: at))
    }

    /// A stop reached its trigger: it arrives in the market now.
    mutating func trigger(_ index: Int) {
        lines[index].isArriving = true
        lines[index].isWaiting = false
        events.append(.orderTriggered(lines[index].id, at: at))
    }

    /// Fills the order at `index` from `liquidity`, then cancels what an immediate order has left.
    ///
    /// With `withinFunds`, an opening fill takes only as many whole lots as the funds allow, and what they do not allow is cancelled.
    /// Without, the caller looks at `available` afterwards and refuses the whole act.
    /// - Parameter arriving: true when the order comes to the market with this very act.
    mutating func match(_ index: Int, with liquidity: inout Liquidity, arriving: Bool, withinFunds: Bool) {
        let line = lines[index]
        let fillsBefore = line.fillCount
        if let limit = line.kind.limitPrice, !arriving, !line.isArriving {
            meetAsResting(index, limit, &liquidity, withinFunds)
        } else {
            meetAsArriving(index, &liquidity, withinFunds)
        }
        guard lines[index].pending > .zero else { return }
        if line.validity == .immediateOrCancel {
            cancel(index, .immediateOrCancel)
        } else if withinFunds, lines[index].fillCount > fillsBefore, !isFunded, free < .zero, opening(of: index) > .zero {
            cancel(index, .insufficientFunds)
        }
    }

    /// Walks the other side from the best level on; a level with less than a lot is passed over.
    private mutating func meetAsArriving(_ index: Int, _ liquidity: inout Liquidity, _ withinFunds: Bool) {
        let (side, limit) = (lines[index].side, lines[index].kind.limitPrice)
        if liquidity.isAtLastPrice(limit, side) {
            _ = take(index, lines[index].pending, at: liquidity.last, rule: liquidity.wholeRule, withinFunds)
        }
        for number in 0..<liquidity.levelCount(for: side) {
            guard lines[index].pending > .zero, let level = liquidity.level(number, for: side, limit: limit) else { return }
            let whole = wholeLots(min(level.left, lines[index].pending), of: lines[index].pending)
            guard whole > .zero else { continue }
            liquidity.take(take(index, whole, at: level.price, rule: .depth, withinFunds), fromLevel: number, for: side)
        }
    }

    /// Fills at its own limit: whole when something traded through it, else what is displayed there or better, else when its turn comes.
    private mutating func meetAsResting(_ index: Int, _ limit: Price, _ liquidity: inout Liquidity, _ withinFunds: Bool) {
        let (side, pending) = (lines[index].side, lines[index].pending)
        if liquidity.hasTraded(through: limit, side) {
            _ = take(index, pending, at: limit, rule: .priceThrough, withinFunds)
            return
        }
        let whole = wholeLots(liquidity.offered(at: limit, side, wanted: pending), of: pending)
        if whole > .zero {
            liquidity.take(take(index, whole, at: limit, rule: .depth, withinFunds), for: side)
        } else if liquidity.hasTraded(at: limit) {
            takeTurn(index, limit, &liquidity, withinFunds)
        }
    }

    /// A trade at the limit of a resting order serves the queue.
    private mutating func takeTurn(_ index: Int, _ limit: Price, _ liquidity: inout Liquidity, _ withinFunds: Bool) {
        let line = lines[index]
        let displayed = liquidity.displayed(line.side, at: limit)
        guard let ahead = line.ahead else {
            if let displayed { queue(index, behind: displayed) }
            return
        }
        let turn = wholeLots(min(liquidity.tradedBeyond(ahead, line.side), line.pending), of: line.pending)
        let left = ahead > liquidity.traded ? ahead - liquidity.traded : .zero
        queue(index, behind: displayed.map { min($0, left) } ?? left)
        guard turn > .zero else { return }
        liquidity.takeTraded(line.side, turn)
        _ = take(index, turn, at: limit, rule: .queue, withinFunds)
    }

    /// The order at `index` comes to rest: what is displayed at its limit stands ahead of it.
    mutating func queue(_ index: Int, _ liquidity: Liquidity) {
        let line = lines[index]
        guard line.pending > .zero, !line.isWaiting, liquidity.hasDepth, let limit = line.kind.limitPrice,
            let displayed = liquidity.displayed(line.side, at: limit)
        else { return }
        queue(index, behind: displayed)
    }

    private mutating func queue(_ index: Int, behind quantity: Quantity) {
        guard lines[index].ahead != quantity else { return }
        lines[index].ahead = quantity
        events.append(.orderQueued(lines[index].id, ahead: quantity))
    }

    /// After the fills of a tick, cancels the newest orders of the products that filled that would open exposure, until the funds suffice
    /// or none is left.
    ///
    /// An exit becomes such an order when another exit closed its position first.
    mutating func cancelUnfunded() {
        for product in Product.allCases where hasFilled[product.ordinal] {
            while free < .zero, let index = newestOpening(product) { cancel(index, .insufficientFunds) }
        }
    }

    // MARK: - Parts

    /// Fills what the funds allow of `quantity`, and gives that; when it is less, the rest of the order is cancelled.
    private mutating func take(_ index: Int, _ quantity: Quantity, at price: Price, rule: FillRule, _ withinFunds: Bool) -> Quantity {
        var allowed = withinFunds ? allowance(for: index, quantity, at: price) : quantity
        var reason = CancellationReason.insufficientFunds
        if reducesOnly {
            let held = self.quantity(of: lines[index].product)
            let closable = max(lines[index].side == .buy ? -held : held, .zero)
            if closable < allowed { (allowed, reason) = (closable, .riskStop) }
        }
        if allowed > .zero { fill(index, allowed, at: price, rule: rule) }
        if allowed < quantity { cancel(index, reason) }
        return allowed
    }

    private mutating func cancel(_ index: Int, _ reason: CancellationReason) {
        lines[index].pending = .zero
        events.append(.orderCancelled(lines[index].id, reason: reason.sentence, code: reason.rawValue, at: at))
    }

    private mutating func fill(_ index: Int, _ quantity: Quantity, at price: Price, rule: FillRule) {
        let line = lines[index]
        let (position, funds, realised, charges) = after(filling: index, quantity, at: price, as: rule.role)
        let closable = self.quantity(of: line.product)
        hasOpened = hasOpened || quantity > (line.side == .buy ? -closable : closable)
        positions[line.product.ordinal] = position
        lines[index].filledValue += price.value(of: quantity)
        hasFilled[line.product.ordinal] = true
        isFunded = isFunded && realised == nil && isCovered(index, quantity, at: price)
        unreserved = funds
        lines[index].pending -= quantity
        lines[index].fillCount += 1
        guard let id = TradeID("T\(line.id.text)-\(lines[index].fillCount)") else {
            preconditionFailure("An order id leaves room for the numbers of its fills.")
        }
        let trade = Trade(
            id: id, orderID: line.id, instrument: instrument, product: line.product, side: line.side, quantity: quantity, price: price,
            charges: charges, realised: realised, rule: rule, tag: line.tag, at: at, epoch: epoch)
        events.append(.orderFilled(line.id, trade, margin: position.margin))
    }

    private func after(
        filling index: Int, _ quantity: Quantity, at price: Price, as role: FillRole
    ) -> (Position, unreserved: Money, realised: Money?, charges: Money) {
        let line = lines[index]
        let terms = terms[line.product.ordinal]
        let key = PositionKey(instrument: instrument, product: line.product)
        var position = positions[line.product.ordinal] ?? Position(key: key, openedAt: at, epoch: epoch)
        let blocked = position.margin
        let realised = position.take(line.side, quantity, at: price, on: at)
        position.margin = terms.margin(of: position)
        let charges =
            terms.isFree
            ? .zero : terms.charges.charges(line.side, value: price.value(of: quantity), after: line.filledValue, as: role).total
        return (position, unreserved + (realised ?? .zero) - (position.margin - blocked) - charges, realised, charges)
    }

    /// How much of `quantity` the funds allow: all of it if it only closes, else whole lots.
    private mutating func allowance(for index: Int, _ quantity: Quantity, at price: Price) -> Quantity {
        let line = lines[index]
        let position = self.quantity(of: line.product)
        let closable = line.side == .buy ? max(-position, .zero) : max(position, .zero)
        guard quantity > closable else { return quantity }
        if isFunded, closable == .zero, isCovered(index, quantity, at: price) { return quantity }
        if free(afterFilling: index, quantity, at: price, thenPending: line.pending - quantity) >= .zero {
            isFunded = isFunded || closable == .zero
            return quantity
        }
        if free(afterFilling: index, quantity, at: price, thenPending: .zero) >= .zero { return quantity }
        var affordable = closable.units / lot.units
        var tooMuch = (quantity.units + lot.units - 1) / lot.units
        while tooMuch - affordable > 1 {
            let middle = affordable + (tooMuch - affordable) / 2
            let part = Quantity(units: middle * lot.units)
            if free(afterFilling: index, part, at: price, thenPending: .zero) >= .zero {
                affordable = middle
            } else {
                tooMuch = middle
            }
        }
        return max(Quantity(units: affordable * lot.units), closable)
    }

    private func free(afterFilling index: Int, _ quantity: Quantity, at price: Price, thenPending rest: Quantity) -> Money {
        let (position, funds, _, _) = after(filling: index, quantity, at: price, as: .taker)
        let held = reserved(
            product: lines[index].product, position: position.quantity, line: index, pending: rest,
            filledValue: lines[index].filledValue + price.value(of: quantity))
        return funds - reservedElsewhere - held + loss(product: lines[index].product, position: position)
    }

    /// Whether what the order holds pays for the fill to the last unit, whatever the price becomes; only then are the funds known without
    /// counting. A sale that opens is on margin, however much it blocks.
    private func isCovered(_ index: Int, _ quantity: Quantity, at price: Price) -> Bool {
        lines[index].side == .buy && price <= lines[index].reservationPrice && quantity.whole != nil && lines[index].pending.whole != nil
            && terms[lines[index].product.ordinal].isPaidInFull(lines[index].side)
    }

    private func wholeLots(_ quantity: Quantity, of pending: Quantity) -> Quantity {
        quantity == pending ? quantity : Quantity(units: quantity.units / lot.units * lot.units)
    }

    private func opening(of index: Int) -> Quantity {
        let product = lines[index].product
        var cover = ClosingCover(position: quantity(of: product))
        for line in lines[..<index] where line.product == product { _ = cover.opening(line.side, line.pending) }
        return cover.opening(lines[index].side, lines[index].pending)
    }

    private func newestOpening(_ product: Product) -> Int? {
        var cover = ClosingCover(position: quantity(of: product))
        var newest: Int?
        for (index, line) in lines.enumerated() where line.product == product && line.pending > .zero {
            if cover.opening(line.side, line.pending) > .zero { newest = index }
        }
        return newest
    }
}

extension Product {
    /// Its place in `allCases`.
    package var ordinal: Int {
        switch self {
        case .intraday: 0
        case .delivery: 1
        case .carry: 2
        }
    }
}

/// Why the house or its owner cancelled an order; the stable codes of `Order.reasonCode`.
package enum CancellationReason: String, Sendable, CaseIterable {
    case requested = "cancelled_by_user"
    case immediateOrCancel = "immediate_or_cancel"
    case insufficientFunds = "insufficient_funds"
    case endOfDay = "end_of_day"
    case bookReset = "book_reset"
    case bookCopied = "book_copied"
    case riskStop = "risk_stop"

    /// For the order's owner.
    package var sentence: String {
        switch self {
        case .requested: "Cancelled at your request."
        case .immediateOrCancel: "What could not fill at once was cancelled, as immediate-or-cancel asks."
        case .insufficientFunds: "The funds no longer covered the rest of this order, so it was cancelled."
        case .endOfDay: "The day ended, and the order was valid for the day."
        case .bookReset: "The book was reset."
        case .riskStop: "A limit or a kill switch lets this book open nothing at the moment."
        case .bookCopied: "The book is a copy; the order stays at work in the book it was copied from."
        }
    }
}

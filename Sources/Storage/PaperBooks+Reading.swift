// The same rows back into values. A row whose checksum is right and which still cannot be read is damage of another kind (a newer
// writer, a bug), and the book is closed rather than guessed.

import Trading

extension PaperBooks {
    /// Reads rows and makes every instrument once.
    struct Decoder {
        private var instrumentKeys = KeyTable()
        private var instruments: [InstrumentID] = []

        private let sides = Words(Side.allCases)
        private let products = Words(Product.allCases)
        private let validities = Words(Validity.allCases)
        private let states = Words(OrderState.allCases)
        private let rules = Words(FillRule.allCases)

        mutating func order(_ row: inout RowReader) -> Order? {
            guard let id = row.text("order_id").flatMap({ OrderID($0) }), let symbol = row.value("tradingsymbol"),
                let exchange = row.value("exchange"), let instrument = instrument(exchange, symbol, in: row),
                let side = row.word("transaction_type", sides), let quantity = row.quantity("quantity"),
                let kindWord = row.value("order_type"), let product = row.word("product", products),
                let validity = row.word("validity", validities), let state = row.word("status", states),
                let limit = row.optionalPrice("price"), let trigger = row.optionalPrice("trigger_price"),
                let kind = kind(kindWord, in: row, limit, trigger), let average = row.optionalPrice("average_price"),
                let filled = row.quantity("filled_quantity"), row.quantity("pending_quantity") != nil,
                let cancelled = row.quantity("cancelled_quantity"), let filledValue = row.money("filled_value"),
                let reserved = row.money("reserved"), let reference = row.optionalPrice("reference_price"),
                let isTriggered = row.bool("triggered"), let tag = row.optionalText("tag"), let key = row.optionalText("idem"),
                let digest = row.optionalText("request_digest"), let reason = row.optionalText("reason"),
                let reasonCode = row.optionalText("reason_code"), let placedAt = row.time("order_timestamp"),
                let updatedAt = row.time("updated_at"), let exchangeTime = row.optionalTime("exchange_timestamp"),
                let placedBy = row.text("placed_by"), let modifications = row.int("modifications"),
                let rule = row.optionalWord("fill_rule", rules), let epoch = row.int("epoch"),
                let parent = row.laterText("parent_order_id"),
                let variety = row.laterText("variety"), let releasedAt = row.laterText("released_at")
            else { return nil }
            var order = Order(
                id: id, instrument: instrument, side: side, product: product, placedAt: placedAt, kind: kind, validity: validity,
                quantity: quantity, state: state, tag: tag, clientOrderID: key, requestDigest: digest, placedBy: placedBy,
                epoch: Int(epoch))
            order.filledQuantity = filled
            order.cancelledQuantity = cancelled
            order.averagePrice = average
            order.filledValue = filledValue
            order.reserved = reserved
            order.referencePrice = reference
            order.isTriggered = isTriggered
            order.reason = reason
            order.reasonCode = reasonCode
            order.updatedAt = updatedAt
            order.exchangeTimestamp = exchangeTime
            order.modifications = Int(modifications)
            order.fillRule = rule
            if let parent {
                guard let parentID = OrderID(parent) else { return nil }
                order.parentOrderID = parentID
            }
            if let variety {
                guard let word = Variety(rawValue: variety) else { return nil }
                order.variety = word
            }
            if let releasedAt {
                guard let instant = Timestamp(rfc3339: releasedAt) else { return nil }
                order.releasedAt = instant
            }
            return order
        }

        mutating func position(_ row: inout RowReader) -> Position? {
            guard let symbol = row.value("symbol"), let exchange = row.value("exchange"),
                let instrument = instrument(exchange, symbol, in: row),
                let product = row.word("product", products), let quantity = row.quantity("quantity"),
                row.price("average_price") != nil, let cost = row.money("cost"),
                let margin = row.value("margin") == nil ? cost : row.money("margin"), let bought = row.quantity("buy_quantity"),
                let buyValue = row.money("buy_value"), let sold = row.quantity("sell_quantity"),
                let sellValue = row.money("sell_value"), let realised = row.money("realised_pnl"),
                let openedAt = row.time("opened_at"), let updatedAt = row.time("updated_at"), let epoch = row.int("epoch")
            else { return nil }
            var position = Position(
                key: PositionKey(instrument: instrument, product: product), openedAt: openedAt, epoch: Int(epoch))
            position.quantity = quantity
            position.cost = cost
            position.margin = margin
            position.buyQuantity = bought
            position.buyValue = buyValue
            position.sellQuantity = sold
            position.sellValue = sellValue
            position.realised = realised
            position.updatedAt = updatedAt
            return position
        }

        /// `knownOrder` may give an order's id without making it again.
        mutating func trade(_ row: inout RowReader, knownOrder: (UnsafeRawBufferPointer) -> OrderID? = { _ in nil }) -> Trade? {
            guard let id = row.text("trade_id").flatMap({ TradeID($0) }), let orderText = row.value("order_id"), orderText.kind == .string,
                let orderID = knownOrder(row.raw(orderText)) ?? row.text(orderText).flatMap({ OrderID($0) }),
                let symbol = row.value("symbol"), let exchange = row.value("exchange"),
                let instrument = instrument(exchange, symbol, in: row),
                let product = row.word("product", products), let side = row.word("action", sides),
                let quantity = row.quantity("quantity"), let price = row.price("price"), let charges = row.money("charges"),
                let realised = row.optionalMoney("realised_pnl"), let rule = row.word("fill_rule", rules),
                let tag = row.optionalText("tag"), let at = row.time("traded_at"), let epoch = row.int("epoch")
            else { return nil }
            var why: FillReason?
            if let quoted = row.laterValue("quoted_at"), !row.isNull(quoted) {
                guard quoted.kind == .string, let quotedAt = row.time(quoted), let last = row.price("last_price"),
                    let displayed = row.laterQuantity("displayed"),
                    let ahead = row.laterQuantity("ahead"), let traded = row.laterQuantity("traded")
                else { return nil }
                why = FillReason(quotedAt: quotedAt, lastPrice: last, displayed: displayed, ahead: ahead, traded: traded)
            }
            return Trade(
                id: id, orderID: orderID, instrument: instrument, product: product, side: side, quantity: quantity, price: price,
                charges: charges, realised: realised, rule: rule, tag: tag, at: at, epoch: Int(epoch), why: why)
        }

        func meta(_ row: inout RowReader) -> BookMeta? {
            guard let capital = row.money("virtual_capital"), let cash = row.money("cash"),
                let available = row.money("available_funds"), let invested = row.money("invested_funds"),
                let reserved = row.money("reserved_funds"), let realised = row.money("realized_pnl"),
                row.money("total_pnl") != nil, let dayRealised = row.money("daily_pnl"), let charges = row.money("charges"),
                let epoch = row.int("epoch"), let updatedAt = row.time("updated_at")
            else { return nil }
            return BookMeta(
                capital: capital, cash: cash, available: available, invested: invested, reserved: reserved, realised: realised,
                charges: charges, dayRealised: dayRealised, epoch: Int(epoch), updatedAt: updatedAt)
        }

        /// The same instrument is made once: rows of one book name few.
        private mutating func instrument(_ exchange: RowValue, _ symbol: RowValue, in row: RowReader) -> InstrumentID? {
            guard exchange.kind == .string, symbol.kind == .string else { return nil }
            guard symbol.end < exchange.start, exchange.end - symbol.start < 128 else {
                guard let exchange = row.text(exchange), let symbol = row.text(symbol) else { return nil }
                return InstrumentID(exchange: exchange, symbol: symbol)
            }
            // The two stand side by side in the rows we write: symbol, name, exchange are the key.
            let key = UnsafeRawBufferPointer(rebasing: row.bytes[symbol.start..<exchange.end])
            let known = instruments.count
            let number = instrumentKeys.number(of: key)
            if number < known { return instruments[number] }
            // A key that makes no instrument closes the book, so that its number has none does not matter any more.
            guard let exchange = row.text(exchange), let symbol = row.text(symbol),
                let id = InstrumentID(exchange: exchange, symbol: symbol)
            else { return nil }
            instruments.append(id)
            return id
        }

        /// A kind with exactly its prices.
        private func kind(_ word: RowValue, in row: RowReader, _ limit: Price?, _ trigger: Price?) -> OrderKind? {
            switch (limit, trigger) {
            case (nil, nil): row.equals(word, "MARKET") ? .market : nil
            case (let limit?, nil): row.equals(word, "LIMIT") ? .limit(limit) : nil
            case (nil, let trigger?): row.equals(word, "SL-M") ? .stop(trigger: trigger) : nil
            case (let limit?, let trigger?): row.equals(word, "SL") ? .stopLimit(trigger: trigger, limit: limit) : nil
            }
        }
    }
}

extension RowReader {
    /// One of a closed set of words.
    fileprivate mutating func word<Word>(_ name: StaticString, _ words: Words<Word>) -> Word? {
        guard let value = value(name), value.kind == .string else { return nil }
        return words.word(value, in: self)
    }

    fileprivate mutating func optionalWord<Word>(_ name: StaticString, _ words: Words<Word>) -> Word?? {
        guard let value = value(name), !isNull(value) else { return .some(nil) }
        guard value.kind == .string else { return nil }
        return words.word(value, in: self).map { .some($0) }
    }

    fileprivate mutating func optionalMoney(_ name: StaticString) -> Money?? {
        guard let value = value(name), !isNull(value) else { return .some(nil) }
        guard value.kind != .nested, let units = units(value) else { return nil }
        return .some(Money(units: units))
    }
}

/// The words of a closed set as bytes: compared in place, no text is made of them.
private struct Words<Word> {
    private let list: [(bytes: [UInt8], word: Word)]

    init(_ words: [Word]) where Word: RawRepresentable, Word.RawValue == String {
        list = words.map { (Array($0.rawValue.utf8), $0) }
    }

    func word(_ value: RowValue, in row: RowReader) -> Word? {
        let raw = row.raw(value)
        for (bytes, word) in list where bytes.count == raw.count {
            var index = 0
            while index < raw.count, raw[index] == bytes[index] { index += 1 }
            if index == raw.count { return word }
        }
        return nil
    }
}

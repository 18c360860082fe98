// The same rows back into values. A row whose checksum is right and which still cannot be read is damage of another kind (a newer
// writer, a bug), and the book is closed rather than guessed.

import Trading

extension PaperBooks {
    /// Reads rows and makes every instrument once.
    struct Decoder {
        private var instruments: [Name: InstrumentID] = [:]
        private var latest: (name: Name, id: InstrumentID)?

        private struct Name: Hashable {
            let exchange: String
            let symbol: String
        }

        mutating func order(_ row: inout RowReader) -> Order? {
            guard let id = row.text("order_id").flatMap({ OrderID($0) }), let symbol = row.text("tradingsymbol"),
                let exchange = row.text("exchange"), let instrument = instrument(exchange, symbol),
                let side = row.word("transaction_type", Side.self), let quantity = row.quantity("quantity"),
                let kindWord = row.value("order_type"), let product = row.word("product", Product.self),
                let validity = row.word("validity", Validity.self), let state = row.word("status", OrderState.self),
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
                let rule = row.optionalWord("fill_rule", FillRule.self), let epoch = row.int("epoch")
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
            return order
        }

        mutating func position(_ row: inout RowReader) -> Position? {
            guard let symbol = row.text("symbol"), let exchange = row.text("exchange"), let instrument = instrument(exchange, symbol),
                let product = row.word("product", Product.self), let quantity = row.quantity("quantity"),
                row.price("average_price") != nil, let cost = row.money("cost"), let bought = row.quantity("buy_quantity"),
                let buyValue = row.money("buy_value"), let sold = row.quantity("sell_quantity"),
                let sellValue = row.money("sell_value"), let realised = row.money("realised_pnl"),
                let openedAt = row.time("opened_at"), let updatedAt = row.time("updated_at"), let epoch = row.int("epoch")
            else { return nil }
            var position = Position(
                key: PositionKey(instrument: instrument, product: product), openedAt: openedAt, epoch: Int(epoch))
            position.quantity = quantity
            position.cost = cost
            position.buyQuantity = bought
            position.buyValue = buyValue
            position.sellQuantity = sold
            position.sellValue = sellValue
            position.realised = realised
            position.updatedAt = updatedAt
            return position
        }

        mutating func trade(_ row: inout RowReader) -> Trade? {
            guard let id = row.text("trade_id").flatMap({ TradeID($0) }), let orderID = row.text("order_id").flatMap({ OrderID($0) }),
                let symbol = row.text("symbol"), let exchange = row.text("exchange"), let instrument = instrument(exchange, symbol),
                let product = row.word("product", Product.self), let side = row.word("action", Side.self),
                let quantity = row.quantity("quantity"), let price = row.price("price"), let charges = row.money("charges"),
                let realised = row.optionalMoney("realised_pnl"), let rule = row.word("fill_rule", FillRule.self),
                let tag = row.optionalText("tag"), let at = row.time("traded_at"), let epoch = row.int("epoch")
            else { return nil }
            return Trade(
                id: id, orderID: orderID, instrument: instrument, product: product, side: side, quantity: quantity, price: price,
                charges: charges, realised: realised, rule: rule, tag: tag, at: at, epoch: Int(epoch))
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

        private mutating func instrument(_ exchange: String, _ symbol: String) -> InstrumentID? {
            let name = Name(exchange: exchange, symbol: symbol)
            if let latest, latest.name == name { return latest.id }
            guard let id = instruments[name] ?? InstrumentID(exchange: exchange, symbol: symbol) else { return nil }
            instruments[name] = id
            latest = (name, id)
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
    fileprivate mutating func word<Word: RawRepresentable & CaseIterable>(_ name: StaticString, _: Word.Type) -> Word?
    where Word.RawValue == String {
        text(name).flatMap { Word(rawValue: $0) }
    }

    fileprivate mutating func optionalWord<Word: RawRepresentable & CaseIterable>(_ name: StaticString, _: Word.Type) -> Word??
    where Word.RawValue == String {
        guard let text = optionalText(name) else { return nil }
        guard let text else { return .some(nil) }
        return Word(rawValue: text).map { .some($0) }
    }

    fileprivate mutating func optionalMoney(_ name: StaticString) -> Money?? {
        guard let value = value(name), !isNull(value) else { return .some(nil) }
        guard value.kind != .nested, let units = units(value) else { return nil }
        return .some(Money(units: units))
    }
}

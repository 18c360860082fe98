// `tradehouse prove`: one user's balance from the opening to now, line by line, and whether it adds up.

import Platform
import Storage
import Trading
import Wire

enum Prove {
    private static let help = """
        usage: tradehouse prove USER --data DIR [--book NAME] [--json]

        Walks the balance of a user's book from its opening to now: one line for each trade and its charges, with the balance after it, the
        epochs that resets ended included as far as the files tell. Then compares every recorded figure (cash, reserved, available,
        positions, …) with what the lines give. Changes nothing and needs no lock: it works beside a running server and on copies.

          --book NAME   another book than `default`
          --json        the same as one JSON object on standard output

        Exit code 0 when it adds up, 1 when it does not.
        """

    static func run(_ arguments: [String]) throws -> Int32 {
        let flags = try Flags(arguments, taking: ["data", "book"], plain: ["json"])
        if flags.has("help") {
            Terminal.print(help)
            return 0
        }
        let text = try flags.only("the user")
        guard let user = UserID(stored: text) ?? UserID(text) else { throw UsageProblem("`\(text)` cannot be a user's id.") }
        var name = BookName.default
        if let book = flags.value("book"), book != BookName.default.text {
            guard let named = BookName(book) else { throw UsageProblem("`--book \(book)` cannot be the name of a book.") }
            name = named
        }
        let disk = try PosixDisk(root: try flags.required("data"))
        guard let history = try Store.history(disk: disk, user: user, book: name) else {
            throw UsageProblem("\(user) has no book `\(name)` here.")
        }
        let epochs = history.epochs.map { ($0, $0.proof) }
        let addsUp = epochs.allSatisfy { $0.1.addsUp }
        if flags.has("json") {
            Terminal.print(String(decoding: json(user, name, history, epochs), as: UTF8.self))
        } else {
            for number in history.foldedEpochs {
                Terminal.print("Epoch \(number): its trades are in the files, its figures were folded away; it is not walked.")
            }
            for (epoch, proof) in epochs { show(epoch, proof) }
            Terminal.print(addsUp ? "\(user) \(name): it adds up." : "\(user) \(name): it does not add up.")
        }
        return addsUp ? 0 : 1
    }

    // MARK: For people

    private static func show(_ epoch: PaperEpoch, _ proof: FundsProof) {
        Terminal.print("Epoch \(proof.epoch)\(epoch.isOver ? ", ended by a reset" : ""):")
        for line in proof.lines { Terminal.print("  " + words(line)) }
        for hold in proof.holds {
            let what =
                switch hold.cause {
                case .workingOrder: "held by the working order \(hold.order?.text ?? "") in \(hold.instrument.key)"
                case .longOnMargin: "margin less cost of the position in \(hold.instrument.key)"
                case .shortPosition: "proceeds and margin of the short position in \(hold.instrument.key)"
                }
            Terminal.print("  not available: \(hold.amount.inRupees) \(what)")
        }
        for figure in proof.figures {
            let subject = figure.subject.isEmpty ? "" : " of \(figure.subject)"
            Terminal.print(
                figure.holds
                    ? "  \(figure.name)\(subject): \(figure.recorded), as the lines give"
                    : "  DIFFERENT: \(figure.name)\(subject) is recorded as \(figure.recorded), the lines give \(figure.computed)")
        }
        Terminal.print("  compared \(proof.comparedTrades) trades and \(proof.comparedOrders) orders one by one")
    }

    private static func words(_ line: FundsProof.Line) -> String {
        let when = line.at?.utcText ?? "at an unknown time"
        let what: String
        if let trade = line.trade {
            let name = "trade \(trade.id.text), order \(trade.orderID.text)"
            what =
                line.cause == .charges
                ? "charges of \(name)"
                : "\(line.cause.rawValue) \(trade.quantity.text) \(trade.instrument.key) at \(trade.price.text) (\(name))"
        } else {
            what = line.cause == .reset ? "capital of the reset" : "opening capital"
        }
        return "\(line.number)  \(when)  \(what)  \(line.amount.text)  balance \(line.balance.text)"
    }

    // MARK: For programs

    private static func json(
        _ user: UserID, _ name: BookName, _ history: PaperHistory, _ epochs: [(PaperEpoch, FundsProof)]
    ) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("user_id", user.text)
        json.member("book", name.text)
        json.member("adds_up", epochs.allSatisfy { $0.1.addsUp })
        json.array("folded_epochs") { json in for number in history.foldedEpochs { json.int(number) } }
        json.array("epochs") { json in
            for (epoch, proof) in epochs { write(epoch, proof, &json) }
        }
        json.endObject()
        return json.bytes
    }

    private static func write(_ epoch: PaperEpoch, _ proof: FundsProof, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("epoch", proof.epoch)
        json.member("is_over", epoch.isOver)
        json.member("adds_up", proof.addsUp)
        json.member("opening", fixedPoint: (proof.lines.first?.balance ?? .zero).units)
        json.member("closing", fixedPoint: proof.closing.units)
        json.array("figures") { json in
            for figure in proof.figures {
                json.beginObject()
                json.member("figure", figure.name)
                json.member("subject", figure.subject)
                json.member("recorded", figure.recorded)
                json.member("computed", figure.computed)
                json.member("holds", figure.holds)
                json.endObject()
            }
        }
        json.array("holds") { json in
            for hold in proof.holds {
                json.beginObject()
                json.member("cause", hold.cause.rawValue)
                json.member("amount", fixedPoint: hold.amount.units)
                json.member("order_id", hold.order?.text)
                json.member("instrument", hold.instrument.key)
                json.endObject()
            }
        }
        json.array("lines") { json in
            for line in proof.lines {
                json.beginObject()
                json.member("number", line.number)
                json.member("cause", line.cause.rawValue)
                json.member("at", line.at?.utcText)
                json.member("amount", fixedPoint: line.amount.units)
                json.member("balance", fixedPoint: line.balance.units)
                json.member("trade_id", line.trade?.id.text)
                json.member("order_id", line.trade?.orderID.text)
                json.endObject()
            }
        }
        json.endObject()
    }
}

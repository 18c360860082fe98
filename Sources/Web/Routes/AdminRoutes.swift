// What an owner or admin may do beyond trading: see the accounts, switch them off, and look after imported books.

import House
import Storage
import Trading
import Wire

enum AdminRoutes {
    static let routes: [Route] = [
        Route(.get, "/api/admin/users", .admin, .native, users),
        Route(.patch, "/api/admin/users/{id}", .admin, .native, change),
        Route(.get, "/api/admin/storage", .admin, .native, storage),
        Route(.get, "/api/admin/backups", .admin, .native, backups),
        Route(.get, "/api/admin/legacy-books", .admin, .native, legacyBooks),
        Route(.post, "/api/admin/legacy-books/hand-over", .admin, .native, handOver),
    ]

    static let pageSize = 100
    /// Rows of each kind shown of the imported books.
    static let legacyRows = 100

    private static func admin(_ call: Call) throws -> Admin {
        guard let admin = Admin(call.trader) else { throw HouseRefusal.notPermitted }
        return admin
    }

    @Sendable static func users(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let after = try call.query("after").map { text in
            guard let id = UserID(text) else {
                throw FieldProblem(place: .query, field: "after", kind: .notAnIdentifier("a user id"), input: .string(text))
            }
            return id
        }
        let page = try await house.users(try admin(call), after: after, limit: pageSize)
        return .object { json in
            json.member("status", "success")
            json.array("users") { json in
                for record in page.records { user(record, &json) }
            }
            json.member("next", page.next?.text)
        }
    }

    @Sendable static func change(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let body = try call.body(allowing: ["disabled"])
        guard body.has("disabled") else { throw FieldProblem(place: .body, field: "disabled", kind: .missing) }
        guard let id = UserID(call.parameters[0]) else { throw HouseRefusal.unknownUser }
        let record = try await house.setDisabled(
            try body.bool("disabled", default: false), user: id, by: try admin(call), from: call.origin)
        return .object { json in
            json.member("status", "success")
            json.key("user")
            user(record, &json)
        }
    }

    private static func user(_ record: UserRecord, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("user_id", record.id.text)
        json.member("email", record.email)
        json.member("name", record.name)
        json.member("role", record.role.rawValue)
        json.member("disabled", record.isDisabled)
        json.member("created_at", record.createdAt.indiaText)
        json.endObject()
    }

    /// How the data folder fares at this moment.
    @Sendable static func storage(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let figures = house.storageFigures
        return .object { json in
            json.member("status", "success")
            json.member("full", figures.isFull)
            json.member("queue", figures.queueLength)
            json.member("open_files", figures.openFiles)
            json.member("open_files_limit", figures.openFilesLimit)
            json.member("journal_megabytes", figures.journalBytes >> 20)
            json.member("segments", figures.segments)
            json.member("held_segments", figures.heldSegments)
            json.member("copy_window_seconds", figures.windowSeconds)
            json.member("short_retention", figures.isRetentionShort)
            json.member("closed_books", figures.quarantinedBooks)
        }
    }

    @Sendable static func backups(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let state = house.backups
        let now = house.world.now()
        return .object { json in
            json.member("status", "success")
            json.member("enabled", state != nil)
            guard let state else { return }
            json.member("every_hours", fixedPoint: Int128(state.every.components.seconds) * Int128(fixedPointScale) / 3_600)
            json.member("keep", state.keep)
            json.member("running", state.isRunning)
            json.member("alert", state.isAlarming(at: now))
            json.member("verdict", state.verdict)
            json.member("last_verified", state.lastVerified?.indiaText)
            json.key("last")
            switch state.last {
            case nil: json.null()
            case .made(let report): json.raw(report.json)
            case .failed(let why, let at):
                json.beginObject()
                json.member("verdict", "failed")
                json.member("finished", at.indiaText)
                json.member("problem", why)
                json.endObject()
            }
        }
    }

    @Sendable static func legacyBooks(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let book = try await house.legacyBooks(try admin(call), from: call.origin)
        return .object(reserving: 65_536) { json in
            json.member("status", "success")
            json.member("exists", book != nil)
            json.member("user_id", UserID.legacyDefault.text)
            guard let book else { return }
            json.object("counts") { json in
                json.member("orders", book.account.orderCount)
                json.member("positions", book.account.positions.count)
                json.member("trades", book.account.trades.count)
            }
            json.key("funds")
            OrderViews.funds(book.funds, &json)
            let now = house.world.now()
            json.array("positions") { json in
                for position in book.positions { OrderViews.position(position, house.market, at: now, &json) }
            }
            json.array("trades") { json in
                for trade in book.account.trades.suffix(legacyRows).reversed() { OrderViews.trade(trade, &json) }
            }
            json.array("orders") { json in
                for order in book.account.orders(limit: legacyRows) { OrderViews.order(order, book: book.name, &json) }
            }
        }
    }

    @Sendable static func handOver(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let body = try call.body(allowing: ["user_id"])
        let target = try await house.handOverLegacyBooks(
            to: try body.text("user_id", limit: 32), by: try admin(call), from: call.origin)
        return .object { json in
            json.member("status", "success")
            json.member("message", "The imported books are now the default book of \(target.text).")
            json.member("user_id", target.text)
        }
    }
}

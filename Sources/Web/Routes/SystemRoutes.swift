// The service itself: is it alive, and what it says to those who ask `/` for something that is not a page.

import House
import Trading
import Wire

enum SystemRoutes {
    static let routes: [Route] = [
        Route(.get, "/health", .anyone, .legacy, health),
        Route(.get, "/", .anyone, .legacy, root),
    ]

    @Sendable static func health(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let figures = house.storageFigures
        return .object { json in
            json.member("status", "healthy")
            json.object("storage") { json in
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
            if let backups = house.backups {
                json.object("backup") { json in
                    json.member("verdict", backups.verdict)
                    json.member("last_verified", backups.lastVerified?.indiaText)
                    json.member("alert", backups.isAlarming(at: house.world.now()))
                }
            }
        }
    }

    /// What old clients see at `/`; browsers get the page instead.
    @Sendable static func root(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        .object { json in
            json.member("status", "ok")
            json.member("message", "Tradehouse API")
            json.member("version", "2.0.0")
            json.array("modules") { json in
                for module in ["auth", "portfolio", "paper-trading", "orders", "market", "live", "stream", "admin"] { json.string(module) }
            }
        }
    }
}

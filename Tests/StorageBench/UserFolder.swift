// A folder with many users who are all at home: accounts, addresses and books stand in their files, and the journal that brought them
// is released. What a house looks like a day after its last busy hour.

import Platform
import Storage
import Trading
import Wire

/// Makes such a folder by the store's own means. Everything happens on the loop of the calling thread.
final class UserFolder: @unchecked Sendable {
    private let loop: EventLoop
    private let store: Store
    private let count: Int
    private var begun = 0
    private var underWay = 0
    private var failure: (any Error)?

    /// How many users are made at once.
    static let together = 2_048
    /// How long the journal keeps what stands in the files; as short as the settings allow in a rehearsal.
    static let retention: Duration = .seconds(1)

    private init(_ folder: String, _ count: Int) throws {
        loop = try EventLoop()
        store = try WriterRun.open(folder, on: loop, isSynced: false) { options in
            options.retention = UserFolder.retention
            options.segmentAge = .seconds(2)
            options.tidyInterval = .milliseconds(100)
        }
        self.count = count
    }

    static func make(_ folder: String, users count: Int) throws {
        let made = try UserFolder(folder, count)
        made.loop.post { made.goOn() }
        made.loop.run()
        if let failure = made.failure { throw failure }
        // Another life, whose first segment is small, releases all that came before.
        let later = try UserFolder(folder, 0)
        later.loop.post { later.waitForRelease() }
        later.loop.run()
        let figures = later.store.figures
        Terminal.print("{\"users\":\(count),\"segments\":\(figures.segments),\"journal_bytes\":\(figures.journalBytes)}")
    }

    private func goOn() {
        while underWay < UserFolder.together, begun < count, failure == nil {
            begun += 1
            underWay += 1
            make(Writer(begun, at: Timestamp(microseconds: loop.wallMicroseconds)))
        }
        if underWay == 0 { store.close { self.loop.stop() } }
    }

    /// One order, an account and the address that finds it, as one act; then the user is asleep.
    private func make(_ writer: Writer) {
        store.loadBook(writer.user) { [self] result in
            do {
                _ = try result.get()
                var commit = try writer.next(at: Timestamp(microseconds: loop.wallMicroseconds))
                commit.documents = try documents(of: writer.user)
                store.commit(commit).whenSettled { [self] result in
                    if case .failure(let cause) = result { failure = cause }
                    sleep(writer.user)
                }
            } catch {
                failure = error
                underWay -= 1
                goOn()
            }
        }
    }

    private func sleep(_ user: UserID) {
        // Its lines are on the way to its files for a moment.
        guard store.forget(user) else {
            loop.schedule(after: .milliseconds(50)) { self.sleep(user) }
            return
        }
        underWay -= 1
        goOn()
    }

    private func documents(of user: UserID) throws -> [DocumentChange] {
        let now = Timestamp(microseconds: loop.wallMicroseconds)
        let email = "\(user.text)@example.com"
        let account = UserRecord(
            id: user, email: email, name: user.text, passwordHash: "", role: .trader, createdAt: now, updatedAt: now, paperOpened: now)
        guard let address = DocumentPath.index("email", sha256: Crypto.hex(Crypto.sha256(Array(email.utf8)))) else {
            throw BenchFailure("no place for the address \(email)")
        }
        return [
            DocumentChange(.user(user), account.document),
            DocumentChange(address, .object(JSONObject([("u", .string(user.text))]))),
        ]
    }

    /// A segment goes when its content was proven and the retention passed; the open one stays.
    private func waitForRelease() {
        let figures = store.figures
        if figures.segments <= 1 { return store.close { self.loop.stop() } }
        loop.schedule(after: .milliseconds(200)) { self.waitForRelease() }
    }
}

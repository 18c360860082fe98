// Small documents: versions, several in one act, the newer of file and journal, listing, forgetting after a copy.

import Platform
import Storage
import TestSupport
import Testing
import Trading
import Wire

@Suite struct `Small documents` {
    private let user = UserID("ZX1234")!
    private func body(_ text: String) -> JSONValue { ["u": "ZX1234", "text": .string(text)] }

    private func list(_ rig: Rig, _ prefix: String, after: DocumentPath? = nil, limit: Int) throws -> [DocumentPath] {
        var outcome: Result<[DocumentPath], StorageFailure>?
        rig.loop.perform { rig.store.documents(under: prefix, after: after, limit: limit) { outcome = $0 } }
        rig.settle()
        guard let outcome else { throw Rig.Stuck() }
        return try outcome.get()
    }

    @Test func `several documents of one act are stored together and read back after a restart`() throws {
        let rig = try Rig(SimulatedDisk())
        let index = DocumentPath.index("email", sha256: String(repeating: "3f", count: 32))!
        let ticket = rig.commit(
            Commit(user: user, documents: [DocumentChange(.user(user), body("a")), DocumentChange(index, body("b"))]))
        rig.advance(by: .seconds(1))
        #expect(ticket.isDurable)
        #expect(
            rig.disk.text("users/ZX1234.json").hasPrefix("{\"fmt\":\"tradehouse.user\",\"ver\":1,\"u\":\"ZX1234\",\"text\":\"a\",\"dv\":"))
        #expect(rig.disk.bytes("index/email/3f/\(String(repeating: "3f", count: 32)).json") != nil)
        try rig.close()
        let next = try Rig(rig.disk)
        #expect(try next.document(.user(user)) == body("a"))
        #expect(try next.document(index) == body("b"))
        #expect(try next.document(.user(UserID("NOBODY")!)) == nil)
    }

    @Test func `versions grow by one and the file names its predecessor through the journal`() throws {
        let rig = try Rig(SimulatedDisk())
        #expect(try rig.document(.user(user)) == nil)
        for text in ["a", "b", "c"] { _ = rig.commit(Commit(user: user, documents: [DocumentChange(.user(user), body(text))])) }
        #expect(rig.loop.perform { rig.store.nextVersion(of: .user(user)) } == 4)
        rig.advance(by: .seconds(1))
        #expect(rig.disk.text("users/ZX1234.json").contains("\"dv\":3,"))
        let journal = rig.disk.text("journal/00000001.jsonl")
        #expect(journal.contains("\"dv\":1,\"pc\":\"genesis\"") && !journal.contains("\"dv\":2,\"pc\":\"genesis\""))
    }

    @Test func `a deleted document is gone, also when its file came back`() throws {
        let rig = try Rig(SimulatedDisk())
        _ = rig.commit(Commit(user: user, documents: [DocumentChange(.user(user), body("a"))]))
        rig.advance(by: .seconds(1))
        let old = rig.disk.bytes("users/ZX1234.json")!
        _ = rig.commit(Commit(user: user, documents: [DocumentChange(.user(user), nil)]))
        rig.advance(by: .seconds(1))
        #expect(rig.disk.bytes("users/ZX1234.json") == nil)
        try rig.close()
        rig.disk.place("users/ZX1234.json", old)
        let next = try Rig(rig.disk)
        #expect(try next.document(.user(user)) == nil)
    }

    @Test func `the journal's version wins over an older file, which is put right`() throws {
        let rig = try Rig(SimulatedDisk())
        _ = rig.commit(Commit(user: user, documents: [DocumentChange(.user(user), body("old"))]))
        rig.advance(by: .seconds(1))
        _ = rig.commit(Commit(user: user, documents: [DocumentChange(.user(user), body("new"))]))
        rig.settle()
        let left = rig.disk.crashed(.kill)
        #expect(left.text("users/ZX1234.json").contains("\"old\""))
        let next = try Rig(left)
        #expect(try next.document(.user(user)) == body("new"))
        #expect(left.text("users/ZX1234.json").contains("\"new\""))
        #expect(try list(next, "users", limit: 10) == [.user(user)])
    }

    @Test func `a listing shows what a crash left in the journal only`() throws {
        let rig = try Rig(SimulatedDisk())
        for name in ["AA", "BB"] {
            let user = UserID(name)!
            _ = rig.commit(Commit(user: user, documents: [DocumentChange(.user(user), body(name))]))
        }
        rig.settle()
        let next = try Rig(rig.disk.crashed(.powerCut))
        #expect(try list(next, "users", limit: 10) == [.user(UserID("AA")!), .user(UserID("BB")!)])
    }

    @Test func `a listing comes in pages, ascending, folders of hashes included`() throws {
        let rig = try Rig(SimulatedDisk())
        var paths: [DocumentPath] = []
        for number in 0..<40 {
            let digest = Crypto.hex(Crypto.sha256([UInt8(number)]))
            paths.append(DocumentPath.index("session", sha256: digest)!)
        }
        rig.loop.perform {
            for path in paths { _ = rig.store.commit(Commit(user: user, documents: [DocumentChange(path, body("x"))])) }
        }
        rig.advance(by: .seconds(1))
        paths.sort()
        var found: [DocumentPath] = []
        while true {
            let page = try list(rig, "index/session", after: found.last, limit: 7)
            found += page
            if page.count < 7 { break }
        }
        #expect(found == paths)
        #expect(try list(rig, "credentials", limit: 5) == [])
    }

    @Test func `a damaged document is refused and the others are served`() throws {
        let rig = try Rig(SimulatedDisk())
        let other = UserID("OTHER")!
        for user in [user, other] { _ = rig.commit(Commit(user: user, documents: [DocumentChange(.user(user), body("a"))])) }
        rig.advance(by: .seconds(1))
        try rig.close()
        try Rig(rig.disk).close()
        rig.disk.erase("journal/00000001.jsonl")
        rig.disk.overwrite("users/ZX1234.json") { $0[60] ^= 1 }
        let next = try Rig(rig.disk)
        #expect(throws: StorageFailure.documentQuarantined(.user(user), why: "its checksum is wrong")) { try next.document(.user(user)) }
        #expect(try next.document(.user(other)) != nil)
    }

    @Test func `the cache stays within its limits and reads again what it let go`() throws {
        let rig = try Rig(SimulatedDisk()) { $0.documentCacheEntries = 8 }
        let users = (0..<50).map { UserID("U\($0)")! }
        for user in users {
            _ = rig.commit(Commit(user: user, documents: [DocumentChange(.user(user), body(user.text))]))
            rig.advance(by: .milliseconds(300))
        }
        for user in users { #expect(try rig.document(.user(user)) == body(user.text)) }
        for user in users {
            _ = rig.commit(Commit(user: user, documents: [DocumentChange(.user(user), body("second"))]))
        }
        rig.advance(by: .seconds(2))
        try rig.close()
        let next = try Rig(rig.disk)
        for user in users { #expect(try next.document(.user(user)) == body("second")) }
    }

    @Test func `a copied folder forgets all logins and nothing else`() throws {
        let rig = try Rig(SimulatedDisk())
        let index = DocumentPath.index("session", sha256: String(repeating: "ab", count: 32))!
        _ = rig.commit(
            Commit(
                user: user,
                documents: [
                    DocumentChange(.user(user), body("a")), DocumentChange(.sessions(user), body("s")), DocumentChange(index, body("i")),
                ]))
        rig.advance(by: .seconds(1))
        try rig.close()
        let copy = rig.disk.hotCopy {}
        let next = try Rig(copy)
        #expect(next.log.events.contains("folder_was_copied"))
        #expect(try next.document(.user(user)) == body("a"))
        #expect(try next.document(.sessions(user)) == nil)
        #expect(try next.document(index) == nil)
        _ = next.commit(Commit(user: user, documents: [DocumentChange(.sessions(user), body("new"))]))
        next.advance(by: .seconds(1))
        try next.close()
        let again = try Rig(copy)
        #expect(!again.log.events.contains("folder_was_copied"))
        #expect(try again.document(.sessions(user)) == body("new"))
    }

    @Test func `paths are made of safe names only`() {
        #expect(DocumentPath("users/ZX1234")?.text == "users/ZX1234")
        for text in [
            "users/../x", "users/zx1234", "users/CON", "users/", "other/x", "config/../../etc", "config/A", "index/email/aa/bb",
            "users/a/b",
            "index/email/ab/" + String(repeating: "3f", count: 32),
        ] {
            #expect(DocumentPath(text) == nil, "\(text)")
        }
        #expect(DocumentPath.config(String(repeating: "a", count: 65)) == nil)
    }
}

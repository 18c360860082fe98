// One small document as the oracle knows it: every version that was ever submitted, and how much of that was acknowledged.

import SimulatedEdges
import Storage
import Trading
import Wire

final class DocumentHistory {
    let path: DocumentPath
    let user: UserID
    /// The content after each change; nil where there is none.
    private(set) var versions: [JSONValue?] = [nil]
    private(set) var acknowledged = 0
    private var open: [(index: Int, ticket: Ticket)] = []
    private var serial = 0

    init(_ path: DocumentPath, of user: UserID) {
        self.path = path
        self.user = user
    }

    func branched() -> DocumentHistory {
        let branch = DocumentHistory(path, of: user)
        branch.versions = versions
        branch.acknowledged = acknowledged
        // Bodies of the two lives differ.
        branch.serial = serial + 1_000_000
        return branch
    }

    var newest: JSONValue? { versions[versions.count - 1] }
    var isSettled: Bool { open.isEmpty }

    func nextBody(_ random: inout DiskRandom) -> JSONValue? {
        serial += 1
        if random.below(6) == 0, newest != nil { return nil }
        return .object(
            JSONObject([("u", .string(user.text)), ("serial", .number(JSONNumber(Int64(serial)))), ("odd", .string("\"\\\n\u{1F600}"))]))
    }

    func submitted(_ body: JSONValue?, _ ticket: Ticket) {
        versions.append(body)
        open.append((versions.count - 1, ticket))
    }

    func takeOutcomes() {
        var failedFrom: Int?
        var taken = 0
        for (index, ticket) in open {
            guard let outcome = ticket.outcome else { break }
            taken += 1
            switch outcome {
            case .success: acknowledged = max(acknowledged, index)
            case .failure(.outcomeUnknown): break
            case .failure: failedFrom = min(failedFrom ?? index, index)
            }
        }
        open.removeFirst(taken)
        if let failedFrom { versions.removeSubrange(min(failedFrom, versions.count)...) }
    }

    /// Changed by an install that is on its way; nobody else changes it meanwhile.
    private(set) var isInstalling = false

    func submittedUnticketed(_ body: JSONValue?) {
        versions.append(body)
        isInstalling = true
    }

    /// The install ended: whether it holds, or nil when nobody knows.
    func installed(holds: Bool?) {
        guard isInstalling else { return }
        isInstalling = false
        switch holds {
        case true?: acknowledged = versions.count - 1
        case false?: versions.removeLast()
        case nil: break
        }
    }

    func endLife() {
        takeOutcomes()
        open = []
        isInstalling = false
    }

    /// Something else that was submitted with this version is stored.
    func holds(_ version: Int) { acknowledged = max(acknowledged, version) }

    /// Something else that was submitted with this version is not stored.
    func holdsNot(_ version: Int) {
        guard version < versions.count else { return }
        let met = acknowledged >= version ? versions[acknowledged] : nil
        versions.removeSubrange(version...)
        // It may have been met, looking like an earlier one.
        if acknowledged >= version { acknowledged = versions.lastIndex { $0 == met } ?? 0 }
    }

    func index(of value: JSONValue?) -> Int? { versions.lastIndex { $0 == value } }

    func goOn(from index: Int) {
        versions.removeSubrange((index + 1)...)
        acknowledged = index
        open = []
    }

    /// Of a copy: what came after its start may be missing.
    func doubt(above index: Int) { acknowledged = min(acknowledged, index) }

    /// A copied folder forgets logins.
    func forgotten() {
        versions = [nil]
        acknowledged = 0
        open = []
    }
}

// Audit entries as the oracle knows them, each with a number of its own.

import Storage

struct AuditHistory {
    private var serial = 0
    private var open: [(number: Int, ticket: Ticket)] = []
    private(set) var acknowledged: Set<Int> = []
    /// Submitted, and nobody knows whether they are stored.
    private(set) var doubtful: Set<Int> = []

    mutating func next() -> (number: Int, entry: AuditEntry) {
        serial += 1
        return (
            serial, AuditEntry(actor: "someone", ip: "192.0.2.1", act: "simulated", ref: "audit-\(serial)-", detail: [("n", "\(serial)")])
        )
    }

    mutating func submitted(_ number: Int, _ ticket: Ticket) { open.append((number, ticket)) }

    mutating func takeOutcomes() {
        var taken = 0
        for (number, ticket) in open {
            guard let outcome = ticket.outcome else { break }
            taken += 1
            switch outcome {
            case .success: acknowledged.insert(number)
            case .failure(.outcomeUnknown): doubtful.insert(number)
            case .failure: break
            }
        }
        open.removeFirst(taken)
    }

    mutating func endLife() {
        takeOutcomes()
        for (number, _) in open { doubtful.insert(number) }
        open = []
    }

    /// Of a copy, what came after its start may be missing.
    mutating func doubt(allBut certain: Set<Int>) {
        doubtful.formUnion(acknowledged.subtracting(certain))
        acknowledged = certain
    }
}

// The end of a user as the oracle knows it: from its acknowledgement on nothing of the user may be read again.

import Storage
import Trading

struct ErasureHistory {
    enum State {
        /// Submitted; the store refuses the user's acts already.
        case open(Ticket)
        /// Submitted in a life that ended: it holds wholly or not at all.
        case doubtful
        case certain
    }

    let user: UserID
    /// The documents that it ends, and which of their versions is the end.
    let ends: [(document: DocumentHistory, version: Int)]
    private(set) var state: State
    /// Submitted while a copy was made: the copy may have any part of it, and each of them alone.
    private(set) var isInPart = false

    init(_ user: UserID, ends: [(document: DocumentHistory, version: Int)], _ ticket: Ticket) {
        self.user = user
        self.ends = ends
        state = .open(ticket)
    }

    var isCertain: Bool { if case .certain = state { true } else { false } }
    var isDoubtful: Bool { if case .doubtful = state { true } else { false } }

    /// Takes over the outcome; false when it is known not to hold.
    mutating func takeOutcome() -> Bool {
        guard case .open(let ticket) = state, let outcome = ticket.outcome else { return true }
        switch outcome {
        case .success: state = .certain
        case .failure(.outcomeUnknown): state = .doubtful
        case .failure: return false
        }
        return true
    }

    /// The process ended.
    mutating func endLife() {
        if case .open = state { state = .doubtful }
    }

    /// The copy of the folder is the folder from now on.
    mutating func isCopiedInPart() {
        state = .doubtful
        isInPart = true
    }

    /// One part of it was seen, so all of it must be there.
    mutating func isSeen() {
        guard isDoubtful else { return }
        state = .certain
        if isInPart { return }
        for (document, version) in ends { document.holds(version) }
    }

    /// One part of the user was seen, so all of it must be there. It is nothing any more.
    func isRefuted() {
        if isInPart { return }
        for (document, version) in ends { document.holdsNot(version) }
    }
}

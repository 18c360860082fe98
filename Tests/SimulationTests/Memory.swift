// What one person of a simulated day was told, and what they asked without an answer: the measure of what must be there after a crash.

import TestSupport
import Trading
import Wire

/// One request of a person.
struct Act {
    enum Kind: Equatable {
        /// A new order, by its client's key.
        case place(String)
        /// Something about an order, by its id.
        case change(String)
        case reset
    }

    let method: HTTPMethod
    let path: String
    let body: String?
    let kind: Kind

    init(_ method: HTTPMethod, _ path: String, body: String?, kind: Kind) {
        self.method = method
        self.path = path
        self.body = body
        self.kind = kind
    }
}

/// One order as the house last told of it.
struct ToldOrder: Equatable {
    var status: String
    var filled: String
    var key: String

    static let final: Set<String> = ["COMPLETE", "CANCELLED", "REJECTED"]
}

final class Memory {
    let user: UserID
    let token: String
    let email: String
    /// Orders of the present epoch, by id.
    private(set) var orders: [String: ToldOrder] = [:]
    /// Orders that were asked for and never answered: there or not, but never twice.
    private(set) var unanswered: [Act] = []
    /// Requests for orders so far in this epoch, answered.
    private(set) var asked: [Act] = []
    /// A reset was asked for and not answered: either nothing of before is there or everything.
    private(set) var mayHaveBeenReset = false

    init(user: UserID, token: String, email: String) {
        self.user = user
        self.token = token
        self.email = email
    }

    /// Ids of orders that may still be working, in an order that does not depend on hashing.
    var working: [String] { orders.filter { !ToldOrder.final.contains($0.value.status) }.keys.sorted() }

    /// Takes an answer, or that there was none.
    func heard(_ answer: (status: Int, body: [UInt8])?, to act: Act) {
        guard let answer, answer.status < 500 else {
            switch act.kind {
            case .place: unanswered.append(act)
            case .change(let id): orders[id] = nil
            case .reset: mayHaveBeenReset = true
            }
            return
        }
        if act.kind == .reset, answer.status == 200 {
            orders = [:]
            asked = []
            unanswered = []
            return
        }
        // A refusal may tell of no order; then there is nothing to remember.
        guard let json = try? JSONParser.parse(answer.body), let order = json["order"] else { return }
        told(order)
        if case .place = act.kind { asked.append(act) }
    }

    private func told(_ order: JSONValue) {
        guard let id = order["order_id"]?.string, let status = order["status"]?.string else { return }
        orders[id] = ToldOrder(
            status: status, filled: order["filled_quantity"]?.number?.text ?? "", key: order["client_order_id"]?.string ?? "")
    }
}

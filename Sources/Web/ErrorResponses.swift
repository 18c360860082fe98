// The one place where an error becomes a status code. What a user reads says what to do next and leaks no path, secret or name.

import House
import Storage
import Trading
import Wire

/// An answer on its way out, before the security headers are put on.
package struct Reply: Sendable {
    package var status: Int
    package var body: [UInt8]
    package var contentType = "application/json"
    package var headers: [(String, String)] = []

    package init(status: Int = 200, body: [UInt8]) {
        self.status = status
        self.body = body
    }

    /// An object written field by field.
    package static func object(status: Int = 200, reserving: Int = 512, _ content: (inout JSONWriter) throws -> Void) rethrows -> Reply {
        var json = JSONWriter(reserving: reserving)
        json.beginObject()
        try content(&json)
        json.endObject()
        return Reply(status: status, body: json.bytes)
    }
}

/// Thrown by a handler that has its error in words already.
package struct Refusal: Error, Sendable {
    let status: Int
    let code: String
    let text: String
    var field: String?

    init(_ status: Int, _ code: String, _ text: String, field: String? = nil) {
        self.status = status
        self.code = code
        self.text = text
        self.field = field
    }
}

enum ErrorResponses {
    /// The answer for whatever a handler threw. Nil means a bug or an unforeseen failure: the caller logs it and answers 500.
    static func reply(to error: any Error, in dialect: Dialect) -> Reply? {
        switch error {
        case let problem as FieldProblem:
            return Reply(status: dialect == .auth ? 400 : 422, body: dialect.problemBody(problem))
        case let refusal as Refusal:
            return Reply(status: refusal.status, body: dialect.errorBody(code: refusal.code, text: refusal.text, field: refusal.field))
        case let refusal as AuthenticationRefusal:
            return unauthenticated(refusal, in: dialect)
        case let refusal as OrderRefusal:
            return refused(refusal, in: dialect)
        case let refusal as HouseRefusal:
            return refused(refusal, in: dialect)
        case let refusal as GoodTillTriggeredRefusal:
            let (status, code, text, field) = refusal.answer
            return Reply(status: status, body: dialect.errorBody(code: code, text: text, field: field))
        case let failure as StorageFailure:
            return failed(failure, in: dialect)
        default:
            return nil
        }
    }

    static func unauthenticated(_ refusal: AuthenticationRefusal, in dialect: Dialect) -> Reply {
        let text =
            switch refusal {
            case .absent: "Authentication required. Please log in."
            case .expired: "Authentication required. Your session has expired, please log in again."
            case .invalid: "Authentication required. This session is not valid any more, please log in again."
            }
        var reply = Reply(status: 401, body: dialect.errorBody(code: "unauthorized", text: text))
        reply.headers.append(("WWW-Authenticate", "Bearer"))
        return reply
    }

    // None of these may be called `reply(to:in:)`: with an optional result wanted, the compiler prefers the one that takes any error.

    private static func refused(_ refusal: OrderRefusal, in dialect: Dialect) -> Reply {
        switch refusal {
        case .unknownOrder:
            return Reply(status: 404, body: dialect.errorBody(code: refusal.rawValue, text: refusal.advice))
        case .orderNotOpen, .duplicateClientOrderID:
            return Reply(status: dialect == .legacy ? 400 : 409, body: dialect.errorBody(code: refusal.rawValue, text: refusal.advice))
        case .capitalOutOfRange:
            return Reply(status: 422, body: dialect.errorBody(code: refusal.rawValue, text: refusal.advice, field: refusal.field))
        case _ where refusal.isMalformed:
            return Reply(
                status: dialect == .legacy ? 400 : 422,
                body: dialect.errorBody(code: refusal.rawValue, text: refusal.advice, field: refusal.field))
        default:
            return Reply(status: dialect == .legacy ? 400 : 409, body: dialect.errorBody(code: refusal.rawValue, text: refusal.advice))
        }
    }

    static func refused(_ refusal: HouseRefusal, in dialect: Dialect) -> Reply {
        let (status, code, text, field): (Int, String, String, String?) =
            switch refusal {
            case .registrationClosed:
                (403, "registration_closed", "This house takes no new accounts by itself. Ask its owner to make one for you.", nil)
            case .invalidEmail: (400, "invalid_email", "That is not an e-mail address. Check it and send it again.", "email")
            case .invalidName: (400, "malformed", "The name is too long or holds characters that do not show. Type it anew.", "name")
            case .passwordTooShort: (400, "password_too_short", "The password is too short: use at least 8 characters.", "password")
            case .passwordTooLong: (400, "password_too_long", "The password is too long: use at most 256 characters.", "password")
            case .passwordTooCommon:
                (
                    400, "password_too_common", "That password is among the most guessed ones. Choose another, for example three words.",
                    "password"
                )
            case .emailTaken: (409, "email_taken", "There is an account with this e-mail address already. Log in instead.", "email")
            case .userIDTaken: (409, "user_id_taken", "There is an account with this id already.", "user_id")
            case .invalidCredentials: (401, "invalid_credentials", "E-mail address or password is wrong.", nil)
            case .wrongPassword: (403, "wrong_password", "The password is wrong; nothing was changed.", "password")
            case .accountDisabled: (403, "account_disabled", "This account is switched off. Ask the owner of the house.", nil)
            case .setupTokenInvalid:
                (403, "setup_token_invalid", "This set-up link is not valid. Use the one that the server printed when it started.", "token")
            case .setupDone: (409, "setup_done", "The owner's account exists already. Log in instead.", nil)
            case .tooManyRequests(let seconds): (429, "too_many_requests", "Too many requests. Try again in \(seconds) s.", nil)
            case .tooBusy: (503, "busy", "Too many people log in at this moment. Try again in a few seconds.", nil)
            case .chartsBusy: (503, "busy", "Too many charts are asked for at this moment. Try again in a few seconds.", nil)
            case .workshopBusy: (503, "busy", "Too much is being worked out at this moment. Try again in a few seconds.", nil)
            case .notPermitted: (403, "not_permitted", "Your role does not allow this.", nil)
            case .unknownUser: (404, "unknown_user", "There is no account with this id.", "user_id")
            case .unknownBook: (404, "unknown_book", "You have no book of this name.", "book")
            case .unknownFill: (404, "unknown_fill", "There is no such fill in this book.", "after")
            case .unknownEpoch: (404, "unknown_epoch", "The files of this book tell of no such epoch.", "epoch")
            case .bookExists: (409, "book_exists", "You have a book of this name already.", "name")
            case .tooManyBooks(let limit): (409, "too_many_books", "You have \(limit) books, the most one user may have.", nil)
            case .bookBusy: (409, "book_busy", "Another change of your books is on its way. Try again in a moment.", nil)
            case .bookHasTraded:
                (409, "book_has_traded", "That account's default book has orders already; imported books need an untouched one.", "user_id")
            case .nothingToHandOver: (404, "nothing_to_hand_over", "There are no imported books to hand over.", nil)
            case .viewerMayNotTrade: (403, "viewer_may_not_trade", "A viewer looks and does not trade.", nil)
            case .tooManyFollowed: (409, "too_many_followed", "You follow too many symbols. Unsubscribe from some first.", "symbols")
            }
        var reply = Reply(status: status, body: dialect.errorBody(code: code, text: text, field: field))
        if case .tooManyRequests(let seconds) = refusal { reply.headers.append(("Retry-After", String(seconds))) }
        if refusal == .tooBusy || refusal == .chartsBusy || refusal == .workshopBusy { reply.headers.append(("Retry-After", "5")) }
        return reply
    }

    private static func failed(_ failure: StorageFailure, in dialect: Dialect) -> Reply {
        let (code, text): (String, String) =
            switch failure {
            case .storageFull:
                ("storage_full", "The disk of this house is full. Nothing was stored; try again when its owner has made room.")
            case .quarantined:
                (
                    "quarantined",
                    "Your books need the owner's attention before they can be used: their files do not agree. Nothing was changed."
                )
            case .userErased:
                ("user_erased", "This account was erased. Nothing of it can be used any more.")
            case .outcomeUnknown:
                ("outcome_unknown", "It is not known whether this was stored. Ask again with the same client_order_id.")
            default: ("storage_failed", "The disk of this house did not answer. Nothing is known to be stored; ask again.")
            }
        return Reply(status: 503, body: dialect.errorBody(code: code, text: text))
    }
}

extension OrderRefusal {
    /// The field of an order request that the refusal is about.
    var field: String? {
        switch self {
        case .unknownInstrument, .notTradable: "tradingsymbol"
        case .quantityNotPositive, .quantityTooLarge, .quantityNotWholeLots, .quantityBelowFilled, .insufficientHoldings, .aboveFreeze:
            "quantity"
        case .priceNotPositive, .priceTooLarge, .priceOffTick, .outsideBand: "price"
        case .duplicateClientOrderID: "client_order_id"
        case .unknownOrder: "order_id"
        case .unknownParentOrder: "parent_order_id"
        case .capitalOutOfRange: "capital"
        case .orderNotOpen, .bookFull, .tooManyOpenOrders, .marketClosed, .wrongPhase, .intradayOver, .noPrice, .insufficientFunds,
            .killSwitch,
            .ordersPerDayLimit, .openPositionsLimit, .dayLossLimit:
            nil
        case .instrumentBanned: "tradingsymbol"
        case .orderValueLimit: "quantity"
        }
    }
}

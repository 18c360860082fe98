// The names of everything an import can say: why a line was rejected, why an account was refused, what was odd but taken.
// Operators and their scripts read them, so a name never changes its meaning.

import Wire

/// Why a line of an export was rejected, or a whole account refused.
package enum ImportCode: String, Sendable, Hashable, CaseIterable {
    // A document that could not be read.
    case json = "E_JSON"
    case truncated = "E_TRUNCATED"
    case encoding = "E_ENCODING"
    case tooLong = "E_TOO_LONG"
    case tooDeep = "E_TOO_DEEP"
    case duplicateKey = "E_DUPLICATE_KEY"
    case bsonLength = "E_BSON_LENGTH"
    case bson = "E_BSON"
    case gzip = "E_GZIP"
    // A document that was read and does not say what it must.
    case type = "E_TYPE"
    case enumeration = "E_ENUM"
    case missing = "E_MISSING"
    case quantity = "E_QUANTITY"
    /// A price or amount that is negative, not finite or too large.
    case amount = "E_AMOUNT"
    /// An exchange or symbol that is none.
    case symbol = "E_SYMBOL"
    /// An order or trade id beyond 64 letters, digits, `_` and `-`.
    case identifier = "E_ID"
    case date = "E_DATE"
    case duplicateConflict = "E_DUPLICATE_CONFLICT"
    // An account that is not imported.
    /// Lines were rejected and a partial import was not allowed.
    case rejectedLines = "E_REJECTED_LINES"
    case targetExists = "E_TARGET_EXISTS"
    /// A merge would need two orders or trades under one id.
    case mergeConflict = "E_MERGE_CONFLICT"
    /// A user id that is not safe as a file name, or reserved.
    case unsafeUser = "E_UNSAFE_USER"
    case emptyUser = "E_EMPTY_USER"
    /// Two ids of the source that become equal in upper case.
    case userClash = "E_USER_CLASH"
    /// Sums beyond what a book can hold.
    case tooLarge = "E_TOO_LARGE"
    /// A file that could not be read, or that is a link.
    case unreadable = "E_UNREADABLE"
    /// The account's place in the data folder could not be read or written.
    case unwritable = "E_UNWRITABLE"

    init(_ fault: ExtendedFault) {
        switch fault {
        case .json: self = .json
        case .truncated: self = .truncated
        case .encoding: self = .encoding
        case .tooLong: self = .tooLong
        case .tooDeep: self = .tooDeep
        case .duplicateKey: self = .duplicateKey
        case .length: self = .bsonLength
        case .bson: self = .bson
        }
    }

    /// What the code means, when no field says more.
    var sentence: String {
        switch self {
        case .json: "The line is not valid JSON."
        case .truncated: "The file ends inside this document."
        case .encoding: "The text is not UTF-8."
        case .tooLong: "A text, or the document, is longer than an import takes."
        case .tooDeep: "The document is nested deeper than an import takes."
        case .duplicateKey: "A name occurs twice in one document."
        case .bsonLength: "The document states a length that cannot be; nothing after it can be read."
        case .bson: "The inside of the document does not fit its length."
        case .gzip: "The compressed data is damaged; nothing after it can be read."
        case .type: "The value is of the wrong kind."
        case .enumeration: "The value is none of those known."
        case .missing: "The value is missing."
        case .quantity: "The quantity is not a whole number from 1 to 2147483647."
        case .amount: "The amount is negative, not finite or too large."
        case .symbol: "It names no instrument."
        case .identifier: "An id is 1 to 64 letters, digits, '_' and '-'."
        case .date: "The date lies outside the years 1 to 9999."
        case .duplicateConflict: "An earlier document has the same id and says something else; the first is kept."
        case .rejectedLines: "Lines were rejected; nothing was written. Allow a partial import to take the rest."
        case .targetExists: "The account already holds other orders or trades. Merge, or name another user."
        case .mergeConflict: "The account already uses an order or trade id of this import for something else."
        case .unsafeUser: "The user id is not safe as a name of files. Name the user to import for."
        case .emptyUser: "The file names have no user id between 'user_' and '_paper_'."
        case .userClash: "Two user ids of the source become equal in upper case."
        case .tooLarge: "Quantities or amounts add up to more than a book can hold."
        case .unreadable: "A file could not be read."
        case .unwritable: "The account could not be written."
        }
    }
}

/// What was odd in an export and imported all the same.
package enum ImportWarningCode: String, Sendable, Hashable, CaseIterable {
    /// A field the legacy engine never wrote; kept beside the book.
    case unknownField = "W_UNKNOWN_FIELD"
    /// The same document once more; taken once.
    case duplicateIdentical = "W_DUPLICATE_IDENTICAL"
    /// NaN or an infinity in a derived figure, which is recomputed.
    case notFinite = "W_NOT_FINITE"
    case metaRebuilt = "W_META_REBUILT"
    /// The legacy balance is not what the imported trades give.
    case cashMismatch = "W_CASH_MISMATCH"
    /// A legacy position is not what the imported trades give; the trades win.
    case positionMismatch = "W_POSITION_MISMATCH"
    case tradeWithoutOrder = "W_TRADE_WITHOUT_ORDER"
    case filledOrderWithoutTrade = "W_FILLED_ORDER_WITHOUT_TRADE"
    /// A trade whose symbol, side, quantity or price is not its order's; the trade wins.
    case tradeContradictsOrder = "W_TRADE_CONTRADICTS_ORDER"
    /// An order without the price its type needs; it stands with zero.
    case priceMissing = "W_PRICE_MISSING"
    case nothingToImport = "W_NOTHING_TO_IMPORT"
    case unknownFile = "W_UNKNOWN_FILE"
    /// Neither given nor measurable; dates are taken as UTC.
    case offsetAssumed = "W_OFFSET_ASSUMED"
    /// More than a tenth of the documents disagree with the measured offset.
    case offsetMixed = "W_OFFSET_MIXED"
    /// More odd fields than the note beside the book holds.
    case noteFull = "W_NOTE_FULL"
}

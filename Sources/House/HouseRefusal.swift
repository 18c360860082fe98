// The closed lists of noes that are not about an order; those are `Trading/OrderRefusal`. Their words and status codes are
// `Web/ErrorResponses`.

/// Why nobody could be authenticated; each has its own words.
package enum AuthenticationRefusal: String, Error, Sendable, CaseIterable {
    case absent
    case expired
    /// Unknown, revoked, tampered with, or of a disabled account.
    case invalid
}

/// Why the house said no to something that is not an order.
package enum HouseRefusal: Error, Sendable, Hashable {
    case registrationClosed
    case invalidEmail
    case invalidName
    case passwordTooShort
    case passwordTooLong
    case passwordTooCommon
    case emailTaken
    case userIDTaken
    case invalidCredentials
    case wrongPassword
    case accountDisabled
    case setupTokenInvalid
    case setupDone
    /// Come back after so many seconds.
    case tooManyRequests(retryAfterSeconds: Int)
    case tooBusy
    case chartsBusy
    case workshopBusy
    case notPermitted
    case unknownUser
    case unknownBook
    case unknownEpoch
    case unknownFill
    case bookExists
    case tooManyBooks(Int)
    case bookBusy
    case bookHasTraded
    case nothingToHandOver
    case viewerMayNotTrade
    case tooManyFollowed
}

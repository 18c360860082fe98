// What a person may do in the house. Who has which role is `House/Accounts`' business.

/// A role in the house, strongest first.
package enum Role: String, Sendable, Hashable, CaseIterable {
    /// Owns the installation: everything an admin may, and the legacy books.
    case owner
    case admin
    case trader
    /// Looks, never trades.
    case viewer

    package var isAdmin: Bool { self == .owner || self == .admin }
    package var mayTrade: Bool { self != .viewer }
}

/// What a person pays for; limits depend on it.
package enum Tier: String, Sendable, Hashable, CaseIterable {
    case free
    case premium
}

/// Text that people type as an e-mail address, checked for shape and length only: whether it exists is the postman's business.
package struct EmailAddress: Hashable, Sendable, CustomStringConvertible {
    /// As typed, without blanks around it.
    package let text: String
    /// Two addresses are the same account when this is equal: ASCII letters folded to lower case.
    package let folded: String

    /// The longest address taken, in bytes.
    package static let limitBytes = 255

    /// One `@` with something on both sides, a dot inside the right side, no blanks or control characters.
    package init?(_ input: some StringProtocol) {
        let bytes = Array(input.utf8)
        guard let first = bytes.firstIndex(where: { $0 != 0x20 }), let last = bytes.lastIndex(where: { $0 != 0x20 }) else { return nil }
        let trimmed = bytes[first...last]
        guard trimmed.count <= EmailAddress.limitBytes, !trimmed.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else { return nil }
        let parts = trimmed.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, let dot = parts[1].lastIndex(of: UInt8(ascii: ".")),
            dot > parts[1].startIndex, dot < parts[1].endIndex - 1,
            !trimmed.contains(where: { "<>()[],;:\\\"".utf8.contains($0) })
        else { return nil }
        text = String(decoding: trimmed, as: UTF8.self)
        folded = String(
            decoding: trimmed.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
    }

    package var description: String { text }
}

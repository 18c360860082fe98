// The documents below `users/` and `index/email/`: who has an account. Field by field by hand, so this file is the documentation
// of the format. Logins are in `SessionFiles`, paper books in `PaperBooks`.

import Trading
import Wire

/// An account as it stands on disk.
package struct UserRecord: Hashable, Sendable {
    package let id: UserID
    /// Empty for an account that came through a broker's login.
    package var email: String
    package var name: String
    /// bcrypt text, empty when the account has no password.
    package var passwordHash: String
    package var role: Role
    package var isDisabled: Bool
    package var tier: Tier
    package var tierExpires: Timestamp?
    package let createdAt: Timestamp
    package var updatedAt: Timestamp
    /// When the default paper book got its first files; from then on missing files are damage, not a new user.
    package var paperOpened: Timestamp?

    package init(
        id: UserID, email: String, name: String, passwordHash: String, role: Role, isDisabled: Bool = false, tier: Tier = .free,
        tierExpires: Timestamp? = nil, createdAt: Timestamp, updatedAt: Timestamp, paperOpened: Timestamp? = nil
    ) {
        self.id = id
        self.email = email
        self.name = name
        self.passwordHash = passwordHash
        self.role = role
        self.isDisabled = isDisabled
        self.tier = tier
        self.tierExpires = tierExpires
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.paperOpened = paperOpened
    }

    /// The document's members, without those that the store adds (`fmt`, `ver`, `dv`, `seq`, `crc`).
    package var document: JSONValue {
        .object(
            JSONObject([
                ("u", .string(id.text)),
                ("email", .string(email)),
                ("name", .string(name)),
                ("password_hash", .string(passwordHash)),
                ("role", .string(role.rawValue)),
                ("disabled", .bool(isDisabled)),
                ("subscription_tier", .string(tier.rawValue)),
                ("subscription_expires_at", tierExpires.map { .string($0.utcText) } ?? .null),
                ("created_at", .string(createdAt.utcText)),
                ("updated_at", .string(updatedAt.utcText)),
                ("paper_opened", paperOpened.map { .string($0.utcText) } ?? .null),
            ]))
    }

    /// Nothing when a required member is missing or has another type.
    package init?(document: JSONValue) {
        guard let id = document["u"]?.string.flatMap({ UserID(stored: $0) }),
            let email = document["email"]?.string, let name = document["name"]?.string,
            let passwordHash = document["password_hash"]?.string,
            let role = document["role"]?.string.flatMap(Role.init(rawValue:)),
            let isDisabled = document["disabled"]?.bool,
            let tier = document["subscription_tier"]?.string.flatMap(Tier.init(rawValue:)),
            let createdAt = document["created_at"]?.string.flatMap({ Timestamp(rfc3339: $0) }),
            let updatedAt = document["updated_at"]?.string.flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        self.init(
            id: id, email: email, name: name, passwordHash: passwordHash, role: role, isDisabled: isDisabled, tier: tier,
            tierExpires: document["subscription_expires_at"]?.string.flatMap { Timestamp(rfc3339: $0) },
            createdAt: createdAt, updatedAt: updatedAt,
            paperOpened: document["paper_opened"]?.string.flatMap { Timestamp(rfc3339: $0) })
    }
}

/// The one document of the house itself, `config/house`: who owns it. Without it the first run has not happened yet.
package struct HouseRecord: Hashable, Sendable {
    package let owner: UserID

    package init(owner: UserID) { self.owner = owner }

    /// The document's members, without those that the store adds.
    package var document: JSONValue { .object(JSONObject([("owner", .string(owner.text))])) }

    /// Nothing when a required member is missing or has another type.
    package init?(document: JSONValue) {
        guard let owner = document["owner"]?.string.flatMap({ UserID(stored: $0) }) else { return nil }
        self.init(owner: owner)
    }
}

/// `config/legacy`: to whom the owner gave the imported default books, and which epoch of them.
package struct HandedOverRecord: Hashable, Sendable {
    package let target: UserID
    package let epoch: Int
    package let at: Timestamp

    package init(to target: UserID, epoch: Int, at: Timestamp) {
        self.target = target
        self.epoch = epoch
        self.at = at
    }

    /// The document's members, without those that the store adds.
    package var document: JSONValue {
        .object(
            JSONObject([
                ("handed_over_to", .string(target.text)), ("epoch", .number(JSONNumber(Int64(epoch)))), ("at", .string(at.utcText)),
            ]))
    }

    /// Nothing when a required member is missing or has another type.
    package init?(document: JSONValue) {
        guard let target = document["handed_over_to"]?.string.flatMap({ UserID(stored: $0) }),
            let epoch = document["epoch"]?.int64.flatMap({ Int(exactly: $0) }),
            let at = document["at"]?.string.flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        self.init(to: target, epoch: epoch, at: at)
    }
}

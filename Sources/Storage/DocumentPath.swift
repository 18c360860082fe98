// Names of small documents. A path that exists is safe to open: it is made of parsed ids and hashes only.

import Trading

/// Which small document: `users/ZX1234`, `config/house`, `index/email/3f/3f…`.
package struct DocumentPath: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The first folder of a path.
    package enum Folder: String, Sendable, CaseIterable {
        case users, books, triggers, sessions, credentials, config, index

        /// The `fmt` of the documents in it.
        var format: String {
            switch self {
            case .users: "tradehouse.user"
            case .books: "tradehouse.books"
            case .triggers: "tradehouse.triggers"
            case .sessions: "tradehouse.session"
            case .credentials: "tradehouse.cred"
            case .config: "tradehouse.config"
            case .index: "tradehouse.index"
            }
        }
    }

    package let text: String
    package let folder: Folder

    private init(_ folder: Folder, _ rest: String) {
        self.folder = folder
        text = folder.rawValue + "/" + rest
    }

    package static func user(_ user: UserID) -> DocumentPath { DocumentPath(.users, user.text) }
    /// Which books the user has beside the default one, and what limits them.
    package static func books(_ user: UserID) -> DocumentPath { DocumentPath(.books, user.text) }
    /// What the user lets wait for a price, over all books.
    package static func triggers(_ user: UserID) -> DocumentPath { DocumentPath(.triggers, user.text) }
    package static func sessions(_ user: UserID) -> DocumentPath { DocumentPath(.sessions, user.text) }
    package static func credentials(_ user: UserID) -> DocumentPath { DocumentPath(.credentials, user.text) }

    /// `config/<name>`: 1 to 64 lower-case letters, digits, `-` and `_`.
    package static func config(_ name: String) -> DocumentPath? {
        isPlain(name, atMost: 64) ? DocumentPath(.config, name) : nil
    }

    /// `index/<kind>/<2 hex>/<sha256>`; the kind is 1 to 16 lower-case letters, the hash 64 lower-case hex digits.
    package static func index(_ kind: String, sha256: String) -> DocumentPath? {
        guard isPlain(kind, atMost: 16), sha256.utf8.count == 64,
            sha256.utf8.allSatisfy(isHex)
        else { return nil }
        return DocumentPath(.index, kind + "/" + sha256.prefix(2) + "/" + sha256)
    }

    /// Reads a path as `text` prints it.
    package init?(_ text: some StringProtocol) {
        let parts: [String] = text.split(separator: Character("/"), omittingEmptySubsequences: false).map { String($0) }
        guard let first = parts.first, let folder = Folder(rawValue: first) else { return nil }
        let made: DocumentPath?
        switch folder {
        case .users, .books, .triggers, .sessions, .credentials:
            guard parts.count == 2, let user = UserID(stored: parts[1]), user.text == parts[1] else { return nil }
            made = DocumentPath(folder, user.text)
        case .config:
            made = parts.count == 2 ? .config(parts[1]) : nil
        case .index:
            made = parts.count == 4 ? .index(parts[1], sha256: parts[3]) : nil
        }
        guard let made, made.text == text else { return nil }
        self = made
    }

    /// Whether the bytes are a path as `text` prints it; tells without making one where that is easy.
    static func isPath(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var cursor = ByteCursor(bytes)
        if cursor.take("index/") {
            var slash = cursor.at
            while slash < min(bytes.count, cursor.at + 16), isLetter(bytes[slash]) { slash += 1 }
            let hash = slash + 4
            if slash > cursor.at, bytes.count == hash + 64, bytes[slash] == UInt8(ascii: "/"), bytes[hash - 1] == UInt8(ascii: "/"),
                bytes[slash + 1] == bytes[hash], bytes[slash + 2] == bytes[hash + 1], bytes[hash...].allSatisfy(isHex)
            {
                return true
            }
        } else if cursor.take("users/") || cursor.take("sessions/") || cursor.take("credentials/") {
            if UserID.isPlain(UnsafeRawBufferPointer(rebasing: bytes[cursor.at...])) { return true }
        }
        return DocumentPath(String(decoding: bytes, as: UTF8.self)) != nil
    }

    private static func isLetter(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "a") < 26 }

    private static func isHex(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10 || byte &- UInt8(ascii: "a") < 6
    }

    /// Below the data folder.
    var filePath: String { text + ".json" }
    /// Without the last component.
    var directory: String { String(text[..<(text.lastIndex(of: "/") ?? text.startIndex)]) }

    /// Whether a copied data folder must forget it: logins and what leads to them.
    package var isLogin: Bool { folder == .sessions || text.hasPrefix("index/session/") }

    package var description: String { text }
    package static func < (a: DocumentPath, b: DocumentPath) -> Bool { a.text < b.text }

    private static func isPlain(_ text: String, atMost limit: Int) -> Bool {
        (1...limit).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
            }
    }
}

extension UserID {
    /// Whether the bytes are certainly an id as `text` prints it: too long to be a reserved name, and letters and digits only.
    static func isPlain(_ bytes: UnsafeRawBufferPointer) -> Bool {
        (8...32).contains(bytes.count)
            && bytes.allSatisfy { $0 &- UInt8(ascii: "A") < 26 || $0 &- UInt8(ascii: "0") < 10 }
    }
}

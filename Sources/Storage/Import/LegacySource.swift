// Which files of a folder are legacy collections, and whose. Pure over names; the disk is asked in LegacySource+Files.swift.

import Trading

/// What the legacy engine called a set of four collections.
enum LegacySetName: Hashable, Comparable, Sendable {
    /// `paper_*` of the single-user version.
    case unprefixed
    /// `user_<id>_paper_*`; the id as the source has it, percent-encoding removed.
    case user(String)

    /// As reports call it.
    var text: String {
        switch self {
        case .unprefixed: "paper_*"
        case .user(let id): "user_\(LegacySetName.shown(id))_paper_*"
        }
    }

    /// The account that the name itself means.
    var ownTarget: UserID? {
        switch self {
        case .unprefixed: .legacyDefault
        case .user(let id): UserID(stored: id)
        }
    }

    private static func shown(_ id: String) -> String {
        id.unicodeScalars.prefix(64).map { $0.value < 0x20 || $0.value == 0x7F ? "?" : String($0) }.joined()
    }
}

/// What a file name says.
enum LegacyFileName: Equatable, Sendable {
    enum Format: Sendable {
        /// mongoexport.
        case json
        /// mongodump.
        case bson
    }

    case collection(LegacySetName, LegacyKind, Format)
    /// Looks like the legacy engine's but is none of the four collections.
    case unknown
    /// Nothing of ours: metadata, prelude, oplog, system collections, anything else.
    case other

    /// Judges a name without its folder. Names are case-sensitive, as the collections' were; whether a file is compressed is told by
    /// its first bytes, not by its name.
    init(_ name: String) {
        var stem = name[...]
        if stem.hasSuffix(".gz") { stem = stem.dropLast(3) }
        let format: Format
        if stem.hasSuffix(".metadata.json") {
            self = .other
            return
        } else if stem.hasSuffix(".json") {
            format = .json
            stem = stem.dropLast(5)
        } else if stem.hasSuffix(".bson") {
            format = .bson
            stem = stem.dropLast(5)
        } else {
            self = .other
            return
        }
        for kind in LegacyKind.allCases {
            if stem == kind.collection {
                self = .collection(.unprefixed, kind, format)
                return
            }
            // The suffix binds last: an id may itself look like the end of a collection's name.
            let suffix = "_" + kind.collection
            if stem.hasPrefix("user_"), stem.hasSuffix(suffix), stem.utf8.count >= 5 + suffix.utf8.count {
                let id = stem.dropFirst(5).dropLast(suffix.count)
                self = .collection(.user(LegacyFileName.decoded(id)), kind, format)
                return
            }
            if stem == "user" + suffix {
                self = .collection(.user(""), kind, format)
                return
            }
        }
        let isRelated = stem.contains("paper_") || stem == "trade_history" || stem == "strategy_performance"
        self = isRelated ? .unknown : .other
    }

    /// Removes the percent-encoding of dumps; text that is not properly encoded stays as it is and will be no safe id.
    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else { return String(text) }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self) ?? String(text)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

/// One file of a set.
struct LegacyFile: Equatable, Sendable {
    /// Relative to the source.
    let path: String
    let kind: LegacyKind
    let format: LegacyFileName.Format
    let bytes: Int64
}

/// The files of one set of collections, in the order they are read: trades need their orders.
struct LegacySet: Equatable, Sendable {
    let name: LegacySetName
    var files: [LegacyFile]
}

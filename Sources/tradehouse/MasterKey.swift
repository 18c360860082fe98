// The key outside the data folder: whoever has only a backup has no secrets. Made at the first start, beside the data folder, for its
// owner alone; or named by the environment.

import Platform

struct MasterKey {
    private let bytes: [UInt8]

    static let environmentName = "TRADEHOUSE_MASTER_KEY_FILE"

    /// The file that the environment names, or `etc/master.key` beside the data folder.
    static func load(beside data: String) throws -> MasterKey {
        let path = Terminal.environment(environmentName) ?? parent(of: data) + "etc/master.key"
        let content: [UInt8]
        do {
            content = try WholeFile.read(path, limitBytes: 4096)
        } catch  where error.isAbsent {
            let key = Entropy.bytes(32)
            do {
                try WholeFile.createPrivate(path, content: Array((Crypto.hex(key) + "\n").utf8))
            } catch {
                throw KeyProblem(text: "The master key \(path) cannot be made: \(error).")
            }
            return MasterKey(bytes: key)
        } catch {
            throw KeyProblem(text: "The master key \(path) cannot be read: \(error).")
        }
        return try MasterKey(content: content)
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private init(content: [UInt8]) throws(KeyProblem) {
        let digits = content.prefix { $0 != 0x0A && $0 != 0x0D }
        guard digits.count == 64, let bytes = Crypto.bytes(hex: String(decoding: digits, as: UTF8.self)) else {
            throw KeyProblem(text: "A master key is 64 hexadecimal digits.")
        }
        self.bytes = bytes
    }

    /// A key of its own for each use, so that none of them tells another.
    func derived(for use: String) -> [UInt8] { Crypto.hmacSHA256(key: bytes, Array("tradehouse/\(use)".utf8)) }

    private static func parent(of folder: String) -> String {
        let plain = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        guard let slash = plain.lastIndex(of: "/") else { return "" }
        return String(plain[...slash])
    }
}

struct KeyProblem: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
}

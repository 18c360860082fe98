// Where the shared legacy exports are, when they are there: beside the repository, or where TRADEHOUSE_SHARED says.

import Platform
import Wire

@testable import Storage

enum Fixtures {
    static let folder: String? = {
        let repository = String(#filePath.prefix(upTo: #filePath.range(ofLast: "/Tests/") ?? #filePath.startIndex))
        let beside = (repository[..<(repository.lastIndex(of: "/") ?? repository.startIndex)]) + "/shared"
        for candidate in [Environment.value("TRADEHOUSE_SHARED"), String(beside)].compactMap(\.self) {
            let path = candidate + "/fixtures/legacy"
            // A folder that cannot be opened is as good as none: the tests that need it are skipped by name.
            if (try? PosixDisk(root: path)) != nil { return path }
        }
        return nil
    }()

    static var available: Bool { folder != nil }

    static func disk(_ path: String) throws -> PosixDisk { try PosixDisk(root: (folder ?? "") + "/" + path) }

    static func json(_ path: String) throws -> JSONValue {
        let disk = try disk("")
        let bytes = try disk.readAll(path, limitBytes: 1 << 20)
        return try JSONParser.parse(bytes ?? [])
    }
}

extension String {
    /// Where the last occurrence of `text` begins.
    func range(ofLast text: String) -> String.Index? {
        var found: String.Index?
        for index in indices where self[index...].hasPrefix(text) { found = index }
        return found
    }
}

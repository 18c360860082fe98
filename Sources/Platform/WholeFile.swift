// A small file anywhere on the machine, read as a whole: configuration, keys, pages in development. The data folder is `Disk`'s.

import CPlatform
import Glibc

/// Why a file could not be read or made.
package struct FileProblem: Error, CustomStringConvertible, Sendable {
    package let description: String
    package let isAbsent: Bool
}

package enum WholeFile {
    /// The content, at most `limitBytes` of it; a longer file is refused.
    package static func read(_ path: String, limitBytes: Int) throws(FileProblem) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw problem() }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count == 0 { return content }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw problem()
            }
            content += piece[..<count]
            guard content.count <= limitBytes else {
                throw FileProblem(description: "it is longer than \(limitBytes) bytes", isAbsent: false)
            }
        }
    }

    /// Makes a file that only its owner may read, with its folder; refuses one that exists.
    package static func createPrivate(_ path: String, content: [UInt8]) throws(FileProblem) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        if !folder.isEmpty, mkdir(folder, 0o700) != 0, errno != EEXIST { throw problem() }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw problem() }
        defer { close(descriptor) }
        try put(content, into: descriptor)
        guard fsync(descriptor) == 0 else { throw problem() }
    }

    /// Makes or replaces a file.
    package static func write(_ path: String, content: [UInt8]) throws(FileProblem) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw problem() }
        defer { close(descriptor) }
        try put(content, into: descriptor)
    }

    private static func put(_ content: [UInt8], into descriptor: Int32) throws(FileProblem) {
        var rest = content[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw problem() }
            rest = rest.dropFirst(count)
        }
    }

    private static func problem() -> FileProblem {
        let code = errno
        return FileProblem(description: String(cString: strerror(code)), isAbsent: code == ENOENT)
    }
}

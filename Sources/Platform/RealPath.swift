// Where a path leads when every link in it is followed: whether one folder lies inside another is decided by that, not by its spelling.

import Glibc

package enum RealPath {
    /// The path without links and dots, absolute. What does not exist yet stands below the nearest folder that does.
    package static func of(_ path: String) throws(FileProblem) -> String {
        var known = path.isEmpty ? "." : path
        var rest: [String] = []
        while true {
            if let resolved = realpath(known, nil) {
                defer { free(resolved) }
                let base = String(cString: resolved)
                return rest.isEmpty ? base : (base == "/" ? "" : base) + "/" + rest.reversed().joined(separator: "/")
            }
            let code = errno
            guard code == ENOENT, rest.count < 256 else {
                throw FileProblem(description: PlatformFailure.text(of: code), isAbsent: false)
            }
            let parts = known.split(separator: "/")
            guard let last = parts.last else { throw FileProblem(description: PlatformFailure.text(of: code), isAbsent: true) }
            guard last != "..", last != "." else { throw FileProblem(description: "\(path) leads nowhere", isAbsent: true) }
            rest.append(String(last))
            let above = parts.dropLast().joined(separator: "/")
            known = known.hasPrefix("/") ? "/" + above : above.isEmpty ? "." : above
        }
    }

    /// Whether `inner` is `outer` or lies below it; both as `of` gives them.
    package static func holds(_ outer: String, _ inner: String) -> Bool {
        inner == outer || inner.hasPrefix(outer == "/" ? "/" : outer + "/")
    }

    /// Every folder above the path, the nearest first; `path` as `of` gives it.
    package static func above(_ path: String) -> [String] {
        var folders: [String] = []
        var at = path[...]
        while let slash = at.lastIndex(of: "/") {
            at = at[..<slash]
            folders.append(at.isEmpty ? "/" : String(at))
        }
        return folders
    }

    /// Whether there is anything of that name, a link's end counted.
    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}

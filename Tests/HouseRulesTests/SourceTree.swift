// The source tree as text, for rules that no compiler holds.

import Foundation

enum SourceTree {
    /// The root of the package.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    /// Files below a folder that end so, as paths from the root.
    static func files(below folder: String, ending: String) -> [String] {
        let base = root.appendingPathComponent(folder)
        let all = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
        return all.map { String($0.path.dropFirst(root.path.count + 1)) }.filter { $0.hasSuffix(ending) }.sorted()
    }
}

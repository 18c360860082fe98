// What the documents list and what the code has must be the same.

import Foundation
import Testing
import Web

@Suite struct `Documents and code` {
    @Test func `the API document lists every route with its access, and nothing else`() throws {
        let document = try SourceTree.text("etc/docs/api.md")
        var documented: Set<String> = []
        for line in document.split(separator: "\n") where line.hasPrefix("| ") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count >= 3, ["GET", "POST", "PUT", "PATCH", "DELETE", "SOCKET"].contains(cells[0]) else { continue }
            documented.insert("\(cells[0]) \(cells[1].trimmingCharacters(in: ["`"])) \(cells[2])")
        }
        var existing = Set(WebApp.routes.map { "\($0.method.name) \($0.pattern) \($0.access)" })
        existing.formUnion(WebApp.socketPaths.map { "SOCKET \($0) trader" })
        #expect(existing.subtracting(documented).sorted() == [], "missing in etc/docs/api.md")
        #expect(documented.subtracting(existing).sorted() == [], "in etc/docs/api.md but not in the code")
    }

    @Test func `the configuration file shows every setting with its default`() throws {
        let source = try SourceTree.text("Sources/tradehouse/Settings.swift")
        let pattern = /Setting\(key: "([a-z_]+)", defaultValue: "([^"]*)"\)/
        let settings = source.matches(of: pattern).map { (String($0.output.1), String($0.output.2)) }
        try #require(settings.count > 20)
        var shown: [String: String] = [:]
        for line in try SourceTree.text("etc/tradehouse.conf").split(separator: "\n") {
            let plain = line.hasPrefix("#") ? line.dropFirst() : line[...]
            guard let first = plain.first, first.isLowercase, let equals = plain.range(of: " =") else { continue }
            let key = String(plain[..<equals.lowerBound])
            guard !key.contains(" ") else { continue }
            shown[key] = plain[equals.upperBound...].trimmingCharacters(in: .whitespaces)
        }
        for (key, value) in settings {
            // The shipped file opens registration on loopback and says why there.
            let expected = key == "registration" ? "open" : value
            #expect(shown[key] == expected, "\(key)")
        }
        #expect(Set(shown.keys) == Set(settings.map(\.0)))
    }

    @Test func `every file of the pages is embedded`() throws {
        let site = SourceTree.files(below: "Sources/WebUI/site", ending: "").filter { path in
            var isFolder: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: SourceTree.root.appendingPathComponent(path).path, isDirectory: &isFolder)
            return exists && !isFolder.boolValue && !path.hasSuffix(".d.ts") && !path.hasSuffix("jsconfig.json")
        }
        let table = try SourceTree.text("Sources/WebUI/assets.c")
        try #require(site.count > 20)
        for path in site { #expect(table.contains("#embed \"\(path.dropFirst("Sources/WebUI/".count))\""), "\(path) is not embedded") }
    }

    @Test func `the tree speaks of the product only`() throws {
        // The last is what a merge leaves behind.
        let forbidden = [/deb\.debian\.org/, /pypi\.org/, /pythonhosted/, /\/root\//, /\/work\//, #/<{7} |>{7} /#]
        for folder in ["Sources", "Tests", "etc"] {
            for file in SourceTree.files(below: folder, ending: "")
            where file.hasSuffix(".swift") || file.hasSuffix(".md") || file.hasSuffix(".js") {
                if file.hasSuffix("DocumentationTests.swift") { continue }
                let text = try SourceTree.text(file)
                for pattern in forbidden { #expect(text.firstMatch(of: pattern) == nil, "\(file)") }
            }
        }
    }
}

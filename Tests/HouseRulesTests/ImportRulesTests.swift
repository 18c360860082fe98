// Which room may import which. This table and the one in etc/docs/architecture.md are the same; change both together.

import Foundation
import Testing

private let mayImport: [String: Set<String>] = [
    "Trading": [],
    "Wire": [],
    "Platform": ["CPlatform", "Glibc", "Synchronization"],
    "HTTP": ["Wire", "Platform"],
    "Storage": ["Trading", "Wire", "Platform"],
    "House": ["Trading", "Storage"],
    "Web": ["Trading", "Wire", "HTTP", "House", "Storage", "WebUI"],
    "tradehouse": ["Web", "House", "Storage", "HTTP", "Platform", "Wire", "Trading"],
]

@Suite struct `Rules of the rooms` {
    @Test func `a room imports only what its row in the table allows`() throws {
        var broken: [String] = []
        for (room, allowed) in mayImport {
            let files = SourceTree.files(below: "Sources/\(room)", ending: ".swift")
            #expect(!files.isEmpty, "the room \(room) has no files")
            for file in files {
                for line in try SourceTree.text(file).split(separator: "\n") {
                    let words = line.split(separator: " ")
                    guard let position = words.firstIndex(of: "import"),
                        words[..<position].allSatisfy({ $0.hasPrefix("@") || $0 == "package" }),
                        words.count > position + 1
                    else { continue }
                    let module = String(words[position + 1])
                    if !allowed.contains(module) { broken.append("\(file) imports \(module)") }
                }
            }
        }
        #expect(broken.isEmpty)
    }

    @Test func `every Swift room has a row in the table`() {
        let rooms = Set(SourceTree.files(below: "Sources", ending: ".swift").map { String($0.split(separator: "/")[1]) })
        #expect(rooms == Set(mayImport.keys))
    }

    @Test func `the plan's copy tells the same table`() throws {
        let plan = try SourceTree.text("etc/docs/architecture.md")
        for (room, allowed) in mayImport where room != "tradehouse" {
            let row = plan.split(separator: "\n").first { $0.hasPrefix("| `\(room)` |") }
            let cells = row?.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } ?? []
            try #require(cells.count >= 3, "\(room) is missing in the plan")
            let named = Set(cells[2].components(separatedBy: ", ").filter { $0 != "nothing" })
            #expect(named == allowed.subtracting(["Glibc", "Synchronization"]), "\(room)")
        }
    }

    @Test func `nothing is public, visibility between rooms is package`() throws {
        let declaration = /^\s*(public|open) (final |static |class |struct |enum |actor |func |var |let |init|protocol )/
        for file in SourceTree.files(below: "Sources", ending: ".swift") {
            for line in try SourceTree.text(file).split(separator: "\n") {
                #expect(line.firstMatch(of: declaration) == nil, "\(file): \(line)")
            }
        }
    }
}

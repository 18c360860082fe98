// Answers kept as files in Tests/Fixtures/api: the promise to old clients, byte for byte but for numbers' digits. With
// TRADEHOUSE_GOLDEN=write in the environment the files are written anew instead of compared; the difference is then read in review.

import Glibc
import Platform
import Wire

enum GoldenFile {
    /// Where an answer differs from its file; the file being absent is a difference.
    static func differences(_ name: String, status: Int, body: JSONValue) throws -> [String] {
        let answer = JSONValue.object(["status": .number(JSONNumber(Int64(status))), "body": body])
        let disk = try PosixDisk(root: folder)
        let path = name + ".json"
        if getenv("TRADEHOUSE_GOLDEN").map({ String(cString: $0) }) == "write" {
            try disk.replace(path, with: Array(pretty(answer, indent: "").utf8) + [UInt8(ascii: "\n")])
            return []
        }
        guard let bytes = try disk.readAll(path, limitBytes: 1 << 20) else { return ["there is no golden file \(path)"] }
        return JSONComparison.differences(answer, try JSONParser.parse(bytes), at: path)
    }

    /// `GET /api/orders/orders/{id}/history` is kept in `get-orders-orders-id-history`.
    static func name(of route: String) -> String {
        var name = ""
        for character in route.replacing("/api/", with: "/").lowercased() {
            if character.isLetter || character.isNumber { name.append(character) } else if name.last != "-" { name.append("-") }
        }
        while name.last == "-" { name.removeLast() }
        return name
    }

    private static let folder: String = {
        var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        parts.removeLast(2)
        return parts.joined(separator: "/") + "/Fixtures/api"
    }()

    /// Indented, one member a line, short lists and objects in one.
    private static func pretty(_ value: JSONValue, indent: String) -> String {
        let flat = JSONShape.text(value)
        if flat.utf8.count + indent.utf8.count <= 100 { return flat }
        let inner = indent + "  "
        switch value {
        case .object(let object):
            let members = object.members.map { inner + JSONShape.text(.string($0.key)) + ": " + pretty($0.value, indent: inner) }
            return "{\n" + members.joined(separator: ",\n") + "\n" + indent + "}"
        case .array(let elements):
            return "[\n" + elements.map { inner + pretty($0, indent: inner) }.joined(separator: ",\n") + "\n" + indent + "]"
        default: return flat
        }
    }
}

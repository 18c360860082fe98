// One of a book's four files as somebody left it: its lines with or without a right checksum, numbered, and beside what the journal
// knows of them. The four together are `EditedBook`.

import Platform
import Trading
import Wire

/// A file that is read for what its lines say, not for whether they are proven.
struct EditedFile {
    struct Line {
        /// In the file, from 1.
        let place: Int
        /// Where the row stands in `text`.
        let range: Range<Int>
        let isSealed: Bool
        /// `n`, in meta `v`; nothing for an added line that has none.
        let number: Int64?
        let v: Int64?
    }

    let file: BookFile
    let path: String
    private(set) var header = BookHeader()
    private(set) var lines: [Line] = []
    /// The rows that count, one per line, without what people may write in another way.
    private(set) var text: [UInt8] = []

    /// Reads what stands there; every line that is not a row of its kind is a refusal.
    init(_ file: BookFile, _ bytes: [UInt8], path: String, _ found: inout BookEdits) throws(StorageFailure) {
        self.file = file
        self.path = path
        text.reserveCapacity(bytes.count)
        var place = 0
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            place += 1
            if place == 1 {
                try readHeader(Array(bytes[start..<end]), &found)
            } else {
                take(bytes[start..<end], place, &found)
            }
            start = end + 1
        }
        if place == 0 { found.refuse("\(path) is empty: its header is missing") }
        checkNumbers(&found)
    }

    private mutating func readHeader(_ line: [UInt8], _ found: inout BookEdits) throws(StorageFailure) {
        let read = BookFileText(file, line + [0x0A])
        if let version = read.newerVersion { throw .newerFormat(file: path, version: version) }
        guard let header = read.header else {
            return found.refuse("\(path):1: the header was changed or is missing; it cannot be edited, put it back as it was")
        }
        self.header = header
    }

    private mutating func take(_ line: ArraySlice<UInt8>, _ place: Int, _ found: inout BookEdits) {
        if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return }
        func refuse(_ why: String) { found.refuse("\(path):\(place): \(why)") }
        guard line.count <= SealedLine.limitBytes else { return refuse("longer than \(SealedLine.limitBytes) bytes") }
        let isSealed = line.withUnsafeBytes { SealedLine.check($0) != nil }
        var row: [UInt8]
        if isSealed {
            row = Array(line)
        } else {
            let limits = JSONLimits(depth: 4, stringBytes: SealedLine.limitBytes, bytes: SealedLine.limitBytes, members: 100)
            do {
                guard case .object(let object) = try JSONParser.parse(line, limits: limits) else { return refuse("not a JSON object") }
                row = JSONValue.object(object).encoded
            } catch {
                return refuse("not a row in JSON (\(error.reason.rawValue) at byte \(error.offset + 1))")
            }
            if let why = EditedRow.problem(of: row, file) { return refuse(why) }
        }
        let (number, v) = row.withUnsafeBytes { bytes in
            var reader = RowReader(bytes)
            let v = reader.int("v")
            return (file == .meta ? v : reader.int("n"), v)
        }
        if file == .meta, number == nil { return refuse("figures without their `v`") }
        let start = text.count
        text += row
        lines.append(Line(place: place, range: start..<text.count, isSealed: isSealed, number: number, v: v))
        text.append(0x0A)
    }

    /// Numbers come once and ascend; folded rows stand in the order of their orders.
    private func checkNumbers(_ found: inout BookEdits) {
        var seen: [Int64: Int] = [:]
        var last: (number: Int64, place: Int) = (0, 1)
        for line in lines {
            guard let number = line.number else { continue }
            let name = file == .meta ? "act" : "line number"
            if number < 1 {
                found.refuse("\(path):\(line.place): \(name) \(number) cannot be")
            } else if let first = seen[number] {
                found.refuse("\(path):\(line.place): \(name) \(number) stands in line \(first) already")
            } else if number > firstNumber, number < last.number {
                found.refuse("\(path):\(line.place): \(name) \(number) stands behind \(last.number) of line \(last.place)")
            } else if number > firstNumber {
                last = (number, line.place)
            }
            seen[number] = line.place
        }
    }

    /// Up to this number lines are folded.
    var firstNumber: Int64 { file == .meta ? header.baseV : header.baseN }

    func bytes(_ line: Line) -> ArraySlice<UInt8> { text[line.range] }

    /// Of meta: whether the last line names the record of the one before as its predecessor, as a copied line would not.
    var continuesItself: Bool {
        func sums(_ line: Line) -> (previous: UInt32?, own: UInt32?) {
            bytes(line).withUnsafeBytes { bytes in
                var row = RowReader(bytes)
                return (row.sum("pc"), row.sum("jc"))
            }
        }
        guard lines.count > 1 else { return true }
        let (before, last) = (sums(lines[lines.count - 2]), sums(lines[lines.count - 1]))
        return before.own != nil && before.own == last.previous
    }

    // MARK: Difference

    /// Compares with the lines that the journal has, by number, and with how many there must be.
    func compare(_ known: [Int64: [UInt8]], upTo expected: Int64, overridden: Set<Int>, _ found: inout BookEdits) {
        var present: [Int64] = []
        var places: [Int64: Int] = [:]
        var folded: Int64 = 0
        for line in lines {
            if let number = line.number {
                places[number] = line.place
                if number > firstNumber { present.append(number) } else { folded += 1 }
            }
            let original = line.number.flatMap { known[$0] }
            if line.isSealed, original.map({ Self.isSame($0, Array(bytes(line)), file) }) ?? true { continue }
            let isNew = line.number.map { $0 > expected } ?? true
            var edit = BookEdit(file: path, line: line.place, kind: isNew ? .added : .changed)
            edit.now = Self.shown(bytes(line))
            edit.isOverridden = overridden.contains(line.place)
            if let original, !isNew {
                edit.was = Self.shown(original[...])
                edit.members = Self.members(original[...], bytes(line), file)
            }
            found.add(edit)
        }
        for _ in 0..<max(0, header.rows - folded) {
            found.add(BookEdit(file: path, line: 1, kind: .removed))
        }
        var last = firstNumber
        for number in present.sorted() + [expected + 1] where number > last {
            if number > last + 1 { tellRemoved(last + 1...number - 1, behind: places[last] ?? 1, known, &found) }
            last = number
        }
    }

    private func tellRemoved(_ gap: ClosedRange<Int64>, behind place: Int, _ known: [Int64: [UInt8]], _ found: inout BookEdits) {
        var unknown: Int64?
        let told = gap.filter { known[$0] != nil }
        func tellUnknown(before number: Int64) {
            guard let first = unknown, first < number else { return }
            found.add(BookEdit(file: path, line: place, kind: .removed, numbers: first...number - 1))
        }
        unknown = gap.lowerBound
        for number in told {
            tellUnknown(before: number)
            found.add(BookEdit(file: path, line: place, kind: .removed, was: known[number].map { Self.shown($0[...]) }))
            unknown = number + 1
        }
        tellUnknown(before: gap.upperBound + 1)
    }

    /// The running sums of a meta line are not looked at where the one to compare with was made without them.
    private static func isSame(_ a: [UInt8], _ b: [UInt8], _ file: BookFile) -> Bool {
        file == .meta ? members(a[...], b[...], file).isEmpty : a == b
    }

    private static func members(_ was: ArraySlice<UInt8>, _ now: ArraySlice<UInt8>, _ file: BookFile) -> [BookEdit.Member] {
        let (before, after) = (object(was), object(now))
        let passed: Set<String> = file == .meta ? ["crc", "fc"] : ["crc"]
        var members: [BookEdit.Member] = []
        for (name, value) in before.members where !passed.contains(name) && after[name] != value {
            members.append(BookEdit.Member(name: name, was: text(value), now: after[name].map(text)))
        }
        for (name, value) in after.members where !passed.contains(name) && before[name] == nil {
            members.append(BookEdit.Member(name: name, was: nil, now: text(value)))
        }
        return members
    }

    private static func text(_ value: JSONValue) -> String { String(decoding: value.encoded, as: UTF8.self) }

    private static func shown(_ line: ArraySlice<UInt8>) -> String {
        var object = object(line)
        object["crc"] = nil
        return text(.object(object))
    }

    private static func object(_ line: ArraySlice<UInt8>) -> JSONObject {
        let limits = JSONLimits(stringBytes: SealedLine.limitBytes)
        do {
            return try JSONParser.parse(line, limits: limits).object ?? JSONObject()
        } catch {
            // Sealed by somebody who knew how, and no JSON: shown as the text that it is.
            return ["line": .string(String(decoding: line, as: UTF8.self))]
        }
    }
}

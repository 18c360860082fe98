// Documents out of mongoexport files: relaxed v2, canonical v2 and v1 strict, mixed as they come, one a line, spread over lines
// or in one array. The values are in ExtendedJSON+Value.swift; the binary form of the same is BSON.swift.

/// Reads a mongoexport file from chunks of any size.
///
/// Feed a chunk, take items until there are none, feed the next, and call `finish` after the last. No more than one document
/// is held, and no more of it than the limit.
///
/// What is between documents is treated kindly (blank lines, CRLF, a byte order mark, commas in an array), what is inside them
/// strictly. A line break inside a string, or a `{` in the first column inside a document, means that the document broke off:
/// it is reported and reading goes on with the next `{` in a first column, so one bad line costs itself only.
package struct ExtendedJSONReader: Sendable {
    private enum Phase {
        /// Between documents.
        case between
        /// Inside a document that is kept.
        case inside
        /// Inside a document over the limit: followed to its end, not kept.
        case oversized
        /// After a document that broke off: up to a `{` in the first column.
        case lost
        /// After bytes that begin no document: up to the end of the line.
        case garbage
    }

    private let limits: ExtendedLimits
    private let jsonLimits: JSONLimits
    private var chunk: [UInt8] = []
    private var cursor = 0
    /// The part of the present document that came with earlier chunks.
    private var kept: [UInt8] = []
    /// Where in `chunk` the present document begins or goes on.
    private var start = 0
    private var phase = Phase.between
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    private var isLineStart = true
    private var line = 1
    private var documentPosition = 1
    /// How many documents of an array have begun; nothing when the file is no array.
    private var arrayCount: Int?
    private var arrayHasEnded = false
    private var sawContent = false
    /// How many bytes of a byte order mark were passed over.
    private var markBytes = 0
    private var hasFinished = false

    package init(limits: ExtendedLimits = .init()) {
        self.limits = limits
        jsonLimits = JSONLimits(
            depth: limits.depth, stringBytes: limits.stringBytes, bytes: limits.documentBytes, members: limits.members)
    }

    /// Adds bytes; `next` must have returned nil before.
    package mutating func feed(_ bytes: [UInt8]) {
        precondition(cursor == chunk.count && !hasFinished, "A reader is fed when it has used up what it had.")
        chunk = bytes
        cursor = 0
        start = 0
    }

    /// Says that no more bytes will come; `next` may have one item more.
    package mutating func finish() { hasFinished = true }

    /// The next document or broken one, or nothing when more bytes are needed or the file has ended.
    package mutating func next() -> ExtendedItem? {
        while cursor < chunk.count {
            if let item = step() { return item }
        }
        if phase == .inside {
            kept.append(contentsOf: chunk[start...])
            if kept.count > limits.documentBytes { dropOversized() }
        }
        chunk = []
        cursor = 0
        start = 0
        return hasFinished ? lastItem() : nil
    }

    /// What an ended file leaves: the document it ends in, or an array without its end.
    private mutating func lastItem() -> ExtendedItem? {
        switch phase {
        case .inside, .oversized:
            phase = .between
            arrayCount = nil
            kept = []
            return .broken(.truncated, position: documentPosition)
        case .between, .lost, .garbage:
            guard let count = arrayCount, !arrayHasEnded else { return nil }
            arrayCount = nil
            return .broken(.truncated, position: count + 1)
        }
    }

    /// Takes bytes up to the next change of phase.
    private mutating func step() -> ExtendedItem? {
        switch phase {
        case .between: return stepBetween()
        case .inside, .oversized: return stepInside()
        case .lost:
            skipLost()
            return nil
        case .garbage:
            skipGarbage()
            return nil
        }
    }

    private mutating func stepBetween() -> ExtendedItem? {
        let byte = chunk[cursor]
        if !sawContent, markBytes < 3, byte == ExtendedJSONReader.byteOrderMark[markBytes] {
            markBytes += 1
            cursor += 1
            return nil
        }
        switch byte {
        case UInt8(ascii: "\n"):
            passLineEnd()
            return nil
        case 0x20, 0x09, 0x0D:
            isLineStart = false
            cursor += 1
            return nil
        case UInt8(ascii: "{") where !arrayHasEnded:
            begin()
            return nil
        case UInt8(ascii: "[") where !sawContent:
            arrayCount = 0
            sawContent = true
            isLineStart = false
            cursor += 1
            return nil
        case UInt8(ascii: ",") where arrayCount != nil && !arrayHasEnded:
            isLineStart = false
            cursor += 1
            return nil
        case UInt8(ascii: "]") where arrayCount != nil && !arrayHasEnded:
            arrayHasEnded = true
            cursor += 1
            return nil
        default:
            sawContent = true
            notePosition()
            phase = .garbage
            return .broken(.json, position: documentPosition)
        }
    }

    /// Passes over bytes that begin no document: to the end of the line, in an array to what may be the next document or the end.
    private mutating func skipGarbage() {
        while cursor < chunk.count {
            let byte = chunk[cursor]
            let isEnd =
                byte == UInt8(ascii: "\n")
                || (arrayCount != nil && !arrayHasEnded && (byte == UInt8(ascii: "{") || byte == UInt8(ascii: "]")))
            if isEnd {
                phase = .between
                return
            }
            cursor += 1
        }
    }

    private mutating func skipLost() {
        while cursor < chunk.count {
            let byte = chunk[cursor]
            if byte == UInt8(ascii: "\n") {
                passLineEnd()
            } else if byte == UInt8(ascii: "{"), isLineStart {
                phase = .between
                return
            } else {
                isLineStart = false
                cursor += 1
            }
        }
    }

    private mutating func stepInside() -> ExtendedItem? {
        var index = cursor
        let end = chunk.count
        scan: while index < end {
            let byte = chunk[index]
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                if byte == UInt8(ascii: "\n") {
                    cursor = index
                    passLineEnd()
                    return breakOff(into: .lost)
                }
                index += 1
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"):
                if isLineStart {
                    cursor = index
                    return breakOff(into: .between)
                }
                depth += 1
            case UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 {
                    isLineStart = false
                    cursor = index + 1
                    return complete()
                }
            case UInt8(ascii: "\n"):
                line += 1
                isLineStart = true
                index += 1
                continue scan
            default: break
            }
            isLineStart = false
            index += 1
        }
        cursor = end
        return nil
    }

    private mutating func begin() {
        sawContent = true
        notePosition()
        phase = .inside
        depth = 1
        isInString = false
        isEscaped = false
        isLineStart = false
        start = cursor
        cursor += 1
    }

    /// Numbers what begins here: its line, or its place in the array.
    private mutating func notePosition() {
        if let count = arrayCount {
            arrayCount = count + 1
            documentPosition = count + 1
        } else {
            documentPosition = line
        }
    }

    private mutating func passLineEnd() {
        line += 1
        isLineStart = true
        cursor += 1
    }

    private mutating func breakOff(into next: Phase) -> ExtendedItem {
        phase = next
        kept = []
        return .broken(.json, position: documentPosition)
    }

    private mutating func dropOversized() {
        phase = .oversized
        kept = []
    }

    /// The document that ends at `cursor`.
    private mutating func complete() -> ExtendedItem {
        let wasOversized = phase == .oversized
        phase = .between
        guard !wasOversized else { return .broken(.tooLong, position: documentPosition) }
        do {
            let value: JSONValue
            if kept.isEmpty {
                value = try JSONParser.parse(chunk[start..<cursor], limits: jsonLimits)
            } else {
                kept.append(contentsOf: chunk[start..<cursor])
                defer { kept = [] }
                value = try JSONParser.parse(kept, limits: jsonLimits)
            }
            return .document(try ExtendedJSON.document(value), position: documentPosition)
        } catch let error as JSONError {
            return .broken(ExtendedFault(error.reason), position: documentPosition)
        } catch {
            return .broken(.json, position: documentPosition)
        }
    }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
}

extension ExtendedFault {
    init(_ reason: JSONError.Reason) {
        switch reason {
        case .tooDeep: self = .tooDeep
        case .tooLong, .tooManyMembers: self = .tooLong
        case .duplicateKey: self = .duplicateKey
        case .invalidUTF8: self = .encoding
        case .unexpectedByte, .truncated, .invalidNumber, .invalidEscape, .trailingBytes: self = .json
        }
    }
}

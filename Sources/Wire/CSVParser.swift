// Tables as text by RFC 4180: brokers' instrument lists, recorded tapes and candles.

/// What a table may use at most; it may have any number of rows, as only one is held.
package struct CSVLimits: Sendable {
    /// One field, after quotes are resolved.
    package var fieldBytes: Int
    /// Fields of one row.
    package var fields: Int
    /// One row as it stands in the file, line ends within quotes included.
    package var lineBytes: Int

    package init(fieldBytes: Int = 65_536, fields: Int = 256, lineBytes: Int = 1 << 20) {
        self.fieldBytes = fieldBytes
        self.fields = fields
        self.lineBytes = lineBytes
    }
}

/// Why a table was not read further, and in which line.
package struct CSVError: Error, Equatable {
    package enum Reason: String, Sendable {
        case quoteInPlainField, textAfterQuote, quoteNotClosed, bareCarriageReturn, invalidUTF8
        case fieldTooLong, tooManyFields, lineTooLong
        case wrongFieldCount, repeatedColumn
    }

    package let reason: Reason
    /// The first line of the row, counted from 1.
    package let line: Int

    package init(reason: Reason, line: Int) {
        self.reason = reason
        self.line = line
    }
}

/// Rows of one table; resumable at any byte.
///
/// Lines end in LF or CRLF, the last one may lack it; a byte order mark at the start and empty lines are passed over. With a header every
/// row has as many fields as it. After an error every call throws the same one again.
package struct CSVParser: ByteFeed, Sendable {
    private enum State: Sendable {
        case fieldStart, plain, quoted
        /// After a quote within a quoted field: its end, or the first half of a doubled one.
        case quoteSeen
        case carriageReturn
    }

    package let limits: CSVLimits
    /// The names of the columns, once the first row has come in; nothing for a table without them.
    package private(set) var header: [String]?
    /// The line the row given last began in, counted from 1.
    package private(set) var line = 1

    private let hasHeader: Bool
    private var queue = ByteQueue()
    private var state = State.fieldStart
    private var isPastMark = false
    private var field: [UInt8] = []
    private var row: [String] = []
    private var rowBytes = 0
    private var linesEnded = 0
    private var rowLine = 1
    private var failure: CSVError?

    package init(hasHeader: Bool = true, limits: CSVLimits = .init()) {
        self.hasHeader = hasHeader
        self.limits = limits
    }

    package mutating func feed(_ bytes: Span<UInt8>) {
        if failure == nil { queue.append(bytes) }
    }

    /// The place of a column in each row; nothing before the header was read or without such a column.
    package func column(_ name: String) -> Int? { header?.firstIndex(of: name) }

    /// The next whole row; nothing until its line end has come in.
    package mutating func next() throws(CSVError) -> [String]? {
        try guarded { parser throws(CSVError) in try parser.rows(atEnd: false) }
    }

    /// The next row when nothing more will come; to be called until it gives nothing.
    package mutating func finish() throws(CSVError) -> [String]? {
        try guarded { parser throws(CSVError) in try parser.rows(atEnd: true) }
    }

    private mutating func guarded(_ body: (inout CSVParser) throws(CSVError) -> [String]?) throws(CSVError) -> [String]? {
        if let failure { throw failure }
        do {
            return try body(&self)
        } catch {
            failure = error
            queue = ByteQueue()
            throw error
        }
    }

    private mutating func rows(atEnd: Bool) throws(CSVError) -> [String]? {
        while let fields = try fields(atEnd: atEnd) {
            line = rowLine
            if hasHeader && header == nil {
                guard Set(fields).count == fields.count else { throw failure(.repeatedColumn) }
                header = fields
            } else {
                if let header, fields.count != header.count { throw failure(.wrongFieldCount) }
                return fields
            }
        }
        return nil
    }

    private func failure(_ reason: CSVError.Reason) -> CSVError { CSVError(reason: reason, line: rowLine) }

    /// The fields of the next line that is not empty.
    private mutating func fields(atEnd: Bool) throws(CSVError) -> [String]? {
        if !isPastMark {
            guard skipMark(atEnd: atEnd) else { return nil }
        }
        while !queue.isEmpty {
            if rowBytes == 0 { rowLine = linesEnded + 1 }
            switch state {
            case .plain: try takeRun { $0 != UInt8(ascii: ",") && $0 != 0x0A && $0 != 0x0D && $0 != UInt8(ascii: "\"") }
            case .quoted: try takeRun { $0 != UInt8(ascii: "\"") }
            default: break
            }
            guard !queue.isEmpty else { break }
            let byte = queue[0]
            queue.drop(1)
            rowBytes += 1
            guard rowBytes <= limits.lineBytes else { throw failure(.lineTooLong) }
            if byte == 0x0A { linesEnded += 1 }
            if try take(byte), let row = try endRow() { return row }
        }
        return atEnd ? try lastRow() : nil
    }

    /// Moves bytes that only lengthen the field.
    private mutating func takeRun(while belongs: (UInt8) -> Bool) throws(CSVError) {
        var count = 0
        while count < queue.count, belongs(queue[count]) {
            // One byte past either limit is enough to know.
            guard field.count + count < limits.fieldBytes else { throw failure(.fieldTooLong) }
            guard rowBytes + count < limits.lineBytes else { throw failure(.lineTooLong) }
            if queue[count] == 0x0A { linesEnded += 1 }
            count += 1
        }
        rowBytes += queue.move(atMost: count, to: &field)
    }

    /// Takes a byte that may change the state; true when it ended the line.
    private mutating func take(_ byte: UInt8) throws(CSVError) -> Bool {
        switch (state, byte) {
        case (.carriageReturn, 0x0A): return true
        case (.carriageReturn, _): throw failure(.bareCarriageReturn)
        case (.quoted, _):  // only a quote is left by the run
            state = .quoteSeen
        case (.quoteSeen, UInt8(ascii: "\"")):
            try append(byte)
            state = .quoted
        case (_, UInt8(ascii: ",")):
            try endField()
            state = .fieldStart
        case (_, 0x0A): return true
        case (_, 0x0D): state = .carriageReturn
        case (.fieldStart, UInt8(ascii: "\"")): state = .quoted
        case (.quoteSeen, _): throw failure(.textAfterQuote)
        case (_, UInt8(ascii: "\"")): throw failure(.quoteInPlainField)
        default:
            try append(byte)
            state = .plain
        }
        return false
    }

    private mutating func append(_ byte: UInt8) throws(CSVError) {
        guard field.count < limits.fieldBytes else { throw failure(.fieldTooLong) }
        field.append(byte)
    }

    private mutating func endField() throws(CSVError) {
        guard row.count < limits.fields else { throw failure(.tooManyFields) }
        guard let text = String(validating: field, as: UTF8.self) else { throw failure(.invalidUTF8) }
        row.append(text)
        field.removeAll(keepingCapacity: true)
    }

    /// The row that the line end completes; nothing for an empty line, which holds no more than its end.
    private mutating func endRow() throws(CSVError) -> [String]? {
        let isEmptyLine = row.isEmpty && field.isEmpty && rowBytes == (state == .carriageReturn ? 2 : 1)
        rowBytes = 0
        state = .fieldStart
        if isEmptyLine { return nil }
        try endField()
        defer { row = [] }
        return row
    }

    /// The row of a last line without a line end.
    private mutating func lastRow() throws(CSVError) -> [String]? {
        switch state {
        case .quoted: throw failure(.quoteNotClosed)
        case .carriageReturn: throw failure(.bareCarriageReturn)
        default: break
        }
        guard rowBytes > 0 else { return nil }
        rowBytes = 0
        state = .fieldStart
        try endField()
        defer { row = [] }
        return row
    }

    /// Passes over a byte order mark; false while it cannot be told whether there is one.
    private mutating func skipMark(atEnd: Bool) -> Bool {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let known = min(queue.count, 3)
        if queue.prefix(known).elementsEqual(mark[..<known]) {
            if known < 3 && !atEnd { return false }
            if known == 3 { queue.drop(3) }
        }
        isPastMark = true
        return true
    }
}

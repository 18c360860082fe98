// What a walk found: what its files must become, and the state that the accepted lines tell of. How it found that is `BookWalk`.

import Platform
import Trading

extension BookWalk {
    enum Repair: Equatable {
        case none
        case append([UInt8])
        case rewrite
    }

    func repair(of file: BookFile) -> Repair {
        let index = file.rawValue
        if isBroken[index] || texts[index].header == nil || texts[index].isBeside { return .rewrite }
        return added[index].isEmpty ? .none : .append(added[index])
    }

    /// The file as it must be.
    func content(of file: BookFile) -> [UInt8] {
        let index = file.rawValue
        let text = texts[index]
        if file == .meta, let installedMetaHeader { return installedMetaHeader + added[index] }
        guard text.header != nil else { return BookHeader(generation: chain.generation).line(file, of: key) + added[index] }
        return Array(text.bytes[..<keptEnd[index]]) + added[index]
    }

    /// When the newest act that counts was stored: the time of its meta line.
    var lastActAt: Timestamp? {
        let index = BookFile.meta.rawValue
        func time(_ bytes: [UInt8], _ range: Range<Int>) -> Timestamp? {
            bytes.withUnsafeBytes { bytes in
                var row = RowReader(UnsafeRawBufferPointer(rebasing: bytes[range]))
                return row.time("t")
            }
        }
        if addedLines[index] > 0 {
            let last = added[index].dropLast()
            let start = last.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
            return time(added[index], start..<last.endIndex)
        }
        guard keptLines[index] > 0 else { return nil }
        let line = texts[index].lines[keptLines[index] - 1]
        return time(texts[index].bytes, line.start..<line.end)
    }

    /// The state at the end of the walk; nil when nothing ever happened.
    func snapshot() throws(StorageFailure) -> PaperSnapshot? {
        guard chain.v > 0 else { return nil }
        guard let snapshot = try readRows().snapshot else { throw quarantine("\(key.path(.meta)) has no figures") }
        return snapshot
    }

    /// All epochs that the files still tell of, oldest first; nil when nothing ever happened.
    func history() throws(StorageFailure) -> PaperHistory? {
        guard chain.v > 0 else { return nil }
        let reader = try readRows()
        var figures: [(openedAt: Timestamp?, meta: BookMeta)] = []
        let decoder = PaperBooks.Decoder()
        func take(_ line: UnsafeRawBufferPointer, isBase: Bool) {
            var row = RowReader(line)
            let at = row.time("t")
            guard let meta = decoder.meta(&row) else { return }
            if figures.last?.meta.epoch == meta.epoch {
                figures[figures.count - 1].meta = meta
            } else {
                // A line that stands for many acts does not tell when the first of them was.
                figures.append((isBase ? nil : at, meta))
            }
        }
        let index = BookFile.meta.rawValue
        let base = header(.meta).baseV
        texts[index].bytes.withUnsafeBytes { bytes in
            for line in texts[index].lines.prefix(keptLines[index]) {
                take(UnsafeRawBufferPointer(rebasing: bytes[line.start..<line.end]), isBase: base > 1 && line.v == base)
            }
        }
        added[index].withUnsafeBytes { bytes in
            var start = 0
            while start < bytes.count {
                let end = LineStream.lineFeed(in: bytes, from: start) ?? bytes.count
                take(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), isBase: false)
                start = end + 1
            }
        }
        guard let last = figures.last?.meta.epoch else { throw quarantine("\(key.path(.meta)) has no figures") }
        let told = Set(figures.map(\.meta.epoch))
        return PaperHistory(
            epochs: figures.map { PaperEpoch(openedAt: $0.openedAt, book: reader.book($0.meta), isOver: $0.meta.epoch != last) },
            foldedEpochs: reader.epochs.subtracting(told).sorted())
    }

    /// The rows of every accepted line.
    private func readRows() throws(StorageFailure) -> BookStateReader {
        var reader = BookStateReader()
        for file in BookFile.allCases {
            let index = file.rawValue
            let text = texts[index]
            var sources = text.archives.map(\.bytes)
            for (source, archive) in text.archives.enumerated() {
                let isRead = archive.bytes.withUnsafeBytes { bytes in
                    archive.lines.allSatisfy { reader.take(file, bytes, $0.start..<$0.end, from: source) }
                }
                guard isRead else { throw quarantine("a row of \(key.archivePath(file, archive.header.part)) cannot be read") }
            }
            let isRead = text.bytes.withUnsafeBytes { bytes in
                text.lines.prefix(keptLines[index]).allSatisfy { reader.take(file, bytes, $0.start..<$0.end, from: sources.count) }
            }
            let isAdded = added[index].withUnsafeBytes { bytes in
                var start = 0
                while start < bytes.count {
                    let end = LineStream.lineFeed(in: bytes, from: start) ?? bytes.count
                    guard reader.take(file, bytes, start..<end, from: sources.count + 1) else { return false }
                    start = end + 1
                }
                return true
            }
            sources += [text.bytes, added[index]]
            guard isRead, isAdded, reader.finish(file, sources) else {
                throw quarantine("a row of \(key.path(file)) cannot be read")
            }
        }
        return reader
    }
}

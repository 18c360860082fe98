// Ways to hand bytes to a resumable parser: whole, one at a time, and cut in two at every place. A parser must say the same each time.

import Testing
import Wire

/// Each scalar below 256 is one byte, so that a test can write any byte in a literal.
func latin1(_ text: String) -> [UInt8] {
    text.unicodeScalars.map { UInt8($0.value) }
}

/// `bytes` in pieces of `size`, the last one shorter.
func pieces(of bytes: [UInt8], size: Int) -> [ArraySlice<UInt8>] {
    stride(from: 0, to: bytes.count, by: size).map { bytes[$0..<min($0 + size, bytes.count)] }
}

/// Runs `verdict` over the bytes whole, byte by byte and cut in two everywhere, expects the same each time, and gives it.
func verdictOverAllCuts(
    _ bytes: [UInt8], _ sourceLocation: SourceLocation = #_sourceLocation, verdict: ([ArraySlice<UInt8>]) -> String
) -> String {
    let whole = verdict([bytes[...]])
    #expect(verdict(pieces(of: bytes, size: 1)) == whole, "byte by byte", sourceLocation: sourceLocation)
    // Long inputs are cut at a bounded number of places, spread evenly, and near both ends.
    let step = max(1, bytes.count / 300)
    let cuts = Set(stride(from: 0, through: bytes.count, by: step)).union([1, bytes.count - 1].filter { (0...bytes.count).contains($0) })
    for cut in cuts.sorted() {
        let said = verdict([bytes[..<cut], bytes[cut...]])
        #expect(said == whole, "cut after byte \(cut)", sourceLocation: sourceLocation)
    }
    return whole
}

// The owner's rule pack on disk. What its text means is `RulePack`'s business.

import Platform
import Trading

enum RulesFile {
    /// The built-in pack with the file's lines over it; without a name the built-in pack alone.
    static func read(_ path: String) throws -> RulePack {
        guard !path.isEmpty else { return .builtIn }
        let bytes: [UInt8]
        do {
            bytes = try WholeFile.read(path, limitBytes: RulePack.textLimitBytes)
        } catch {
            throw UsageProblem("The rule pack \(path) cannot be read: \(error).")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw UsageProblem("The rule pack \(path) is not UTF-8 text.") }
        do {
            return try RulePack.builtIn.overlaid(with: text)
        } catch {
            throw UsageProblem("The rule pack \(path), \(error).")
        }
    }
}

// What a command was asked for, and the sentence when it cannot be understood.

/// Wrong flags, settings or arguments; ends with exit code 2.
struct UsageProblem: Error {
    let text: String
    init(_ text: String) { self.text = text }
}

/// The flags of a command: `--name value`, `--name=value`, `--flag`, and what is none.
struct Flags {
    private(set) var values: [(name: String, value: String)] = []
    private(set) var rest: [String] = []

    /// Sorts arguments by the names that take a value and those that do not; an unknown one is refused.
    init(_ arguments: [String], taking named: [String], plain: [String] = []) throws {
        var index = 0
        while index < arguments.count {
            let argument = arguments[index]
            index += 1
            guard argument.hasPrefix("--") else {
                rest.append(argument)
                continue
            }
            let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let name = parts[0]
            if plain.contains(name) || name == "help" {
                guard parts.count == 1 else { throw UsageProblem("`--\(name)` takes no value.") }
                values.append((name, ""))
            } else if named.contains(name) {
                if parts.count == 2 {
                    values.append((name, parts[1]))
                } else {
                    guard index < arguments.count else { throw UsageProblem("`--\(name)` needs a value.") }
                    values.append((name, arguments[index]))
                    index += 1
                }
            } else {
                throw UsageProblem("There is no option `--\(name)` here. `--help` lists them.")
            }
        }
    }

    func has(_ name: String) -> Bool { values.contains { $0.name == name } }
    func value(_ name: String) -> String? { values.last { $0.name == name }?.value }
    func all(_ name: String) -> [String] { values.filter { $0.name == name }.map(\.value) }

    func required(_ name: String) throws -> String {
        guard let value = value(name) else { throw UsageProblem("`--\(name)` is missing.") }
        return value
    }

    /// The one argument that is no flag; `what` names it in the sentence when it is missing.
    func only(_ what: String) throws -> String {
        guard let first = rest.first else { throw UsageProblem("Name \(what).") }
        guard rest.count == 1 else { throw UsageProblem("`\(rest[1])` is not expected here.") }
        return first
    }

    func refuseRest() throws {
        if let first = rest.first { throw UsageProblem("`\(first)` is not expected here.") }
    }
}

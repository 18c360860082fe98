// How each API family dresses answers and errors. A route list names its dialect once; handlers throw what happened, and only here
// it gets its clothes. Which status code an error has is decided in `ErrorResponses`.

import Trading
import Wire

/// The families of clients.
package enum Dialect: Sendable {
    /// `{status:"success", …}` with `{detail}` errors; bad input is a list of `{type, loc, msg, input}`, status 422.
    case legacy
    /// As legacy, but errors carry a stable `error` code and the `field`, and unknown fields are refused.
    case native
    /// `{ok:true, …}` with `{ok:false, error, message}`.
    case auth
}

extension Dialect {
    /// The body of an error that has a code and a sentence.
    func errorBody(code: String, text: String, field: String? = nil, extra: (inout JSONWriter) -> Void = { _ in }) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        switch self {
        case .legacy:
            json.member("detail", text)
        case .native:
            json.member("detail", text)
            json.member("error", code)
            if let field { json.member("field", field) }
        case .auth:
            json.member("ok", false)
            json.member("error", code)
            json.member("message", text)
            if let field { json.member("field", field) }
        }
        extra(&json)
        json.endObject()
        return json.bytes
    }

    /// The body for input that is malformed.
    func problemBody(_ problem: FieldProblem) -> [UInt8] {
        switch self {
        case .native, .auth: return errorBody(code: problem.code, text: problem.text, field: problem.field.isEmpty ? nil : problem.field)
        case .legacy:
            var json = JSONWriter()
            json.beginObject()
            json.array("detail") { json in
                json.beginObject()
                let legacy = problem.legacyForm
                json.member("type", legacy.type)
                json.array("loc") { json in
                    json.string(problem.place.rawValue)
                    if case .notJSON(let offset, _) = problem.kind {
                        json.int(offset)
                    } else if !problem.field.isEmpty {
                        json.string(problem.field)
                    }
                }
                json.member("msg", legacy.message)
                json.key("input")
                if case .missing = problem.kind { json.null() } else { json.value(problem.input) }
                json.endObject()
            }
            json.endObject()
            return json.bytes
        }
    }
}

extension FieldProblem {
    /// The stable code for machines.
    var code: String {
        switch kind {
        case .missing: "missing_field"
        case .notText, .notInteger, .notNumber, .notBool, .notList, .notAnObject: "wrong_type"
        case .fractional: "not_whole"
        case .notPositive: "not_positive"
        case .notOneOf: "not_allowed"
        case .tooLong: "too_long"
        case .tooLarge: "too_large"
        case .notAnIdentifier, .notPrintable: "malformed"
        case .unknown: "unknown_field"
        case .notJSON: "not_json"
        case .rule(let code, _): code
        }
    }

    /// What is wrong and what to do, in one sentence.
    var text: String {
        switch kind {
        case .missing: "`\(field)` is missing. Send it in the \(place.rawValue)."
        case .notText: "`\(field)` must be a text."
        case .notPrintable: "`\(field)` holds characters that do not show. Type it anew."
        case .notInteger: "`\(field)` must be a whole number."
        case .fractional: "`\(field)` must be a whole number, without a fraction."
        case .notNumber: "`\(field)` must be a number with at most eight decimals."
        case .notBool: "`\(field)` must be true or false."
        case .notList: "`\(field)` must be a list."
        case .notPositive: "`\(field)` must be above 0."
        case .notOneOf(let words): "`\(field)` must be one of \(words.joined(separator: ", "))."
        case .tooLong(let limit): "`\(field)` is too long: at most \(limit) are taken."
        case .tooLarge(let limit): "`\(field)` is too large: at most \(limit)."
        case .notAnIdentifier(let what): "`\(field)` is not \(what)."
        case .unknown: "`\(field)` is not a field of this request. Leave it out or check its spelling."
        case .notAnObject: "The body must be a JSON object."
        case .notJSON(let offset, let reason): "The body is not JSON (\(reason) at byte \(offset))."
        case .rule(_, let text): text
        }
    }

    /// The `type` and `msg` that old clients know.
    fileprivate var legacyForm: (type: String, message: String) {
        switch kind {
        case .missing: ("missing", "Field required")
        case .notText: ("string_type", "Input should be a valid string")
        case .notPrintable: ("value_error", "Value error, characters that do not show")
        case .notInteger:
            input.string == nil
                ? ("int_type", "Input should be a valid integer")
                : ("int_parsing", "Input should be a valid integer, unable to parse string as an integer")
        case .fractional: ("int_from_float", "Input should be a valid integer, got a number with a fractional part")
        // A quantity was a whole number to the clients of this dialect.
        case .notNumber where field == "quantity":
            input.string == nil
                ? ("int_type", "Input should be a valid integer")
                : ("int_parsing", "Input should be a valid integer, unable to parse string as an integer")
        case .notNumber:
            input.string == nil
                ? ("float_type", "Input should be a valid number")
                : ("float_parsing", "Input should be a valid number, unable to parse string as a number")
        case .notBool: ("bool_parsing", "Input should be a valid boolean, unable to interpret input")
        case .notList: ("list_type", "Input should be a valid list")
        case .notPositive: ("greater_than", "Input should be greater than 0")
        case .notOneOf(let words):
            ("literal_error", "Input should be " + Dialect.alternatives(words))
        case .tooLong(let limit): ("string_too_long", "String should have at most \(limit) characters")
        case .tooLarge: ("int_parsing_size", "Unable to parse input string as an integer, exceeded maximum size")
        case .notAnIdentifier(let what): ("value_error", "Value error, not \(what)")
        case .unknown: ("extra_forbidden", "Extra inputs are not permitted")
        case .notAnObject:
            ("model_attributes_type", "Input should be a valid dictionary or object to extract fields from")
        case .notJSON: ("json_invalid", "JSON decode error")
        case .rule(_, let text): ("value_error", text)
        }
    }
}

extension Dialect {
    /// `'BUY' or 'SELL'`, `'A', 'B' or 'C'`.
    static func alternatives(_ words: [String]) -> String {
        let quoted = words.map { "'\($0)'" }
        guard quoted.count > 1, let last = quoted.last else { return quoted.joined() }
        return quoted.dropLast().joined(separator: ", ") + " or " + last
    }
}

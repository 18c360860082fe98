// Which path goes to which handler. The table is a list read top to bottom; each area's routes are one list in `Routes/`.

import House
import Trading
import Wire

/// Who may ask.
package enum Access: Sendable {
    /// Anybody, without a token.
    case anyone
    case trader
    /// Owner or admin.
    case admin
}

/// What counts against which budget (decision on limits: writes, and all of some areas, are acts).
package enum Meter: Sendable {
    case none
    case read
    case act
}

package typealias Handler = @Sendable (isolated Tradehouse, Call) async throws -> Reply

/// One line of the table.
package struct Route: Sendable {
    package let method: HTTPMethod
    /// `/api/orders/{id}`: a segment in braces takes any one segment.
    package let pattern: String
    package let access: Access
    package let dialect: Dialect
    package let meter: Meter
    let handler: Handler

    init(_ method: HTTPMethod, _ pattern: String, _ access: Access, _ dialect: Dialect, meter: Meter? = nil, _ handler: @escaping Handler) {
        self.method = method
        self.pattern = pattern
        self.access = access
        self.dialect = dialect
        self.meter = meter ?? (access == .anyone ? .none : method == .get ? .read : .act)
        self.handler = handler
    }
}

/// All routes, found by path in time that does not grow with their number of parameters.
package struct RouteTable: Sendable {
    package let routes: [Route]
    private var root = Node()

    /// One segment of the tree of paths.
    private final class Node: Sendable {
        let fixed: [String: Node]
        let variable: Node?
        /// Indexes into `routes`, by method name.
        let ends: [String: Int]

        init(fixed: [String: Node] = [:], variable: Node? = nil, ends: [String: Int] = [:]) {
            self.fixed = fixed
            self.variable = variable
            self.ends = ends
        }
    }

    package enum Match {
        case route(Route, parameters: [String])
        /// The path exists with these methods.
        case otherMethods([String])
        case nothing
    }

    package init(_ routes: [Route]) {
        self.routes = routes
        root = RouteTable.build(
            routes.enumerated().map { (index, route) in (RouteTable.segments(route.pattern), route.method.name, index) })
    }

    private static func build(_ entries: [(segments: [String], method: String, index: Int)]) -> Node {
        var ends: [String: Int] = [:]
        var fixed: [String: [(segments: [String], method: String, index: Int)]] = [:]
        var variable: [(segments: [String], method: String, index: Int)] = []
        for entry in entries {
            guard let first = entry.segments.first else {
                precondition(ends[entry.method] == nil, "A route is listed twice.")
                ends[entry.method] = entry.index
                continue
            }
            let rest = (Array(entry.segments.dropFirst()), entry.method, entry.index)
            if first.hasPrefix("{") { variable.append(rest) } else { fixed[first, default: []].append(rest) }
        }
        return Node(fixed: fixed.mapValues(build), variable: variable.isEmpty ? nil : build(variable), ends: ends)
    }

    /// Finds the route of a path whose segments are still percent-encoded; nil parameters when one cannot be decoded.
    package func match(_ method: HTTPMethod, _ path: String) -> Match {
        var parameters: [String] = []
        let segments = RouteTable.segments(path)
        guard let node = RouteTable.descend(root, segments[...], &parameters) else { return .nothing }
        // HEAD is answered by the route of GET; the server leaves the body out.
        let name = method == .head && node.ends["HEAD"] == nil ? "GET" : method.name
        if let index = node.ends[name] { return .route(routes[index], parameters: parameters) }
        return .otherMethods(node.ends.keys.sorted())
    }

    private static func descend(_ node: Node, _ segments: ArraySlice<String>, _ parameters: inout [String]) -> Node? {
        guard let first = segments.first else { return node.ends.isEmpty ? nil : node }
        if let next = node.fixed[first], let found = descend(next, segments.dropFirst(), &parameters) { return found }
        guard let next = node.variable, !first.isEmpty, let value = URLText.decode(first, plusIsSpace: false) else { return nil }
        parameters.append(value)
        if let found = descend(next, segments.dropFirst(), &parameters) { return found }
        parameters.removeLast()
        return nil
    }

    /// `/api/orders/` has the segments `api`, `orders` and an empty one: a slash at the end is another path.
    private static func segments(_ path: String) -> [String] {
        path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { String($0)! }
    }
}

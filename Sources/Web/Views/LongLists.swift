// Lists that old clients take whole, however long: written in pieces with a turn for others in between, so that one user's past does
// not lengthen another user's wait.

import House
import Wire

enum LongLists {
    /// Elements written in one turn.
    static let piece = 1_000

    static func write<Element>(
        _ elements: some Collection<Element>, _ json: inout JSONWriter, _ house: isolated Tradehouse,
        _ write: (Element, inout JSONWriter) -> Void
    ) async throws {
        var left = piece
        for element in elements {
            if left == 0 {
                try await house.world.sleep(.zero)
                left = piece
            }
            left -= 1
            write(element, &json)
        }
    }
}

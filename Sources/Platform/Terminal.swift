// What a command says to the person who ran it: answers on standard output, one sentence on standard error when it fails.

import CPlatform
import Glibc

/// The three standard streams, the environment, and the way out.
package enum Terminal {
    package static func print(_ line: String) { write(line + "\n", to: 1) }

    package static func complain(_ sentence: String) { write("tradehouse: " + sentence + "\n", to: 2) }

    /// Whether somebody watches standard error.
    package static var isInteractive: Bool { isatty(2) == 1 }

    /// Rewrites the current line of standard error, for progress; only on a terminal.
    package static func progress(_ text: String) {
        guard isatty(2) == 1 else { return }
        write("\r\u{1B}[K" + text, to: 2)
    }

    package static func endProgress() {
        guard isatty(2) == 1 else { return }
        write("\r\u{1B}[K", to: 2)
    }

    package static func exit(_ code: Int32) -> Never { Glibc.exit(code) }

    /// One line of standard input without its line feed; nil at the end.
    package static func readLine() -> String? { Swift.readLine(strippingNewline: true) }

    /// Names in the environment that begin so, sorted.
    package static func environmentNames(beginningWith prefix: String) -> [String] {
        var names: [String] = []
        var at = Glibc.environ
        while let entry = at.pointee {
            let name = String(cString: entry).prefix { $0 != "=" }
            if name.hasPrefix(prefix) { names.append(String(name)) }
            at += 1
        }
        return names.sorted()
    }

    package static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            // Nobody reads any more; there is no other way to say so.
            guard written > 0 else { return }
            bytes = bytes.dropFirst(written)
        }
    }
}

/// What the process is to the system.
package enum ProcessFacts {
    package static var id: Int32 { getpid() }

    /// The wall clock, for commands that have no loop to ask.
    package static var wallMicroseconds: Int64 { cp_wall_microseconds() }
}

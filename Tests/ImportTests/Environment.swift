// The environment of the test process, read without Foundation.

import Glibc

enum Environment {
    static func value(_ name: String) -> String? {
        guard let text = getenv(name) else { return nil }
        return String(cString: text)
    }
}

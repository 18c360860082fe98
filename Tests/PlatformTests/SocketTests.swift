// Addresses, listening and the descriptor limit.

import Testing

@testable import Platform

@Suite struct `Listen addresses` {
    @Test(arguments: [
        ("127.0.0.1:8000", "127.0.0.1", UInt16(8_000), true), ("[::1]:8000", "::1", 8_000, true), (":8000", "", 8_000, false),
        ("localhost:0", "127.0.0.1", 0, true), ("0.0.0.0:65535", "0.0.0.0", 65_535, false), ("[::]:80", "::", 80, false),
    ])
    func `good ones are read`(text: String, host: String, port: UInt16, isLoopback: Bool) throws {
        let address = try #require(ListenAddress(text))
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.isLoopback == isLoopback)
        #expect(ListenAddress(address.description) == address)
    }

    @Test(arguments: [
        "", ":", "8000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1", "127.0.0.1:80 ", "::1:80",
        "[::1]", "[::1]80", "[]:80", "[127.0.0.1]:80", "example.com:80", "1.2.3:80", "1.2.3.4.5:80", "127.0.0.1:080000", "a\0b:80",
    ])
    func `bad ones are not`(text: String) {
        #expect(ListenAddress(text) == nil)
    }
}

@Suite struct `Listening sockets` {
    @Test func `a second one on the same port fails and names the address`() throws {
        let first = try ListeningSocket(try #require(ListenAddress("127.0.0.1:0")))
        let address = first.boundAddress
        #expect(address.port != 0)
        do {
            _ = try ListeningSocket(address)
            Issue.record("two sockets listen on \(address)")
        } catch {
            #expect(error.description == "could not listen on \(address): another program already listens there")
        }
    }

    @Test func `an address of another machine is refused in words`() throws {
        do {
            _ = try ListeningSocket(try #require(ListenAddress("192.0.2.1:0")))
            Issue.record("it listens on a documentation address")
        } catch let failure as PlatformFailure {
            #expect(failure.description == "could not listen on 192.0.2.1:0: Cannot assign requested address")
            #expect(failure.code > 0)
        }
    }

    @Test func `nobody waits at a fresh one`() throws {
        let socket = try ListeningSocket(try #require(ListenAddress(":0")))
        switch socket.accept() {
        case .none: break
        case .connection(_, let peer): Issue.record("\(peer.text) was there")
        case .failed(let failure): Issue.record("\(failure)")
        }
    }
}

@Suite struct `The limit of descriptors` {
    @Test func `the soft limit is raised to the hard one`() throws {
        let limit = try DescriptorLimit.raise()
        #expect(limit.soft == limit.hard)
        #expect(limit.soft >= 256)
    }
}

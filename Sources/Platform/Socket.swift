// Non-blocking TCP sockets with one owner each: dropping the value closes the descriptor.

import CPlatform
import Glibc

/// What a non-blocking read or write did.
package enum Transfer: Equatable, Sendable {
    case moved(Int)
    /// Nothing now; the loop reports when there is.
    case wouldBlock
    /// The peer has ended its side.
    case ended
    /// The connection is gone; the system's error number.
    case failed(Int32)
}

/// A connected socket.
package struct Socket: ~Copyable {
    package let descriptor: Int32

    deinit {
        // Nothing is lost by a failing close of a socket, and the descriptor is gone either way.
        _ = cp_close(descriptor)
    }

    /// Reads what is there, up to the buffer's size.
    package func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
        let moved = cp_receive(descriptor, buffer.baseAddress, buffer.count)
        if moved > 0 { return .moved(moved) }
        return moved == 0 ? .ended : Self.refusal(moved)
    }

    /// Writes what fits. `more` tells the system that the next bytes follow at once, so that they may share a packet.
    package func send(_ bytes: UnsafeRawBufferPointer, more: Bool = false) -> Transfer {
        let moved = cp_send(descriptor, bytes.baseAddress, bytes.count, more ? 1 : 0)
        return moved >= 0 ? .moved(moved) : Self.refusal(moved)
    }

    /// Tells the peer that nothing follows; what it still sends can be read.
    package func endSending() {
        // Fails only when the peer has already gone, which the next read tells.
        _ = cp_shutdown_send(descriptor)
    }

    private static func refusal(_ result: Int) -> Transfer {
        let code = Int32(-result)
        return code == EAGAIN || code == EWOULDBLOCK ? .wouldBlock : .failed(code)
    }
}

/// What a listening socket had.
package enum Acceptance: ~Copyable {
    case connection(Socket, from: PeerAddress)
    /// Nobody waits.
    case none
    /// The system could not hand one over now: no descriptors or no memory.
    case failed(PlatformFailure)
}

/// A socket that accepts connections.
package struct ListeningSocket: ~Copyable {
    package let descriptor: Int32
    /// Where it really listens: the port the system chose, when 0 was asked for.
    package let boundAddress: ListenAddress

    /// Listens on the address. Another server there, a foreign address or a forbidden port is a failure that names the address.
    package init(_ address: ListenAddress, backlog: Int = 4_096) throws(PlatformFailure) {
        var made: Int32 = -EAFNOSUPPORT
        for candidate in address.candidates where made == -EAFNOSUPPORT || made == -EADDRNOTAVAIL {
            var system = candidate.address
            made = cp_listen(&system, Int32(backlog), candidate.bothFamilies ? 1 : 0)
        }
        if made == -EADDRINUSE {
            throw PlatformFailure("listen on \(address)", because: "another program already listens there", code: made)
        }
        guard made >= 0 else { throw PlatformFailure("listen on \(address)", code: made) }
        var bound = cp_address()
        let result = cp_bound_address(made, &bound)
        guard result == 0 else {
            _ = cp_close(made)
            throw PlatformFailure("find the address of the socket on \(address)", code: result)
        }
        descriptor = made
        boundAddress = ListenAddress(host: address.host, port: bound.port)
    }

    deinit {
        _ = cp_close(descriptor)
    }

    /// Takes one waiting connection, if there is one.
    package func accept() -> Acceptance {
        var peer = cp_address()
        let made = cp_accept(descriptor, &peer)
        if made >= 0 { return .connection(Socket(descriptor: made), from: PeerAddress(peer)) }
        switch -made {
        case EAGAIN, EWOULDBLOCK: return .none
        // The peer went away between its handshake and this call: there may be others behind it.
        case ECONNABORTED, EPROTO: return accept()
        default: return .failed(PlatformFailure("accept a connection on \(boundAddress)", code: made))
        }
    }
}

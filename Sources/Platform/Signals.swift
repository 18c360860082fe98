// Signals as events on the loop: the handler only notes the number, the loop does the rest.

import CPlatform

/// A signal that an operator or supervisor sends.
package enum Signal: Int32, Sendable, CaseIterable {
    case hangUp = 1
    case interrupt = 2
    case terminate = 15
}

/// Delivers signals to a closure on the loop. One per process, because a process has one set of signal actions.
package final class Signals {
    private let loop: EventLoop
    private let signals: [Signal]
    private var registration: EventLoop.Registration?

    /// Catches `signals` from now on and ignores SIGPIPE and SIGXFSZ, which writes tell as failures. Several of one kind between two turns arrive as one. Called on the loop.
    package init(loop: EventLoop, catching signals: [Signal], _ handler: @escaping (Signal) -> Void) throws(PlatformFailure) {
        self.loop = loop
        self.signals = signals
        cp_ignore_write_signals()
        var descriptor: Int32 = -1
        for signal in signals {
            descriptor = cp_signal_catch(signal.rawValue)
            guard descriptor >= 0 else { throw PlatformFailure("catch signal \(signal.rawValue)", code: descriptor) }
        }
        guard descriptor >= 0 else { return }
        registration = try loop.register(descriptor, name: "signals") { _ in
            let caught = cp_signal_take()
            for signal in signals where caught & 1 << UInt64(signal.rawValue) != 0 { handler(signal) }
        }
    }

    /// Gives the signals their default actions again. Called on the loop.
    package func release() {
        for signal in signals {
            // Cannot fail for a signal that could be caught.
            _ = cp_signal_release(signal.rawValue)
        }
        if let registration { loop.deregister(registration) }
        registration = nil
    }
}

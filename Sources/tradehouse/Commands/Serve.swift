// `tradehouse serve`: the house, until a signal ends it.

import HTTP
import House
import Platform
import Storage
import Trading
import Web
import Wire

enum Serve {
    private static let help = """
        usage: tradehouse serve [--config FILE] [--data DIR] [--listen ADDR:PORT] [--set key=value …] [--web-dir DIR] [--check]

          --config FILE      settings; without it the built-in defaults hold and nothing is looked up
          --data DIR         the data folder (setting `data`)
          --listen ADDR:PORT where to listen (setting `listen`); port 0 takes a free one
          --set key=value    any other setting; may be given several times
          --web-dir DIR      serve the pages from this folder, for work on them
          --check            check the settings and end
        """

    static func run(_ arguments: [String]) throws -> Int32 {
        let flags = try Flags(arguments, taking: ["config", "data", "listen", "set", "web-dir"], plain: ["check"])
        if flags.has("help") {
            Terminal.print(help)
            return 0
        }
        try flags.refuseRest()
        var settings: [(key: String, value: String)] = []
        for pair in flags.all("set") {
            guard let equals = pair.firstIndex(of: "=") else { throw UsageProblem("`--set \(pair)` is not `key=value`.") }
            settings.append((String(pair[..<equals]), String(pair[pair.index(after: equals)...])))
        }
        for key in ["data", "listen"] {
            if let value = flags.value(key) { settings.append((key, value)) }
        }
        var configuration = try Configuration.load(file: flags.value("config"), flags: settings)
        configuration.webFolder = flags.value("web-dir")
        if flags.has("check") {
            Terminal.print("The settings are in order.")
            return 0
        }
        return try serve(configuration)
    }

    private static func serve(_ configuration: Configuration) throws -> Int32 {
        let descriptors = try DescriptorLimit.raise()
        let assembly = try Assembly(configuration)
        assembly.log.info(
            "starting",
            [
                ("version", "\(Tool.version)"), ("data", "\(configuration.data)"), ("market", "\(configuration.market.kind)"),
                ("mode", "\(configuration.house.mode.rawValue)"), ("rules_of_owner", LogValue(configuration.rules.lineCounts.owners)),
                ("descriptors_soft", LogValue(descriptors.soft)),
                ("descriptors_hard", LogValue(descriptors.hard)),
            ])
        let life = Life(assembly)
        let signals = try Signals(loop: assembly.loop, catching: [.terminate, .interrupt]) { signal in
            life.end(because: "\(signal)")
        }
        assembly.loop.post { life.begin() }
        assembly.loop.run()
        signals.release()
        return life.exitCode
    }
}

/// The house between its first and its last turn. Belongs to the loop.
private final class Life: @unchecked Sendable {
    private let assembly: Assembly
    private var server: Server?
    private var isEnding = false
    private(set) var exitCode: Int32 = 0

    init(_ assembly: Assembly) { self.assembly = assembly }

    func begin() {
        let house = assembly.house
        Task.immediate(executorPreference: assembly.loop) {
            do {
                await house.keep(self.assembly.archive, remembering: self.assembly.remembered)
                try await house.open()
                await house.quote(assembly.openingTicks)
                try await self.listen()
            } catch {
                self.fail("\(error)")
            }
        }
    }

    private func listen() async throws {
        let assembly = assembly
        let app = assembly.app
        let server = try Server(
            loop: assembly.loop, address: assembly.configuration.listen, limits: assembly.configuration.server, log: assembly.log,
            errorResponse: { WebApp.errorResponse(status: $0, text: $1) },
            handler: { request, responder in app.serve(request, responder) })
        self.server = server
        let bound = ListenAddress(server.boundAddress) ?? assembly.configuration.listen
        let address = "http://\(bound.onThisMachine)"
        if let token = await assembly.house.setupToken {
            let base = assembly.configuration.publicURL.isEmpty ? address : assembly.configuration.publicURL
            if assembly.configuration.house.mode != .singleUser { Terminal.print("set up your house: \(base)/setup?token=\(token)") }
        }
        if !bound.isLoopback, assembly.configuration.proxies.isEmpty {
            Terminal.print("\(bound) is open to the network without encryption; etc/docs/operating.md tells how to put a proxy before it.")
        }
        Terminal.print("listening \(address)")
        assembly.log.info("listening", [("address", "\(address)")])
        await assembly.house.resumeWork()
        if let plan = assembly.backupPlan { await assembly.house.keepBackups(plan) }
        await assembly.house.run(assembly.source)
        await assembly.house.adopt(Task(executorPreference: assembly.loop) { await app.runLiveFeed() })
    }

    /// Requests in flight finish, what was acknowledged is on disk, then the loop ends.
    func end(because reason: String) {
        guard !isEnding else { return }
        isEnding = true
        assembly.log.info("stopping", [("reason", "\(reason)")])
        let finish: @Sendable () -> Void = { [self] in
            Task.immediate(executorPreference: assembly.loop) {
                await self.assembly.house.close()
                self.assembly.log.info("stopped")
                self.assembly.loop.stop()
            }
        }
        if let server { server.stop(grace: assembly.configuration.stopGrace, completion: finish) } else { finish() }
    }

    private func fail(_ sentence: String) {
        Terminal.complain(sentence)
        exitCode = 1
        end(because: "could not start")
    }
}

// swift-tools-version: 6.2
import PackageDescription

// The rooms of the house, lowest first. What each may import is held by Tests/HouseRulesTests, because the compiler alone does not
// refuse an undeclared sibling. The plan behind it: etc/docs/architecture.md.
let package = Package(
    name: "tradehouse",
    targets: [
        // A square root is a call into libm in debug builds; programs that link nothing but Trading would miss it.
        .target(name: "Trading", linkerSettings: [.linkedLibrary("m")]),
        .target(name: "Wire"),
        .target(
            name: "CPlatform",
            linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto"), .linkedLibrary("z"), .linkedLibrary("crypt")]),
        .target(name: "Platform", dependencies: ["CPlatform"]),
        .target(name: "HTTP", dependencies: ["Wire", "Platform"]),
        .target(name: "Storage", dependencies: ["Trading", "Wire", "Platform"]),
        .target(name: "House", dependencies: ["Trading", "Storage"]),
        .target(name: "WebUI", exclude: ["site"]),
        .target(name: "Web", dependencies: ["Trading", "Wire", "HTTP", "House", "Storage", "WebUI"]),
        .executableTarget(
            name: "tradehouse", dependencies: ["Web", "House", "Storage", "HTTP", "Platform", "Wire", "Trading"]),

        .target(name: "SimulatedEdges", dependencies: ["Platform"], path: "Tests/SimulatedEdges"),
        .target(
            name: "StorageSimulation", dependencies: ["SimulatedEdges", "Storage", "Platform", "Wire", "Trading"],
            path: "Tests/StorageSimulation"),
        .executableTarget(name: "StorageSoak", dependencies: ["StorageSimulation"], path: "Tests/StorageSoak"),
        .executableTarget(name: "PaperScript", dependencies: ["Trading"], path: "Tests/PaperScript"),
        .executableTarget(name: "EngineBench", dependencies: ["Trading"], path: "Tests/EngineBench"),
        .executableTarget(name: "StorageBench", dependencies: ["Storage", "Platform", "Trading"], path: "Tests/StorageBench"),
        .target(
            name: "TestSupport", dependencies: ["SimulatedEdges", "Web", "House", "Storage", "HTTP", "Platform", "Wire", "Trading"],
            path: "Tests/Support"),
        .testTarget(name: "TradingTests", dependencies: ["Trading"]),
        .testTarget(name: "WireTests", dependencies: ["Wire"]),
        .testTarget(name: "PlatformTests", dependencies: ["Platform", "TestSupport"]),
        .testTarget(name: "HTTPTests", dependencies: ["HTTP", "TestSupport"]),
        .testTarget(name: "StorageTests", dependencies: ["Storage", "TestSupport"]),
        .testTarget(name: "ImportTests", dependencies: ["Storage", "TestSupport"]),
        .testTarget(name: "HouseTests", dependencies: ["House", "TestSupport"]),
        .testTarget(name: "WebTests", dependencies: ["Web", "TestSupport"]),
        .testTarget(name: "SimulationTests", dependencies: ["StorageSimulation", "TestSupport"]),
        .testTarget(name: "HouseRulesTests", dependencies: ["Web", "TestSupport"]),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets {
    // An async function without an isolation of its own runs where its caller runs: on the house's loop, not on a pool.
    target.swiftSettings = (target.swiftSettings ?? []) + [.enableUpcomingFeature("NonisolatedNonsendingByDefault")]
}

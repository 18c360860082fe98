// The pages: files embedded by `WebUI`, served under a path with the hash of all of them, so that every one may be kept for ever
// and a new build switches all at once. With a folder from `--web-dir` they come from disk instead, for work on the pages.

import WebUI
import Wire

/// What the pages need from outside: compression and hashing belong to the platform, files on disk to development only.
package struct AssetWorkshop: Sendable {
    package let sha256: @Sendable ([UInt8]) -> [UInt8]
    package let gzip: @Sendable ([UInt8]) -> [UInt8]?
    /// Reads a file below the development folder; nil when there is none or no folder was given.
    package let readFile: (@Sendable (String) -> [UInt8]?)?

    package init(
        sha256: @escaping @Sendable ([UInt8]) -> [UInt8], gzip: @escaping @Sendable ([UInt8]) -> [UInt8]?,
        readFile: (@Sendable (String) -> [UInt8]?)? = nil
    ) {
        self.sha256 = sha256
        self.gzip = gzip
        self.readFile = readFile
    }
}

package struct Assets: Sendable {
    private struct File: Sendable {
        let contentType: String
        let plain: [UInt8]
        let gzipped: [UInt8]?
    }

    private let files: [String: File]
    private let workshop: AssetWorkshop
    /// `/a/<hash>`.
    package let prefix: String
    private let indexTag: String

    /// Files served at the root, by the names browsers ask for.
    private static let rootFiles = [
        "/manifest.webmanifest": "manifest.webmanifest", "/favicon.svg": "favicon.svg", "/favicon.ico": "favicon.svg",
    ]

    package init(workshop: AssetWorkshop) {
        self.workshop = workshop
        var contents: [(path: String, type: String, bytes: [UInt8])] = []
        for index in 0..<webui_asset_count {
            let asset = webui_asset_at(index).pointee
            contents.append(
                (
                    String(cString: asset.path), String(cString: asset.content_type),
                    Array(UnsafeBufferPointer(start: asset.bytes, count: asset.length))
                ))
        }
        var all: [UInt8] = []
        for content in contents.sorted(by: { $0.path < $1.path }) { all += Array(content.path.utf8) + content.bytes }
        let hash = workshop.sha256(all).prefix(6).map { byte in
            let digits = String(byte, radix: 16)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }.joined()
        prefix = "/a/" + hash
        indexTag = "\"" + hash + "\""
        var files: [String: File] = [:]
        for content in contents {
            let bytes = content.path == "index.html" ? Assets.filled(content.bytes, prefix: "/a/" + hash) : content.bytes
            let gzipped = workshop.gzip(bytes)
            files[content.path] = File(
                contentType: content.type, plain: bytes, gzipped: gzipped.flatMap { $0.count < bytes.count ? $0 : nil })
        }
        self.files = files
    }

    /// The page shell, for every path that a page may have.
    func page(for request: HTTPRequest) -> HTTPResponse {
        if request.headers["If-None-Match"] == indexTag, workshop.readFile == nil {
            return HTTPResponse(status: 304, headers: ["ETag": indexTag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding, Accept"])
        }
        return response("index.html", request, cache: "no-cache", tag: indexTag, status: 200)
            ?? HTTPResponse(
                status: 404, headers: ["Content-Type": "text/plain; charset=utf-8"],
                body: Array("The pages are not part of this build.\n".utf8))
    }

    /// A file below the hash prefix or at the root; nil when the path is not one of ours.
    func file(for request: HTTPRequest) -> HTTPResponse? {
        if let name = Assets.rootFiles[request.path] { return response(name, request, cache: "no-cache", tag: nil, status: 200) }
        guard request.path.hasPrefix("/a/") else { return nil }
        let rest = request.path.dropFirst(3)
        guard let slash = rest.firstIndex(of: "/") else { return nil }
        // A page of an older build asks with the older hash: it gets today's file, but must not keep it.
        let isCurrent = request.path.hasPrefix(prefix + "/") && workshop.readFile == nil
        return response(
            String(rest[rest.index(after: slash)...]), request, cache: isCurrent ? "public, max-age=31536000, immutable" : "no-store",
            tag: nil,
            status: 200)
    }

    private func response(_ name: String, _ request: HTTPRequest, cache: String, tag: String?, status: Int) -> HTTPResponse? {
        guard let file = files[name] ?? developed(name) else { return nil }
        var headers: HTTPHeaders = ["Content-Type": file.contentType, "Cache-Control": cache, "Vary": "Accept-Encoding"]
        if let tag { headers.set("ETag", tag) }
        if let developed = developed(name) { return HTTPResponse(status: status, headers: headers, body: developed.plain) }
        if let gzipped = file.gzipped, request.headers.list("Accept-Encoding", contains: "gzip") {
            headers.set("Content-Encoding", "gzip")
            return HTTPResponse(status: status, headers: headers, body: gzipped)
        }
        return HTTPResponse(status: status, headers: headers, body: file.plain)
    }

    private func developed(_ name: String) -> File? {
        guard let read = workshop.readFile, !name.contains(".."), var bytes = read(name) else { return nil }
        if name == "index.html" { bytes = Assets.filled(bytes, prefix: prefix) }
        return File(contentType: Assets.contentType(of: name), plain: bytes, gzipped: nil)
    }

    private static func contentType(of name: String) -> String {
        switch name.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "svg": "image/svg+xml"
        case "webmanifest": "application/manifest+json"
        case "png": "image/png"
        default: "application/octet-stream"
        }
    }

    /// The shell names its files by a placeholder that only the finished build can fill.
    private static func filled(_ shell: [UInt8], prefix: String) -> [UInt8] {
        let placeholder = Array("__ASSETS__".utf8)
        var filled: [UInt8] = []
        var index = 0
        while index < shell.count {
            if shell[index] == placeholder[0], shell[index...].starts(with: placeholder) {
                filled += Array(prefix.utf8)
                index += placeholder.count
            } else {
                filled.append(shell[index])
                index += 1
            }
        }
        return filled
    }
}

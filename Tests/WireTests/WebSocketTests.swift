// WebSocket frames and messages in both directions, by RFC 6455. The handshake is at the end.

import Testing
import Wire

/// Bytes as hexadecimal digits, blanks between them as one likes.
private func hex(_ text: String) -> [UInt8] {
    let digits = text.filter { !$0.isWhitespace }.map { UInt8($0.hexDigitValue!) }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// What a message parser says: messages joined by ` | `, and at the end an error with its close code.
private func messageVerdict(_ pieces: [ArraySlice<UInt8>], side: WebSocketSide, limits: WebSocketLimits = .init()) -> String {
    var parser = WebSocketMessageParser(side: side, limits: limits)
    var said: [String] = []
    for piece in pieces {
        parser.feed(piece)
        do {
            while let message = try parser.next() {
                switch message {
                case .text(let bytes): said.append("text " + String(decoding: bytes, as: UTF8.self))
                case .binary(let bytes): said.append("binary \(bytes)")
                case .ping(let bytes): said.append("ping \(bytes)")
                case .pong(let bytes): said.append("pong \(bytes)")
                case .close(let code, let reason): said.append("close \(code.map { String($0) } ?? "-") \(reason)")
                }
            }
        } catch {
            said.append("\(error.closeCode) \(error.rawValue)")
            break
        }
    }
    return said.joined(separator: " | ")
}

@Suite struct `WebSocket messages` {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: String
        let verdict: String
        init(_ name: String, _ bytes: String, _ verdict: String) { (self.name, self.bytes, self.verdict) = (name, bytes, verdict) }
        var testDescription: String { name }
    }

    /// As a client reads them, so that payloads stand there plainly.
    static let fromServer: [Row] = [
        Row("text", "81 05 48656c6c6f", "text Hello"),
        Row("empty text", "81 00", "text "),
        Row("binary", "82 03 00ff80", "binary [0, 255, 128]"),
        Row("two", "81 01 61 81 01 62", "text a | text b"),
        Row("unfinished", "81 05 4865", ""),
        Row("fragments", "01 03 48656c 80 02 6c6f", "text Hello"),
        Row("three fragments, one empty", "02 01 01 00 00 80 01 02", "binary [1, 2]"),
        Row("a ping between fragments", "01 01 61 89 01 07 80 01 62", "ping [7] | text ab"),
        Row("a pong nobody asked for", "8a 00", "pong []"),
        Row("a character cut by fragments", "01 02 e282 80 01 ac", "text €"),
        Row("a close within a message", "01 01 61 88 02 03e8", "close 1000 "),
        Row("a close with code and reason", "88 07 03e9 62796521 21", "close 1001 bye!!"),
        Row("a close without code", "88 00", "close - "),
        Row("nothing after a close", "88 00 81 01 61 ff ff", "close - "),
        Row("RSV1", "c1 00", "1002 reservedBits"),
        Row("RSV2", "a1 00", "1002 reservedBits"),
        Row("RSV3", "91 00", "1002 reservedBits"),
        Row("opcode 3", "83 00", "1002 unknownOpcode"),
        Row("opcode 7", "87 00", "1002 unknownOpcode"),
        Row("opcode 11", "8b 00", "1002 unknownOpcode"),
        Row("opcode 15", "8f 00", "1002 unknownOpcode"),
        Row("a ping in fragments", "09 00", "1002 controlFragmented"),
        Row("a close in fragments", "08 00", "1002 controlFragmented"),
        Row("a long ping", "89 7e 007e", "1002 controlTooLong"),
        Row("a longer ping", "89 7f", "1002 controlTooLong"),
        Row("125 in two bytes", "82 7e 007d", "1002 lengthNotMinimal"),
        Row("0 in two bytes", "82 7e 0000", "1002 lengthNotMinimal"),
        Row("65535 in eight bytes", "82 7f 000000000000ffff", "1002 lengthNotMinimal"),
        Row("the highest bit of a length", "82 7f 8000000000000000", "1002 lengthInvalid"),
        Row("a length of 63 bits", "82 7f 7fffffffffffffff", "1009 frameTooBig"),
        Row("a masked frame from a server", "81 81 00000000 61", "1002 maskUnexpected"),
        Row("a continuation of nothing", "80 01 61", "1002 continuationUnexpected"),
        Row("an unfinished continuation of nothing", "00 01 61", "1002 continuationUnexpected"),
        Row("a continuation after the end", "01 01 61 80 01 62 80 01 63", "text ab | 1002 continuationUnexpected"),
        Row("a new message before the end of the last", "01 01 61 81 01 62", "1002 continuationMissing"),
        Row("text that is none", "81 01 ff", "1007 invalidUTF8"),
        Row("text that ends within a character", "81 02 e282", "1007 invalidUTF8"),
        Row("an overlong form", "81 02 c0af", "1007 invalidUTF8"),
        Row("an overlong form of three bytes", "81 03 e0809f", "1007 invalidUTF8"),
        Row("an overlong form of four bytes", "81 04 f08080af", "1007 invalidUTF8"),
        Row("a surrogate", "81 03 eda080", "1007 invalidUTF8"),
        Row("beyond Unicode", "81 04 f4908080", "1007 invalidUTF8"),
        Row("the first lead byte beyond Unicode", "81 04 f5808080", "1007 invalidUTF8"),
        Row("the last character", "81 04 f48fbfbf", "text \u{10FFFF}"),
        Row("the first characters of each length", "81 09 c280 e0a080 f0908080", "text \u{80}\u{800}\u{10000}"),
        Row("the characters around the surrogates", "81 06 ed9fbf ee8080", "text \u{D7FF}\u{E000}"),
        Row("a bad fragment, before the message ends", "01 01 61 00 01 ff", "1007 invalidUTF8"),
        Row("binary may be anything", "82 02 c0af", "binary [192, 175]"),
        Row("a close of one byte", "88 01 03", "1002 closeIncomplete"),
        Row("a close with a reason that is no text", "88 03 03e8 ff", "1007 invalidUTF8"),
        Row("close 999", "88 02 03e7", "1002 closeCodeInvalid"),
        Row("close 0", "88 02 0000", "1002 closeCodeInvalid"),
        Row("close 1004", "88 02 03ec", "1002 closeCodeInvalid"),
        Row("close 1005", "88 02 03ed", "1002 closeCodeInvalid"),
        Row("close 1006", "88 02 03ee", "1002 closeCodeInvalid"),
        Row("close 1014", "88 02 03f6", "close 1014 "),
        Row("close 1015", "88 02 03f7", "1002 closeCodeInvalid"),
        Row("close 2999", "88 02 0bb7", "1002 closeCodeInvalid"),
        Row("close 3000", "88 02 0bb8", "close 3000 "),
        Row("close 4999", "88 02 1387", "close 4999 "),
        Row("close 5000", "88 02 1388", "1002 closeCodeInvalid"),
    ]

    static let fromClient: [Row] = [
        Row("the example of the standard", "81 85 37fa213d 7f9f4d5158", "text Hello"),
        Row("a masked ping", "89 85 37fa213d 7f9f4d5158", "ping [72, 101, 108, 108, 111]"),
        Row("two with other masks", "81 81 00000000 61 81 81 ff000000 9e", "text a | text a"),
        Row("an unmasked frame", "81 05 48656c6c6f", "1002 maskMissing"),
        Row("an unmasked close", "88 00", "1002 maskMissing"),
        Row("an empty masked frame", "82 80 01020304", "binary []"),
    ]

    @Test(arguments: fromServer) func `from a server are read or refused, however they are cut`(row: Row) {
        #expect(verdictOverAllCuts(hex(row.bytes)) { messageVerdict($0, side: .client) } == row.verdict)
    }

    @Test(arguments: fromClient) func `from a client are read or refused, however they are cut`(row: Row) {
        #expect(verdictOverAllCuts(hex(row.bytes)) { messageVerdict($0, side: .server) } == row.verdict)
    }

    @Test func `keep to the limits of frames, messages and fragments`() {
        func said(_ bytes: String, _ limits: WebSocketLimits) -> String {
            verdictOverAllCuts(hex(bytes)) { messageVerdict($0, side: .client, limits: limits) }
        }
        #expect(said("82 03 010203", WebSocketLimits(frameBytes: 3)) == "binary [1, 2, 3]")
        #expect(said("82 04", WebSocketLimits(frameBytes: 3)) == "1009 frameTooBig")
        #expect(said("02 02 0102 80 01 03", WebSocketLimits(messageBytes: 3)) == "binary [1, 2, 3]")
        #expect(said("02 02 0102 80 02 0304", WebSocketLimits(messageBytes: 3)) == "1009 messageTooBig")
        #expect(said("02 00 00 00 80 00 82 00", WebSocketLimits(fragments: 3)) == "binary [] | binary []")
        #expect(said("02 00 00 00 00 00 80 00", WebSocketLimits(fragments: 3)) == "1008 tooManyFragments")
    }

    @Test func `refuse a frame before its payload has come`() {
        var parser = WebSocketFrameParser(side: .server, limits: WebSocketLimits(frameBytes: 1_000))
        parser.feed(hex("82 fe 03e9"))
        #expect(throws: WebSocketError.frameTooBig) { try parser.next() }
        parser.feed(hex("81 80 00000000"))
        #expect(throws: WebSocketError.frameTooBig, "said again") { try parser.next() }
    }

    @Test func `are written in the shortest form`() {
        func head(_ count: Int, _ maskKey: UInt32? = nil) -> [UInt8] {
            var bytes: [UInt8] = []
            WebSocketFrameWriter.append(opcode: .binary, payload: [UInt8](repeating: 7, count: count), maskKey: maskKey, to: &bytes)
            return Array(bytes.dropLast(count))
        }
        #expect(head(0) == hex("82 00") && head(125) == hex("82 7d") && head(126) == hex("82 7e 007e"))
        #expect(head(65_535) == hex("82 7e ffff") && head(65_536) == hex("82 7f 0000000000010000"))
        #expect(head(1, 0x0102_0304) == hex("82 81 01020304"))
        var bytes: [UInt8] = []
        WebSocketFrameWriter.append(text: "Hello", maskKey: 0x37fa_213d, to: &bytes)
        #expect(bytes == hex("81 85 37fa213d 7f9f4d5158"))
    }

    @Test func `close with a reason that fits, cut at a character`() {
        var bytes: [UInt8] = []
        WebSocketFrameWriter.append(closeCode: 1001, reason: String(repeating: "a", count: 122) + "é", to: &bytes)
        #expect(bytes.count == 2 + 2 + 122 && bytes[1] == 124)
        bytes = []
        WebSocketFrameWriter.append(closeCode: 1001, reason: String(repeating: "a", count: 121) + "éé", to: &bytes)
        #expect(messageVerdict([bytes[...]], side: .client) == "close 1001 " + String(repeating: "a", count: 121) + "é")
        bytes = []
        WebSocketFrameWriter.append(closeCode: nil, reason: "unsaid", to: &bytes)
        #expect(bytes == hex("88 00"))
    }

    @Test func `come back as they were written, by either side, in any fragments and pieces`() throws {
        var generator = SeededGenerator(for: "WebSocket messages")
        for round in 0..<200 {
            let reader: WebSocketSide = round % 2 == 0 ? .server : .client
            let size = [5, 200, 70_000][Int.random(in: 0..<(round % 20 == 0 ? 3 : 2), using: &generator)]
            let isText = Bool.random(using: &generator)
            let payload = isText ? Array(generator.text(upTo: size).utf8) : generator.bytes(Int.random(in: 0...size, using: &generator))
            let sent: WebSocketMessage = isText ? .text(payload) : .binary(payload)
            var bytes: [UInt8] = []
            func mask() -> UInt32? { reader == .server ? UInt32.random(in: 0 ... .max, using: &generator) : nil }
            let step = max(1, payload.count / Int.random(in: 1...5, using: &generator))
            let fragments = payload.isEmpty ? [[][...]] : pieces(of: payload, size: step)
            var pings = 0
            for (number, fragment) in fragments.enumerated() {
                let frame = WebSocketFrame(
                    isFinal: number == fragments.count - 1, opcode: number > 0 ? .continuation : isText ? .text : .binary,
                    payload: Array(fragment))
                WebSocketFrameWriter.append(frame, maskKey: mask(), to: &bytes)
                if number < fragments.count - 1 && Bool.random(using: &generator) {
                    WebSocketFrameWriter.append(opcode: .ping, payload: generator.bytes(3), maskKey: mask(), to: &bytes)
                    pings += 1
                }
            }
            var parser = WebSocketMessageParser(side: reader)
            var received: [WebSocketMessage] = []
            for piece in pieces(of: bytes, size: Int.random(in: 1...max(1, bytes.count), using: &generator)) {
                parser.feed(piece)
                while let message = try parser.next() { received.append(message) }
            }
            #expect(received.last == sent && received.count == pings + 1)
        }
    }

    @Test func `of any bytes are read or refused, the same for every cut`() {
        var generator = SeededGenerator(for: "WebSocket bytes")
        for _ in 0..<300 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes.append([0x81, 0x01, 0x80, 0x00, 0x82, 0x88, 0x89, 0xC1].randomElement(using: &generator)!)
                let count = UInt8.random(in: 0...6, using: &generator)
                bytes.append(count)
                bytes += generator.bytes(Int(count))
            }
            _ = verdictOverAllCuts(bytes) { messageVerdict($0, side: .client) }
        }
    }
}

@Suite struct `The WebSocket handshake` {
    /// SHA-1 of the one text that the standard's example hashes.
    private func sha1(_ bytes: [UInt8]) -> [UInt8] {
        #expect(String(decoding: bytes, as: UTF8.self) == "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
        return hex("b37a4f2cc0624f1690f64606cf385945b2bec4ea")
    }

    private let nonce = Array("the sample nonce".utf8)

    @Test func `goes as the standard's example`() throws {
        let request = WebSocketHandshake.request(target: "/chat", authority: "h", nonce: nonce, headers: ["Origin": "http://h"])
        #expect(request.headers["Origin"] == "http://h")
        var bytes: [UInt8] = []
        HTTPMessageWriter.append(request, to: &bytes)
        var server = HTTPRequestParser()
        server.feed(bytes)
        let key = try WebSocketHandshake.key(of: try #require(try server.next()))
        #expect(key == "dGhlIHNhbXBsZSBub25jZQ==")
        let response = WebSocketHandshake.response(key: key, subprotocol: "feed", sha1: sha1)
        #expect(
            response.headers["Sec-WebSocket-Accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
                && response.headers["Sec-WebSocket-Protocol"] == "feed")
        bytes = []
        HTTPMessageWriter.append(response, to: &bytes)
        var client = HTTPResponseParser()
        client.feed(bytes)
        let read = try #require(try client.next())
        #expect(WebSocketHandshake.isAccepted(read, nonce: nonce, sha1: sha1))
    }

    @Test func `refuses what does not ask for a WebSocket of version 13`() throws {
        func refusal(_ change: (inout HTTPRequest) -> Void) -> WebSocketRefusal? {
            var request = WebSocketHandshake.request(target: "/", authority: "h", nonce: nonce)
            change(&request)
            do throws(WebSocketRefusal) {
                _ = try WebSocketHandshake.key(of: request)
                return nil
            } catch {
                return error
            }
        }
        #expect(refusal { _ in } == nil)
        #expect(refusal { $0.headers.set("Connection", "keep-alive, upgrade") } == nil)
        #expect(refusal { $0.method = .post } == .notAnUpgrade)
        #expect(refusal { $0.minorVersion = 0 } == .notAnUpgrade)
        #expect(refusal { $0.headers.remove("Upgrade") } == .notAnUpgrade)
        #expect(refusal { $0.headers.set("Connection", "close") } == .notAnUpgrade)
        #expect(refusal { $0.headers.set("Sec-WebSocket-Version", "8") } == .wrongVersion)
        #expect(refusal { $0.headers.remove("Sec-WebSocket-Version") } == .wrongVersion)
        #expect(refusal { $0.headers.remove("Sec-WebSocket-Key") } == .badKey)
        #expect(refusal { $0.headers.set("Sec-WebSocket-Key", "c2hvcnQ=") } == .badKey)
        #expect(refusal { $0.headers.set("Sec-WebSocket-Key", "not base64 at all") } == .badKey)
        #expect(refusal { $0.headers.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==") } == .badKey)
        #expect(WebSocketRefusal.wrongVersion.status == 426 && WebSocketRefusal.badKey.status == 400)
    }

    @Test func `is not accepted on another answer`() {
        func isAccepted(_ change: (inout HTTPResponse) -> Void) -> Bool {
            var response = WebSocketHandshake.response(key: "dGhlIHNhbXBsZSBub25jZQ==", sha1: sha1)
            change(&response)
            return WebSocketHandshake.isAccepted(response, nonce: nonce, sha1: sha1)
        }
        #expect(isAccepted { _ in })
        #expect(!isAccepted { $0.status = 200 })
        #expect(!isAccepted { $0.headers.remove("Upgrade") })
        #expect(!isAccepted { $0.headers.remove("Connection") })
        #expect(!isAccepted { $0.headers.set("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xO0=") })
        #expect(!isAccepted { $0.headers.add("Sec-WebSocket-Extensions", "permessage-deflate") })
    }
}

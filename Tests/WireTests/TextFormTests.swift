// Bytes as text for other protocols: percent-encoding, queries and forms, base64.

import Testing
import Wire

@Suite struct `URL text` {
    @Test(arguments: [
        ("", ""), ("abc", "abc"), ("a%20b", "a b"), ("%41%5a%5A", "AZZ"), ("caf%C3%A9", "café"), ("caf%c3%a9", "café"),
        ("%F0%9F%98%80", "😀"),
        ("a+b", "a+b"), ("%2B", "+"), ("%25%34%31", "%41"), ("%00", "\0"), ("é", "é"), ("a%2Fb", "a/b"),
    ])
    func `is decoded once`(text: String, decoded: String) {
        #expect(URLText.decode(text, plusIsSpace: false) == decoded)
    }

    @Test(arguments: [
        "%", "a%", "%4", "%G1", "%1G", "%%41", "% 41", "%+1", "%-1", "%C3", "%C3x", "%FF", "%C0%AF", "%ED%A0%80", "%E2%82", "%u0041", "%é1",
    ])
    func `is refused when an escape is broken or the bytes are no text`(text: String) {
        #expect(URLText.decode(text, plusIsSpace: false) == nil)
        #expect(URLText.parseQuery("a=\(text)") == nil && URLText.parseQuery("\(text)=a") == nil)
    }

    @Test func `has blanks for plus signs in forms only`() {
        #expect(URLText.decode("a+b%2B"[...], plusIsSpace: true) == "a b+")
        #expect(URLText.pathSegments("/a+b") == ["a+b"])
        #expect(URLText.parseForm("a+b=c+d")?.first?.name == "a b")
    }

    @Test func `is encoded so that only unreserved characters stay`() {
        #expect(URLText.encode(component: "AZaz09-._~") == "AZaz09-._~")
        #expect(
            URLText.encode(component: " !\"#$%&'()*+,/:;=?@[]é😀\0")
                == "%20%21%22%23%24%25%26%27%28%29%2A%2B%2C%2F%3A%3B%3D%3F%40%5B%5D%C3%A9%F0%9F%98%80%00")
    }

    @Test func `in paths gives decoded segments or nothing`() {
        #expect(URLText.pathSegments("/") == [""])
        #expect(URLText.pathSegments("/api/orders/P%41-1") == ["api", "orders", "PA-1"])
        #expect(URLText.pathSegments("//a/") == ["", "a", ""])
        #expect(URLText.pathSegments("/NIFTY%2050/...") == ["NIFTY 50", "..."])
        for path in ["", "a", "*", "/a/../b", "/.", "/%2e%2E", "/a%2Fb", "/a%5Cb", "/a\\b", "/a%00", "/a%0Ab", "/%7F", "/%", "/%FF"] {
            #expect(URLText.pathSegments(path) == nil, "\(path)")
        }
    }

    @Test func `in queries gives pairs in order`() {
        func pairs(_ query: String, limit: Int = 256) -> [String]? {
            URLText.parseQuery(query, limit: limit)?.map { "\($0.name)→\($0.value)" }
        }
        #expect(pairs("") == [] && pairs("a=1&b=2&a=3") == ["a→1", "b→2", "a→3"])
        #expect(pairs("a") == ["a→"] && pairs("a=") == ["a→"] && pairs("=a") == ["→a"] && pairs("=") == ["→"])
        #expect(pairs("&&a=1&&") == ["a→1"] && pairs("a=b=c") == ["a→b=c"] && pairs("a%3Db=c%26d") == ["a=b→c&d"])
        #expect(pairs("a=1;b=2") == ["a→1;b=2"])
        #expect(pairs("a&b&c", limit: 3)?.count == 3 && pairs("a&b&c&d", limit: 3) == nil)
        let many = (0..<257).map { "k\($0)=v" }
        #expect(pairs(many.dropLast().joined(separator: "&"))?.count == 256 && pairs(many.joined(separator: "&")) == nil)
    }

    @Test func `of forms must be text`() {
        #expect(URLText.parseForm(Array("a=é".utf8))?.first?.value == "é")
        #expect(URLText.parseForm([0x61, 0x3D, 0xFF]) == nil)
    }

    @Test func `comes back from its encoding`() {
        var generator = SeededGenerator(for: "URL text")
        for _ in 0..<500 {
            let text = generator.text(upTo: 20)
            let encoded = URLText.encode(component: text)
            #expect(URLText.decode(encoded, plusIsSpace: false) == text && URLText.decode(encoded, plusIsSpace: true) == text)
            let pairs = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                (name: generator.text(upTo: 6), value: generator.text(upTo: 6))
            }
            let read = URLText.parseQuery(URLText.encode(pairs: pairs))
            #expect(read?.elementsEqual(pairs, by: ==) == true)
        }
    }
}

@Suite struct `Base64 text` {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
    func `follows the standard's examples`(text: String, encoded: String) {
        let bytes = Array(text.utf8)
        let bare = encoded.filter { $0 != "=" }
        #expect(Base64.encode(bytes) == encoded && Base64.encode(bytes, padded: false) == bare)
        #expect(Base64.decode(encoded) == bytes && Base64.decode(encoded, url: true) == bytes)
        #expect(Base64.decode(bare, url: true) == bytes && Base64.decode(bare, padded: false) == bytes)
        if bare != encoded {
            #expect(Base64.decode(bare) == nil && Base64.decode(encoded, url: true, padded: false) == nil)
            #expect(Base64.decode(bare, url: true, padded: true) == nil)
        }
    }

    @Test func `has two alphabets that are not mixed`() {
        let bytes: [UInt8] = [0xFB, 0xFF, 0xFE]
        #expect(Base64.encode(bytes) == "+//+" && Base64.encode(bytes, url: true) == "-__-")
        #expect(Base64.decode("+//+") == bytes && Base64.decode("-__-", url: true) == bytes)
        #expect(Base64.decode("-__-") == nil && Base64.decode("+//+", url: true) == nil)
    }

    @Test(arguments: [
        "A", "AA", "AAA", "A===", "AA=", "AAA==", "AAAA=", "AAAA====", "=", "==", "====", "A=AA", "AA=A", " AAAA", "AAAA ", "AA\nAA",
        "AA==AA==", "Zh==", "Zm9=",
        "AA.A", "ÄAAA", "AAA\0",
    ])
    func `is refused when it is not what an encoder writes`(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(arguments: ["A", "AAAAA", "Zh", "Zm9", "AA=", "AAA==", "AA===", "A=", "A==", "="]) func `is as strict without padding`(
        text: String
    ) {
        #expect(Base64.decode(text, url: true) == nil)
    }

    @Test func `comes back from its encoding`() {
        var generator = SeededGenerator(for: "base64")
        for count in 0..<200 {
            let bytes = generator.bytes(count)
            for url in [false, true] {
                for padded in [false, true] {
                    #expect(Base64.decode(Base64.encode(bytes, url: url, padded: padded), url: url, padded: padded) == bytes)
                }
            }
        }
    }
}

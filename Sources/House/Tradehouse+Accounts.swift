// People and logins: register, set up, log in, log out, and whose token this is. What a login looks like on disk is
// `Storage/SessionFiles`; tokens on the wire and JWTs are `Web/Guards`.

import Storage
import Trading

/// A login that has just begun; the only moment the token is known.
package struct Welcome: Sendable {
    package let trader: Trader
    /// UUID v4. Never stored.
    package let token: String
}

/// Where a request came from, for session lists and the audit.
package struct Origin: Sendable, Hashable {
    package let address: String
    package let agent: String

    package init(address: String, agent: String) {
        self.address = address
        self.agent = String(decoding: Array(agent.utf8.prefix(200)), as: UTF8.self)
    }
}

extension Tradehouse {
    /// Shortest and longest password, in characters of Unicode scalars.
    package static let passwordLength = 8...256
    /// Longest display name, in bytes.
    package static let nameLimitBytes = 100

    // MARK: First run

    /// Whether the owner still has to be made.
    package var isSetupNeeded: Bool { setupToken != nil }

    /// Looks for an owner; without one a set-up token is made that only the operator's terminal shows.
    func findOwner() async throws {
        if let house = try await store.document(.config("house")!).flatMap(HouseRecord.init(document:)),
            let owner = try await user(house.owner)
        {
            primaryUser = owner.id
        } else {
            setupToken = world.makeUUID()
        }
    }

    /// Makes the owner's account with the one-time token.
    package func setUp(token: String, email: String, password: String, name: String, from origin: Origin) async throws -> Welcome {
        guard let expected = setupToken else { throw HouseRefusal.setupDone }
        // Digests are compared, so that the time taken says nothing about the token.
        guard world.digest(of: token) == world.digest(of: expected) else { throw HouseRefusal.setupTokenInvalid }
        // Taken before anything waits, so that nobody else can use it meanwhile; a form that was refused leaves it good.
        setupToken = nil
        do {
            let welcome = try await makeAccount(email: email, password: password, name: name, role: .owner, from: origin)
            primaryUser = welcome.trader.user
            return welcome
        } catch {
            setupToken = expected
            throw error
        }
    }

    // MARK: Accounts

    package func register(email: String, password: String, name: String, from origin: Origin) async throws -> Welcome {
        guard settings.registration == .open else { throw HouseRefusal.registrationClosed }
        try meterLogin(origin.address)
        return try await makeAccount(email: email, password: password, name: name, role: .trader, from: origin)
    }

    private func makeAccount(email: String, password: String, name: String, role: Role, from origin: Origin) async throws -> Welcome {
        let (record, commit) = try await newAccount(id: nil, email: email, password: password, name: name, role: role, from: origin)
        defer { registering.remove(EmailAddress(email)?.folded ?? "") }
        return try await beginSession(for: record, from: origin, with: commit)
    }

    /// Makes an account without a login, for the operator at the console. With an id it is the account's own; otherwise one is made.
    package func addAccount(
        id: UserID?, email: String, password: String, name: String, role: Role, from origin: Origin
    ) async throws -> UserRecord {
        let (record, commit) = try await newAccount(id: id, email: email, password: password, name: name, role: role, from: origin)
        defer { registering.remove(EmailAddress(email)?.folded ?? "") }
        try await store.commit(commit).wait()
        return record
    }

    /// Checks what a person gave and prepares the account's documents. The e-mail address stays in `registering` until the caller is done.
    private func newAccount(
        id wanted: UserID?, email: String, password: String, name: String, role: Role, from origin: Origin
    ) async throws -> (UserRecord, Commit) {
        guard let address = EmailAddress(email) else { throw HouseRefusal.invalidEmail }
        guard name.utf8.count <= Tradehouse.nameLimitBytes, name.isPrintable else { throw HouseRefusal.invalidName }
        try checkNewPassword(password)
        guard registering.insert(address.folded).inserted else { throw HouseRefusal.emailTaken }
        do {
            let emailPath = emailIndex(address)
            guard try await store.document(emailPath) == nil else { throw HouseRefusal.emailTaken }
            let hash = try await slowHash(password)
            var id = wanted ?? UserID("U" + world.makeCode(9))!
            while try await store.document(.user(id)) != nil {
                guard wanted == nil else { throw HouseRefusal.userIDTaken }
                id = UserID("U" + world.makeCode(9))!
            }
            let now = world.now()
            let record = UserRecord(
                id: id, email: address.text, name: name.isEmpty ? address.text : name, passwordHash: hash, role: role, createdAt: now,
                updatedAt: now)
            var commit = Commit(user: id)
            commit.documents = [DocumentChange(.user(id), record.document), DocumentChange(emailPath, IndexEntry(user: id).document)]
            if role == .owner { commit.documents.append(DocumentChange(.config("house")!, HouseRecord(owner: id).document)) }
            commit.audit = [AuditEntry(actor: id.text, ip: origin.address, act: "register")]
            return (record, commit)
        } catch {
            registering.remove(address.folded)
            throw error
        }
    }

    package func logIn(email: String, password: String, from origin: Origin) async throws -> Welcome {
        try meterLogin(origin.address)
        var record: UserRecord?
        if let address = EmailAddress(email) {
            try meterLogin(address.folded)
            if let entry = try await store.document(emailIndex(address)).flatMap(IndexEntry.init(document:)) {
                record = try await user(entry.user)
            }
        }
        // An unknown user costs the same hash as a known one.
        let fits: Bool
        do {
            fits = try await world.verifyPassword(password, record?.passwordHash ?? "")
        } catch is PoolBusy {
            throw HouseRefusal.tooBusy
        }
        guard let record, fits else {
            if let record { note(AuditEntry(actor: record.id.text, ip: origin.address, act: "login", ok: false), for: record.id) }
            throw HouseRefusal.invalidCredentials
        }
        guard !record.isDisabled else { throw HouseRefusal.accountDisabled }
        var commit = Commit(user: record.id)
        commit.audit = [AuditEntry(actor: record.id.text, ip: origin.address, act: "login", ok: true)]
        return try await beginSession(for: record, from: origin, with: commit)
    }

    /// Ends this login. The answer waits until that is durable.
    package func logOut(_ trader: Trader, from origin: Origin) async throws {
        var list = try await current(trader.user).logins ?? SessionList(user: trader.user, userName: trader.name, sessions: [])
        list.sessions.removeAll { $0.digest == trader.session }
        var commit = Commit(user: trader.user, isEssential: true)
        commit.documents = [
            DocumentChange(.sessions(trader.user), list.document),
            DocumentChange(sessionIndex(trader.session), nil),
        ]
        commit.audit = [AuditEntry(actor: trader.user.text, ip: origin.address, act: "logout", ok: true)]
        sessions.forget(trader.session)
        hangUp(session: trader.session, of: trader.desk)
        try await store.commit(commit).wait()
    }

    // MARK: Who is there

    /// The trader whose login was used lately, without any wait; nil means `recall` has to look on disk.
    package func find(_ digest: SessionDigest) throws(AuthenticationRefusal) -> Trader? {
        guard let trader = sessions.find(digest) else { return nil }
        guard trader.expiresAt > world.now() else { throw .expired }
        return trader
    }

    /// The trader of a login that is not in memory.
    package func recall(_ digest: SessionDigest) async throws -> Trader {
        if let trader = try find(digest) { return trader }
        guard let entry = try await store.document(sessionIndex(digest)).flatMap(IndexEntry.init(document:)),
            case (let account, let logins) = try await current(entry.user), let record = account, !record.isDisabled,
            let session = logins?.sessions.first(where: { $0.digest == digest })
        else { throw AuthenticationRefusal.invalid }
        guard session.expiresAt > world.now() else { throw AuthenticationRefusal.expired }
        let trader = makeTrader(record, session)
        sessions.remember(trader)
        return trader
    }

    /// In single-user mode, the person whom a call without a token belongs to.
    package func primaryTrader() async throws -> Trader {
        guard settings.mode == .singleUser else { throw AuthenticationRefusal.absent }
        let now = world.now()
        let record = if let primaryUser { try await user(primaryUser) } else { nil as UserRecord? }
        return Trader(
            user: record?.id ?? .legacyDefault, desk: .legacyDefault, name: record?.name ?? "Primary user", email: record?.email ?? "",
            role: .owner, tier: .free, session: SessionDigest(world.sha256(Array("primary".utf8))), loginAt: now,
            expiresAt: now + settings.sessionLife)
    }

    /// The digest under which a session token is known.
    package func digest(ofToken token: String) -> SessionDigest { SessionDigest(world.digest(of: token)) }

    // MARK: Limits

    /// Takes one request from the trader's budget.
    package func meter(_ trader: Trader, acts: Bool) -> RateReading {
        let limits = settings.rateLimits
        let isPremium = trader.tier == .premium
        let perMinute = (acts ? limits.actsPerMinute : limits.readsPerMinute) * (isPremium ? limits.premiumFactor : 1)
        let now = world.now()
        let reading =
            acts
            ? actMeter.take(trader.user, perMinute: perMinute, at: now)
            : readMeter.take(trader.user, perMinute: perMinute, at: now)
        return RateReading(
            isAllowed: reading.isAllowed, limit: reading.limit, remaining: reading.remaining, retryAfterSeconds: reading.retryAfterSeconds)
    }

    func meterLogin(_ key: String) throws {
        let reading = loginMeter.take(key, perMinute: settings.rateLimits.loginsPerMinute, at: world.now())
        guard reading.isAllowed else { throw HouseRefusal.tooManyRequests(retryAfterSeconds: reading.retryAfterSeconds) }
    }

    // MARK: Parts

    package func user(_ id: UserID) async throws -> UserRecord? {
        try await store.document(.user(id)).flatMap(UserRecord.init(document:))
    }

    private func beginSession(for record: UserRecord, from origin: Origin, with started: Commit) async throws -> Welcome {
        var list = try await current(record.id).logins ?? SessionList(user: record.id, userName: record.name, sessions: [])
        let now = world.now()
        let token = world.makeUUID()
        let session = SessionRecord(
            digest: digest(ofToken: token), createdAt: now, expiresAt: now + settings.sessionLife, address: origin.address,
            agent: origin.agent)
        list.userName = record.name
        list.sessions.append(session)
        var commit = started
        var kept: [SessionRecord] = []
        let surplus = max(0, list.sessions.count - settings.sessionsPerUser)
        for (index, old) in list.sessions.enumerated() {
            if index < surplus || old.expiresAt <= now {
                sessions.forget(old.digest)
                hangUp(session: old.digest, of: makeTrader(record, old).desk)
                commit.documents.append(DocumentChange(sessionIndex(old.digest), nil))
            } else {
                kept.append(old)
            }
        }
        list.sessions = kept
        commit.documents.append(DocumentChange(.sessions(record.id), list.document))
        commit.documents.append(
            DocumentChange(sessionIndex(session.digest), IndexEntry(user: record.id, expiresAt: session.expiresAt).document))
        try await store.commit(commit).wait()
        // Somebody may have switched the account off while the disk worked; then nobody comes in by memory.
        let after = try await current(record.id)
        guard let after = after.record, !after.isDisabled else { throw HouseRefusal.accountDisabled }
        let trader = makeTrader(after, session)
        sessions.remember(trader)
        return Welcome(trader: trader, token: token)
    }

    private func makeTrader(_ record: UserRecord, _ session: SessionRecord) -> Trader {
        let tier = record.tierExpires.map { $0 > world.now() } ?? true ? record.tier : .free
        let sitsAtLegacyBooks = settings.mode == .singleUser && record.id == primaryUser
        return Trader(
            user: record.id, desk: sitsAtLegacyBooks ? .legacyDefault : record.id, name: record.name, email: record.email,
            role: record.role,
            tier: tier, session: session.digest, loginAt: session.createdAt, expiresAt: session.expiresAt)
    }

    /// The account and its logins as they stand in this turn.
    ///
    /// Whoever builds on a document must not wait between reading and committing, or two at once lose one of their changes. The first
    /// reading may wait for the disk; the second finds both in memory and does not.
    func current(_ id: UserID) async throws -> (record: UserRecord?, logins: SessionList?) {
        _ = try await store.document(.sessions(id))
        _ = try await store.document(.user(id))
        return (try await user(id), try await store.document(.sessions(id)).flatMap(SessionList.init(document:)))
    }

    private func checkNewPassword(_ password: String) throws {
        let length = password.unicodeScalars.count
        guard length >= Tradehouse.passwordLength.lowerBound else { throw HouseRefusal.passwordTooShort }
        guard length <= Tradehouse.passwordLength.upperBound else { throw HouseRefusal.passwordTooLong }
        guard !CommonPasswords.contain(sha256: world.sha256(Array(password.lowercased().utf8))) else {
            throw HouseRefusal.passwordTooCommon
        }
    }

    private func slowHash(_ password: String) async throws -> String {
        do {
            return try await world.hashPassword(password)
        } catch is PoolBusy {
            throw HouseRefusal.tooBusy
        }
    }

    /// Writes an audit line on its own; nobody waits for it.
    func note(_ entry: AuditEntry, for user: UserID) {
        var commit = Commit(user: user)
        commit.audit = [entry]
        _ = store.commit(commit)
    }

    func emailIndex(_ address: EmailAddress) -> DocumentPath {
        .index("email", sha256: SessionDigest(world.sha256(Array(address.folded.utf8))).hex)!
    }

    func sessionIndex(_ digest: SessionDigest) -> DocumentPath {
        .index("session", sha256: digest.hex)!
    }
}

/// What a trader's budget says after one request.
package struct RateReading: Sendable, Hashable {
    package let isAllowed: Bool
    package let limit: Int
    package let remaining: Int
    package let retryAfterSeconds: Int
}

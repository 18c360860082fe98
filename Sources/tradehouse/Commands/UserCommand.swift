// `tradehouse user …`: accounts without a browser, while no server holds the folder.

import House
import Platform
import Storage
import Trading

enum UserCommand {
    private static let help = """
        usage: tradehouse user add --data DIR --email E [--id ID] [--name NAME] [--role ROLE] --password-stdin
               tradehouse user list --data DIR
               tradehouse user disable|enable --data DIR --id ID
               tradehouse user role --data DIR --id ID --role ROLE
               tradehouse user delete ID --data DIR --yes

        `delete` ends an account for good: its books, logins and credentials cannot be read any more from that moment, its files go after
        the retention. The e-mail address is free again, the id is never given again.

        ROLE is owner, admin, trader (the default) or viewer. The first line of standard input is the password.
        Refused while a server holds the folder.
        """

    private static let origin = Origin(address: "console", agent: "tradehouse user")

    static func run(_ arguments: [String]) throws -> Int32 {
        let flags = try Flags(arguments, taking: ["data", "email", "id", "name", "role"], plain: ["password-stdin", "yes"])
        if flags.has("help") {
            Terminal.print(help)
            return 0
        }
        guard let verb = flags.rest.first, verb == "delete" ? flags.rest.count == 2 : flags.rest.count == 1 else {
            throw UsageProblem("Say what to do: add, list, disable, enable, role or delete ID. `tradehouse user --help` tells more.")
        }
        switch verb {
        case "add": try add(flags)
        case "list": try list(flags)
        case "disable", "enable": try disable(flags, verb == "disable")
        case "role": try role(flags)
        case "delete": try delete(flags)
        default: throw UsageProblem("`tradehouse user` does not know `\(verb)`: it takes add, list, disable, enable, role or delete.")
        }
        return 0
    }

    private static func add(_ flags: Flags) throws {
        let folder = try flags.required("data")
        let email = try flags.required("email")
        let role = try role(in: flags) ?? .trader
        let id = try flags.value("id").map { text in
            guard let id = UserID(text) else { throw UsageProblem("`\(text)` cannot be an id: 1 to 32 letters, digits, - and _.") }
            return id
        }
        guard flags.has("password-stdin") else {
            throw UsageProblem("`--password-stdin` is missing: the password comes by standard input.")
        }
        guard let password = Terminal.readLine() else { throw UsageProblem("Standard input holds no password.") }
        let name = flags.value("name") ?? ""
        let record = try refusing {
            try Offline.withHouse(folder, makes: true, cost: 12) { house in
                try await house.open()
                if role == .owner, await !house.isSetupNeeded { throw HouseRefusal.setupDone }
                return try await house.addAccount(id: id, email: email, password: password, name: name, role: role, from: origin)
            }
        }
        Terminal.print("\(record.id.text)\t\(record.email)\t\(record.role.rawValue)")
    }

    private static func list(_ flags: Flags) throws {
        let folder = try flags.required("data")
        let records = try Offline.withHouse(folder, cost: 4) { house in
            var all: [UserRecord] = []
            var after: UserID?
            repeat {
                let page = try await house.users(.console(at: house.world.now()), after: after, limit: 1_000)
                all += page.records
                after = page.next
            } while after != nil
            return all
        }
        for record in records {
            Terminal.print(
                [
                    record.id.text, record.email, record.role.rawValue, record.isDisabled ? "disabled" : "active", record.createdAt.utcText,
                ].joined(separator: "\t"))
        }
    }

    private static func disable(_ flags: Flags, _ isDisabled: Bool) throws {
        let id = try existing(flags)
        let record = try refusing {
            try Offline.withHouse(try flags.required("data"), cost: 4) { house in
                try await house.setDisabled(isDisabled, user: id, by: .console(at: house.world.now()), from: origin)
            }
        }
        Terminal.print("\(record.id.text) is \(record.isDisabled ? "disabled" : "active").")
    }

    private static func role(_ flags: Flags) throws {
        let id = try existing(flags)
        guard let role = try role(in: flags) else { throw UsageProblem("`--role` is missing.") }
        let record = try refusing {
            try Offline.withHouse(try flags.required("data"), cost: 4) { house in
                try await house.setRole(role, user: id, by: .console(at: house.world.now()), from: origin)
            }
        }
        Terminal.print("\(record.id.text) is \(record.role.rawValue).")
    }

    private static func delete(_ flags: Flags) throws {
        guard let id = UserID(flags.rest[1]) else { throw UsageProblem("`\(flags.rest[1])` cannot be an id.") }
        guard flags.has("yes") else {
            throw UsageProblem("This ends the account \(id.text) with all its books, for good. Say `--yes` if that is meant.")
        }
        try refusing {
            try Offline.withHouse(try flags.required("data"), cost: 4) { house in
                try await house.open()
                try await house.deleteUser(id, by: .console(at: house.world.now()), from: origin)
            }
        }
        Terminal.print("\(id.text) is deleted.")
    }

    private static func existing(_ flags: Flags) throws -> UserID {
        let text = try flags.required("id")
        guard let id = UserID(text) else { throw UsageProblem("`\(text)` cannot be an id.") }
        return id
    }

    private static func role(in flags: Flags) throws -> Role? {
        guard let text = flags.value("role") else { return nil }
        guard let role = Role(rawValue: text) else {
            throw UsageProblem("`--role \(text)` is not owner, admin, trader or viewer.")
        }
        return role
    }

    /// A refusal of the house is wrong usage at the console: one sentence.
    private static func refusing<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let refusal as HouseRefusal {
            throw UsageProblem(sentence(refusal))
        }
    }

    private static func sentence(_ refusal: HouseRefusal) -> String {
        switch refusal {
        case .invalidEmail: "That is not an e-mail address."
        case .invalidName: "The name is too long (100 bytes) or holds characters that do not show."
        case .passwordTooShort: "The password is too short: at least 8 characters."
        case .passwordTooLong: "The password is too long: at most 256 characters."
        case .passwordTooCommon: "That password is among the most guessed ones."
        case .emailTaken: "There is an account with this e-mail address already."
        case .userIDTaken: "There is an account with this id already."
        case .unknownUser: "There is no account with this id."
        case .setupDone: "The house has an owner already."
        case .notPermitted: "There is one owner for ever: that account cannot be changed, and no other can become it."
        default: "The house refused: \(refusal)."
        }
    }
}

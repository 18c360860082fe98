// The command line: one table of commands, one way to fail. Exit codes: 0 success, 1 the world failed, 2 wrong usage, 3 an import
// was partial, 4 an import was refused.

import Platform

let arguments = Array(CommandLine.arguments.dropFirst())
let code: Int32
do {
    code = try Tool.run(arguments)
} catch let problem as UsageProblem {
    Terminal.complain(problem.text)
    code = 2
} catch {
    Terminal.complain("\(error)")
    code = 1
}
Terminal.exit(code)

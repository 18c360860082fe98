// The simulations of the store as a program, for runs of thousands of seeds: `etc/soak sim` builds and calls it. One process runs one
// share of the seeds; lines of numbers go to standard output, what was found to standard error.

import Glibc
import StorageSimulation

exit(Command(Array(CommandLine.arguments.dropFirst())).run())

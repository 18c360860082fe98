// The simulated edges under the names that tests have always used. They live in a target of their own, `SimulatedEdges`, which knows
// nothing above `Platform`, so that the simulations of the store build without the rest of the house.

import SimulatedEdges

package typealias SimulatedDisk = SimulatedEdges.SimulatedDisk
package typealias DiskRandom = SimulatedEdges.DiskRandom
package typealias SimulatedLoop = SimulatedEdges.SimulatedLoop
package typealias SteppedQueue = SimulatedEdges.SteppedQueue
package typealias SteppedLanes = SimulatedEdges.SteppedLanes
package typealias LoopThread = SimulatedEdges.LoopThread

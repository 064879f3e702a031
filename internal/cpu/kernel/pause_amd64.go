package kernel

// Pause waits for some tens of nanoseconds and leaves the core's resources to its
// other thread meanwhile.
func Pause()

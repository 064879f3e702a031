package fx

// Delete gives the memory of a tree's arrays back at once, for the next results
// to use; without it the garbage collector does so when it finds that nobody needs
// them. A loop that makes large results and is done with each before the next runs
// in warm memory with it. Looking at a deleted array is an error. An array that is
// held by other means too, such as one that a compiled function captured, keeps
// its memory until nobody needs it; one that has not been computed yet is never
// computed for this. Deleting twice is harmless.
//
// No other goroutine may be using the arrays. The name is JAX's.
func Delete(tree any) {
	for _, a := range Leaves(tree) {
		if a == nil || a.n == nil || a.n.Gone() {
			continue
		}
		if b := a.n.Value(); b != nil && !b.Shared() && a.n.Give() {
			b.Free()
		}
	}
}

// Package random draws random arrays from explicit keys.
//
// A key is a uint32 array of shape [2]. There is no hidden state: a function
// of this package gives the same bits for the same key and arguments, on every
// platform, for any number of threads, and inside fx.Jit, fx.Vmap and fx.Scan.
// A key is therefore used once. Whoever needs more randomness splits it:
//
//	key := random.New(0)
//	keys := random.Split(key, 2)
//	w := random.Normal(keys[0], fx.Float32, 784, 512)
//	x := random.Uniform(keys[1], fx.Float32, -1, 1, 128, 784)
//
// Many keys at once, of shape [n, 2], come from SplitArray and are used under
// fx.Vmap.
//
// All bits are those of fx.RandomBits, Threefry-2x32 with 20 rounds (Salmon,
// Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC
// 2011). How each distribution is made of bits is part of its documentation,
// and tests pin the results: they do not change between versions.
package random

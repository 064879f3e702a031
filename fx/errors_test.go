package fx

import (
	"strings"
	"testing"
)

type point struct{ X, Y *Array }

func ones(shape ...int) *Array { return Ones(Float32, shape...) }
func ints(shape ...int) *Array { return Ones(Int32, shape...) }

// sink keeps results that nobody looks at.
func sink(any) {}

// Every wrong program is told what is wrong, and where: at its own line.
func TestWrongPrograms(t *testing.T) {
	square := func(x *Array) *Array { return x.Square() }
	for _, c := range []struct {
		name, want string
		run        func()
	}{
		// Shapes.
		{"too few values", "New: 3 values for shape [2 2], which has 4 elements", func() { New([]float32{1, 2, 3}, 2, 2) }},
		{"negative axis", "Zeros: shape [2 -1] has a negative axis", func() { Zeros(Float32, 2, -1) }},
		{"huge shape", "Ones: shape [1099511627776 1099511627776] is too large", func() { Ones(Float32, 1<<40, 1<<40) }},
		{"no broadcast", "Add: shapes [2 3] and [4] do not broadcast", func() { ones(2, 3).Add(ones(4)) }},
		{"no broadcast of three", "Where: shapes [2], [3] and [3] do not broadcast", func() { Where(Ones(Bool, 2), ones(3), ones(3)) }},
		{"inner sizes", "MatMul: shapes [2 3] and [2 3]: the inner sizes 3 and 2 differ", func() { ones(2, 3).MatMul(ones(2, 3)) }},
		{"product of a scalar", "MatMul: operands have shapes [] and [2]; both need an axis", func() { Const(1).MatMul(ones(2)) }},
		{"batch sizes", "MatMul: shapes [2] and [3] do not broadcast", func() { ones(2, 1, 1).MatMul(ones(3, 1, 1)) }},
		{"reshape", "Reshape: shape [2 3] has 6 elements, shape [4] has 4", func() { ones(2, 3).Reshape(4) }},
		{"reshape with -1", "Reshape: 6 elements (shape [2 3]) do not fill shape [4 -1]", func() { ones(2, 3).Reshape(4, -1) }},
		{"two free axes", "Reshape: shape [-1 -1]: one axis may be -1, and none may be below that", func() { ones(2, 3).Reshape(-1, -1) }},
		{"broadcast to", "BroadcastTo: shape [2 3] does not stretch to [3 2]", func() { ones(2, 3).BroadcastTo(3, 2) }},
		{"squeeze", "Squeeze: axis 0 of shape [2 1] is not of size 1", func() { ones(2, 1).Squeeze(0) }},
		{"concatenate", "Concatenate: arrays float32[2 3] and float32[3 2] do not join along axis 0", func() { Concatenate(0, ones(2, 3), ones(3, 2)) }},
		{"concatenate nothing", "Concatenate: no arrays", func() { Concatenate(0) }},
		{"stack", "Stack: arrays float32[2] and float32[3] differ", func() { Stack(0, ones(2), ones(3)) }},
		{"split", "Split: axis 0 of shape [5] does not split into 2 equal parts", func() { Split(ones(5), 2, 0) }},
		{"slice", "Slice: range 1:4:0 of axis 0 of shape [3]", func() { ones(3).Slice(Range{From: 1, To: 4}) }},
		{"index", "Index: index 3 of axis 0 of shape [3]", func() { ones(3).Index(3) }},
		{"too many indices", "Index: 2 indices for an array of shape [3]", func() { ones(3).Index(0, 0) }},
		{"dot product", "Dot: shapes [2] and [3] differ", func() { ones(2).Dot(ones(3)) }},
		{"one element", "Item: the array is float32[2]; it must have one element", func() { ones(2).Item() }},
		{"matrix needed", "Diagonal: the array has shape [3]; it must have at least two axes", func() { ones(3).Diagonal(0) }},
		{"negative copies", "Tile: [-1] copies: they must not be negative", func() { ones(3).Tile(-1) }},

		// Convolution and pooling.
		{"images", "Conv2D: the images have shape [8 8]; they must be [images, height, width, channels] or [height, width, channels]", func() { Conv2D(ones(8, 8), ones(3, 3, 1, 1)) }},
		{"kernel", "Conv2D: the kernel has shape [3 3]; it must be [height, width, channels in, channels out]", func() { Conv2D(ones(8, 8, 1), ones(3, 3)) }},
		{"channels", "Conv2D: images of shape [1 8 8 3] have 3 channels, and a kernel of shape [3 3 4 2] in 1 groups takes 4", func() { Conv2D(ones(1, 8, 8, 3), ones(3, 3, 4, 2)) }},
		{"groups", "Conv2D: a kernel of shape [3 3 2 3] has 3 outputs, which do not divide into 2 groups", func() { Conv2D(ones(8, 8, 4), ones(3, 3, 2, 3), ConvOptions{Groups: 2}) }},
		{"kernel too large", "Conv2D: a window of 5 does not fit the images' width, which is 4 with padding", func() { Conv2D(ones(8, 4, 1), ones(5, 5, 1, 1)) }},
		{"border", "Conv2D: the border {Same:true Top:1 Bottom:0 Left:0 Right:0} is both Same and explicit", func() {
			Conv2D(ones(8, 8, 1), ones(3, 3, 1, 1), ConvOptions{Padding: Border{Same: true, Top: 1}})
		}},
		{"strides", "Conv2D: strides [-1 1]: they must be positive", func() {
			Conv2D(ones(8, 8, 1), ones(3, 3, 1, 1), ConvOptions{Strides: [2]int{-1, 1}})
		}},
		{"window of signals", "MaxPool1D: a window of [0]", func() { MaxPool1D(ones(4, 1), 0) }},
		{"strides of volumes", "AvgPool3D: strides [2 2]: there must be one for each of 3 axes", func() { AvgPool3D(ones(4, 4, 4, 1), [3]int{2, 2, 2}, PoolNDOptions{Strides: []int{2, 2}}) }},
		{"signals", "Conv1D: the images have shape [8]; they must be [images, length, channels] or [length, channels]", func() { Conv1D(ones(8), ones(3, 1, 1)) }},
		{"kernel of volumes", "Conv3D: the kernel has shape [3 3 1 1]; it must be [depth, height, width, channels in, channels out]", func() { Conv3D(ones(8, 8, 8, 1), ones(3, 3, 1, 1)) }},
		{"strides of signals", "Conv1D: strides [1 2]: there must be one for each of 1 axes", func() { Conv1D(ones(8, 1), ones(3, 1, 1), ConvNDOptions{Strides: []int{1, 2}}) }},
		{"edge", "Conv3D: the border {Same:true Low:[1 1 1] High:[]} is both Same and explicit", func() {
			Conv3D(ones(8, 8, 8, 1), ones(3, 3, 3, 1, 1), ConvNDOptions{Padding: Edge{Same: true, Low: []int{1, 1, 1}}})
		}},
		{"short edge", "Conv3D: the border {Same:false Low:[1] High:[]}: there must be one number for each of 3 axes", func() {
			Conv3D(ones(8, 8, 8, 1), ones(3, 3, 3, 1, 1), ConvNDOptions{Padding: Edge{Low: []int{1}}})
		}},
		{"signal too short", "Conv1D: a window of 5 does not fit the images' length, which is 4 with padding", func() { Conv1D(ones(4, 1), ones(5, 1, 1)) }},
		{"extra", "ConvTranspose1D: Extra [1 1]: there must be one for each of 1 axes", func() { ConvTranspose1D(ones(4, 1), ones(5, 1, 1), ConvTransposeNDOptions{Extra: []int{1, 1}}) }},
		{"extra and same", "ConvTranspose1D: the border {Same:true Low:[] High:[]} is Same and has Extra [1]", func() {
			ConvTranspose1D(ones(4, 1), ones(5, 1, 1), ConvTransposeNDOptions{Padding: Edge{Same: true}, Extra: []int{1}})
		}},
		{"two sets of options", "MaxPool2D: 2 sets of options; it takes one", func() { MaxPool2D(ones(8, 8, 1), [2]int{2, 2}, PoolOptions{}, PoolOptions{}) }},
		{"empty window", "AvgPool2D: a window of [0 2]", func() { AvgPool2D(ones(8, 8, 1), [2]int{0, 2}) }},
		{"only border", "MaxPool2D: the border {Same:false Top:2 Bottom:0 Left:0 Right:0} leaves a window of [2 2] without an element of the image", func() {
			MaxPool2D(ones(8, 8, 1), [2]int{2, 2}, PoolOptions{Padding: Border{Top: 2}})
		}},

		// Dtypes.
		{"mixed", "Add: operands are float32[2] and int32[2]; convert one with AsType", func() { ones(2).Add(ints(2)) }},
		{"mixed floats", "MatMul: operands are float32[2] and float64[2]; convert one with AsType", func() { ones(2).MatMul(Ones(Float64, 2)) }},
		{"float function", "Exp: the array is int32[2]; it must be float32 or float64", func() { ints(2).Exp() }},
		{"bool arithmetic", "Add: operands are bool; convert them with AsType", func() { Ones(Bool, 2).Add(Ones(Bool, 2)) }},
		{"bits of a float", "And: the array is float32[2]; it must be bool or an integer type", func() { ones(2).And(ones(2)) }},
		{"condition", "Where: the condition is float32[2]; it must be bool", func() { Where(ones(2), ones(2), ones(2)) }},
		{"constant", "AddScalar: 0.5 is not a value of type int32", func() { ints(2).AddScalar(0.5) }},
		{"full", "Full: 256 is not a value of type uint8", func() { Full(Uint8, 256, 2) }},
		{"elements", "Float32s: the array is int32[2]; convert it with AsType(fx.Float32)", func() { ints(2).Float32s() }},
		{"float indices", "Take: the indices are float32[2]; they must be of an integer type", func() { ones(3).Take(ones(2), 0) }},
		{"bits", "Bitcast: the bits of a float32 array do not make int64 elements", func() { ones(2).Bitcast(Int64) }},
		{"a key", "RandomBits: the key is uint32[3]; it must be uint32 with a last axis of size 2", func() { RandomBits(Ones(Uint32, 3), 4) }},
		{"no signal", "FFT: axis 0 of shape [0] has no elements to transform", func() { FFT(ones(0), 0) }},
		{"transform of integers", "FFT: the array is int32[4]; it must be of a float or complex type", func() { FFT(ints(4), 0) }},
		{"real transform of complex", "RFFT: the array is complex64[4]; it must be float32 or float64", func() { RFFT(Ones(Complex64, 4), 0) }},
		{"length", "IFFT: a length of -1", func() { IFFT(ones(4), 0, FFTOptions{N: -1}) }},
		{"length of half a transform", "IRFFT: axis 0 of shape [1] is half of a transform of length 0; give N", func() { IRFFT(Ones(Complex64, 1), 0) }},
		{"scaling", "FFT: there is no FFTNorm 3", func() { FFT(ones(4), 0, FFTOptions{Norm: 3}) }},
		{"axis of a transform", "FFT2: axis -2 of an array of shape [4]", func() { FFT2(ones(4)) }},
		{"lengths", "FFTN: lengths [4] for axes [0 1]", func() { FFTN(ones(4, 4), nil, FFTNOptions{Shape: []int{4}}) }},
		{"axis twice", "RFFTN: axis 1 is given twice in [1 -1]", func() { RFFTN(ones(4, 4), []int{1, -1}) }},
		{"frequencies", "FFTFreq: 0 frequencies of type float32, of samples 1 apart; there must be one, of a float type and a distance that is not 0", func() { FFTFreq(Float32, 0, 1) }},
		{"order of complex numbers", "Less: the array is complex64[2]; complex numbers have no order", func() { z := Ones(Complex64, 2); z.Less(z) }},
		{"largest complex number", "Max: the array is complex64[2]; complex numbers have no order", func() { Ones(Complex64, 2).Max() }},
		{"sorted complex numbers", "Sort: the array is complex64[2]; complex numbers have no order", func() { Ones(Complex64, 2).Sort(0) }},
		{"clipped complex numbers", "Clip: the array is complex64[2]; complex numbers have no order", func() { Ones(Complex64, 2).Clip(0, 1) }},
		{"real of complex", "AsType: the array is complex64[2], of which float32 would drop the imaginary part; take Real, Imag or Abs", func() { Ones(Complex64, 2).AsType(Float32) }},
		{"real elements", "Float64s: the array is complex128[2]; take its Real, Imag or Abs", func() { Ones(Complex128, 2).Float64s() }},
		{"real item", "Item: the array is complex128[]; take its Real, Imag or Abs", func() { Scalar(1i).Item() }},
		{"complex and real", "Mul: operands are complex64[2] and float32[2]; convert one with AsType", func() { Ones(Complex64, 2).Mul(ones(2)) }},
		{"complex of integers", "Complex: the array is int32[2]; it must be float32 or float64", func() { Complex(ints(2), ints(2)) }},
		{"a real function", "Erf: the array is complex64[2]; it must be float32 or float64", func() { Ones(Complex64, 2).Erf() }},
		{"complex images", "Conv2D: the array is complex64[4 4 1]; it must be float32 or float64", func() { Conv2D(Ones(Complex64, 4, 4, 1), Ones(Complex64, 2, 2, 1, 1)) }},
		{"complex loss", "Grad: the function returns complex64[]; it must return a float scalar (Sum or Mean makes one)", func() { Grad(func(z *Array) *Array { return z.Sum() })(Ones(Complex64, 2)) }},
		{"bits of complex", "Bitcast: the bits of a complex64 array do not make int64 elements", func() { Ones(Complex64, 2).Bitcast(Int64) }},
		{"no element type", "AsType: DType(99) is no element type", func() { ones(2).AsType(DType(99)) }},

		// Axes.
		{"no such axis", "Sum: axis 2 of an array of shape [2 3]", func() { ones(2, 3).Sum(2) }},
		{"axis twice", "Sum: axis 1 is given twice in [1 -1]", func() { ones(2, 3).Sum(1, -1) }},
		{"axis of a permutation", "Transpose: axis 0 is given twice in [0 0]", func() { ones(2, 3).Transpose(0, 0) }},
		{"length of a permutation", "Transpose: 1 axes for an array of shape [2 3]", func() { ones(2, 3).Transpose(0) }},
		{"softmax", "Softmax: axis -3 of an array of shape [2 3]", func() { ones(2, 3).Softmax(-3) }},
		{"axis of a kept sum", "SumKeep: axis 2 of an array of shape [2 3]", func() { ones(2, 3).SumKeep(2) }},
		{"variance of integers", "Var: the array is int32[2]; it must be of a float or complex type", func() { ints(2).Var() }},
		{"activation of integers", "Gelu: the array is int32[2]; it must be float32 or float64", func() { ints(2).Gelu() }},
		{"limits", "Clip: the lower limit 2 is above the upper limit 1", func() { ones(2).Clip(2, 1) }},
		{"fractional limits", "Clip: 0.5 is not a value of type int32", func() { ints(2).Clip(0.5, 1) }},
		{"top k", "TopK: the 4 largest along axis 0 of shape [3]", func() { ones(3).TopK(4, 0) }},
		{"maximum of nothing", "Max: no elements to choose from: shape [0] along axes []", func() { ones(0).Max() }},
		{"mean of nothing", "Mean: the mean of no elements: shape [2 0] along axes [1]", func() { ones(2, 0).Mean(1) }},

		// Indices.
		{"take from nothing", "Take: the array has shape [0 2]: along axis 0 there is nothing to take", func() { ones(0, 2).Take(ints(1), 0) }},
		{"ranks", "TakeAlongAxis: indices of shape [2] for an array of shape [2 3]; both must have as many axes", func() { ones(2, 3).TakeAlongAxis(ints(2), 0) }},
		{"tuples", "Gather: indices of shape [4 3] for an array of shape [2 3]; their last axis holds one index for each of the array's first axes", func() { ones(2, 3).Gather(ints(4, 3)) }},
		{"updates", "ScatterAdd: the updates have shape [2], which does not stretch to [4 3] (indices [4 1] into an array of shape [2 3])", func() { ones(2, 3).ScatterAdd(ints(4, 1), ones(2)) }},
		{"places of nothing", "Set: the places are of no array; At, AtAxis and AtLines make some", func() { Places{}.Set(ones(2)) }},
		{"updates of slices", "Add: the updates have shape [2], which does not stretch to [2 4] (indices [4 1] into an array of shape [2 3])", func() { ones(2, 3).AtAxis(ints(4), 1).Add(ones(2)) }},
		{"largest complex update", "Max: the array is complex64[3]; complex numbers have no order", func() { Ones(Complex64, 3).At(ints(1, 1)).Max(Ones(Complex64, 1)) }},
		{"bool updates", "Mul: operands are bool; convert them with AsType", func() { Ones(Bool, 3).At(ints(1, 1)).Mul(Ones(Bool, 1)) }},
		{"share", "Quantile: the share 1.5 is not between 0 and 1", func() { ones(3).Quantile(1.5, 0) }},
		{"median of nothing", "Median: no elements to choose from: shape [0] along axis 0", func() { ones(0).Median(0) }},
		{"median of integers", "Median: the array is int32[3]; it must be float32 or float64", func() { ints(3).Median(0) }},
		{"unsorted table", "SearchSorted: values float32[] for float32[2 2]; there must be a vector of the same dtype, not bool", func() { ones(2, 2).SearchSorted(Const(1), Left) }},
		{"side", "SearchSorted: there is no Side 2", func() { ones(2).SearchSorted(ones(1), 2) }},
		{"edges", "Histogram: edges float32[1] for float32[3]; there must be a vector of at least two, of the same dtype", func() { ones(3).Histogram(ones(1)) }},
		{"points", "Interp: points float32[2] and float32[3] for float32[4]; they must be two vectors of one size and dtype", func() { ones(4).Interp(ones(2), ones(3)) }},
		{"counted floats", "BinCount: the indices are float32[3]; they must be of an integer type", func() { ones(3).BinCount(2) }},
		{"bits of floats", "PopCount: the array is float32[2]; it must be of an integer type", func() { ones(2).PopCount() }},
		{"vector product", "Cross: shapes [3] and [2]; their last axes must be of size 3", func() { Cross(ones(3), ones(2)) }},
		{"power", "MatrixPower: the array has shape [2 3]; it must be of square matrices", func() { MatrixPower(ones(2, 3), 2) }},
		{"inner product", "Inner: shapes [2] and [3]; their last axes must be of one size", func() { Inner(ones(2), ones(3)) }},
		{"empty convolution", "Convolve: shapes [2] and [0]; both must be vectors that are not empty", func() { Convolve(ones(2), ones(0)) }},
		{"observations", "Cov: shape [3 1]; it must be [variables, observations] with more than 1 observations", func() { Cov(ones(3, 1), 1) }},
		{"coefficients", "PolyVal: the coefficients have shape [2 2]; they must be a vector", func() { PolyVal(ones(2, 2), ones(2)) }},
		{"blocks", "BlockDiag: blocks float32[2 2] and float32[2]; they must be matrices of one dtype", func() { BlockDiag(ones(2, 2), ones(2)) }},
		{"mode", "PadWith: there is no PadMode 4", func() { ones(2).PadWith(4) }},
		{"padding with itself", "PadWith: padding {Before:-1 After:0 Between:0} of axis 0 of shape [2]", func() { ones(2).PadWith(PadEdge, Padding{Before: -1}) }},
		{"step", "ArangeStep: from 0 to 1 by 0 in type float32", func() { ArangeStep(Float32, 0, 1, 0) }},
		{"step of integers", "ArangeStep: 0.5 is not a value of type int32", func() { ArangeStep(Int32, 0, 1, 0.5) }},
		{"no places", "UnravelIndex: an array of shape [2 0] has no places", func() { UnravelIndex(ints(2), 2, 0) }},
		{"conditions", "Choose: 1 conditions for 2 arrays", func() { Choose([]*Array{Ones(Bool, 1)}, []*Array{ones(1), ones(1)}, ones(1)) }},
		{"remainder of complex", "Mod: the array is complex64[1]; complex numbers have no order", func() { z := Ones(Complex64, 1); z.Mod(z) }},
		{"segments of complex", "SegmentMax: the array is complex64[1]; complex numbers have no order", func() { Ones(Complex64, 1).SegmentMax(ints(1), 2) }},
		{"segments", "SegmentMean: ids int32[2] for an array of shape [3]; there must be one integer for each row", func() { ones(3).SegmentMean(ints(2), 2) }},
		{"dtype of updates", "ScatterSet: the updates are int32[3] for an array float32[2 3]; convert one with AsType", func() { ones(2, 3).ScatterSet(ints(4, 1), ints(3)) }},
		{"part", "DynamicSlice: a part of shape [3 3] does not fit an array of shape [2 3]", func() { ones(2, 3).DynamicSlice(ints(2), 3, 3) }},
		{"start", "DynamicSlice: the start has shape [3]; for an array of shape [2 3] it must be a vector of 2", func() { ones(2, 3).DynamicSlice(ints(3), 1, 1) }},

		// Einsum.
		{"number of operands", `Einsum: "ij,jk->ik": 2 operands in the specification, and 1 are given`, func() { Einsum("ij,jk->ik", ones(2, 3)) }},
		{"number of axes", `Einsum: "ijk->i": operand 0 has 3 axes in the specification, and its shape has 2`, func() { Einsum("ijk->i", ones(2, 3)) }},
		{"sizes", `Einsum: "ij,jk": letter j has size 4 in operand 1 (shape [4 2]) and 3 before`, func() { Einsum("ij,jk", ones(2, 3), ones(4, 2)) }},
		{"sizes of a diagonal", `Einsum: "ii": letter i has size 3 in operand 0 (shape [2 3]) and 2 before`, func() { Einsum("ii", ones(2, 3)) }},
		{"unknown letter", `Einsum: "ij->ik": letter k of the result is in no operand`, func() { Einsum("ij->ik", ones(2, 3)) }},
		{"letter twice", `Einsum: "ij->ii": letter i is twice in the result`, func() { Einsum("ij->ii", ones(2, 3)) }},
		{"character", `Einsum: "i1->i": the character '1' is no letter, comma, "->" or "..."`, func() { Einsum("i1->i", ones(2, 3)) }},
		{"two arrows", `Einsum: "i->i->i": more than one "->"`, func() { Einsum("i->i->i", ones(2)) }},
		{"lost axes", `Einsum: "...i->i": the operands have axes under "..." and the result has none`, func() { Einsum("...i->i", ones(2, 3)) }},

		// Trees.
		{"map keys", "tree: the tree is a map with keys of type int; a tree's maps have string keys", func() { Leaves(map[int]*Array{1: ones(2)}) }},
		{"different trees", "Map2: the trees differ: only the first has [1]", func() { Map2((*Array).Add, []*Array{ones(1), ones(1)}, []*Array{ones(1)}) }},
		{"nil array", "Add: the array is nil", func() { ones(2).Add(nil) }},
		{"tangent", "JVP: the tangent X is float32[3] where the value is float32[2]", func() {
			JVP(func(p point) *Array { return p.X.Add(p.Y) }, point{ones(2), ones(2)}, point{ones(3), ones(2)})
		}},
		{"missing tangent", "JVP: the tangent has 1 arrays where the value has 2", func() {
			JVP(func(p point) *Array { return p.X.Add(p.Y) }, point{ones(2), ones(2)}, point{X: ones(2)})
		}},
		{"cotangent", "VJP: the cotangent the tree is float64[2] where the value is float32[2]", func() {
			_, pull := VJP(square, ones(2))
			pull(Ones(Float64, 2))
		}},

		// Transformations.
		{"loss with axes", "Grad: the function returns float32[2]; it must return a float scalar (Sum or Mean makes one)", func() { Grad(square)(ones(2)) }},
		{"integer loss", "Grad: the function returns int32[]; it must return a float scalar (Sum or Mean makes one)", func() { Grad((*Array).countElements)(ones(2)) }},
		{"value in Jit", "Float32s: the value of a float32[] is looked at inside Jit, where it is not known yet; compute with it, or use Cond, While or Where to decide by it", func() {
			Jit(func(x *Array) *Array {
				sink(x.Sum().Float32s())
				return x
			})(ones(2))
		}},
		{"value in Vmap", "Float64s: the value of a float32[] is looked at inside Vmap, where it is not known yet; compute with it, or use Cond, While or Where to decide by it", func() {
			Vmap(func(x *Array) *Array {
				sink(x.Float64s())
				return x
			})(ones(2))
		}},
		{"value in Scan", "Item: the value of a float32[] is looked at inside Scan, where it is not known yet; compute with it, or use Cond, While or Where to decide by it", func() {
			Scan(func(c, x *Array) (*Array, *Array) {
				sink(c.Item())
				return c, x
			}, Const(0), ones(2))
		}},
		{"Vmap of scalars", `Vmap: the tree is a scalar float32: it has no axis of examples (share it with InAxis("", fx.NotMapped))`, func() { Vmap(square)(Const(1)) }},
		{"numbers of examples", "Vmap: Y has 3 examples where X has 2", func() { Vmap(func(p point) *Array { return p.X.Add(p.Y) })(point{ones(2), ones(3)}) }},
		{"no such array", `Vmap: InAxis names "Z", and the argument has no such array`, func() {
			Vmap(func(p point) *Array { return p.X.Add(p.Y) }, InAxis("Z", 0))(point{ones(2), ones(2)})
		}},
		{"nothing mapped", "Vmap: no array of the argument is mapped", func() { Vmap(square, InAxis("", NotMapped))(ones(2)) }},
		{"result axis", "Vmap: OutAxis 1 for a result of shape [2]", func() { Vmap(square, OutAxis(1))(ones(2)) }},
		{"reverse through While", "While: a While loop has no reverse-mode derivative, because the number of steps is not known; use Scan, or JVP", func() {
			Grad(func(x *Array) *Array {
				return While(func(x *Array) *Array { return x.Less(Const(10)) }, func(x *Array) *Array { return x.MulScalar(2) }, x)
			})(Const(1))
		}},
		{"test of a While", "While: the test returns float32[]; it must return a bool scalar", func() {
			While(func(x *Array) *Array { return x }, square, Const(1))
		}},
		{"carry's shape", "Scan: the carry changes: the tree is float32[] before a step and float32[2] after it", func() {
			Scan(func(c, x *Array) (*Array, *Array) { return c.Add(ones(2)), x }, Const(0), ones(3))
		}},
		{"carry's structure", "While: the carry changes its structure: only the second has [1]", func() {
			While(func(c []*Array) *Array { return c[0].Less(Const(1)) }, func(c []*Array) []*Array { return append(c, c[0]) }, []*Array{Const(0)})
		}},
		{"steps", "Scan: input Y has 3 steps where 2 are expected", func() {
			Scan(func(c *Array, p point) (*Array, *Array) { return c, p.X }, Const(0), point{ones(2), ones(3)})
		}},
		{"length", "Scan: there is no input to scan over; give the number of steps with fx.Length", func() {
			Scan(func(c *Array, _ []*Array) (*Array, []*Array) { return c, nil }, Const(0), nil)
		}},
		{"branches", "Cond: the branches return float32[2] and float32[] for the tree", func() {
			Cond(Ones(Bool), square, func(x *Array) *Array { return x.Sum() }, ones(2))
		}},
		{"condition of a Cond", "Cond: the condition is bool[2]; it must be a bool scalar", func() { Cond(Ones(Bool, 2), square, square, ones(2)) }},
		{"custom tangent", "CustomJVP: the tangent that the rule returns the tree is float32[] where the value is float32[2]", func() {
			JVP(CustomJVP(square, func(x, dx *Array) *Array { return dx.Sum() }), ones(2), ones(2))
		}},
		{"custom cotangent", "CustomVJP: the cotangent that the rule returns the tree is float32[2 1] where the value is float32[2]", func() {
			f := CustomVJP(square, func(x *Array) (*Array, *Array) { return x, x }, func(x, ct *Array) *Array { return ct.ExpandDims(1) })
			Grad(func(x *Array) *Array { return f(x).Sum() })(ones(2))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			defer func() {
				e, ok := recover().(*Error)
				if !ok {
					t.Fatal("no *Error")
				}
				if got := e.Op + ": " + e.Msg; got != c.want {
					t.Errorf("got\n%s\nwant\n%s", got, c.want)
				}
				if !strings.HasPrefix(e.Pos, "errors_test.go:") {
					t.Errorf("the error is said to be at %q", e.Pos)
				}
				if want := "fx: " + c.want + " (" + e.Pos + ")"; e.Error() != want && !t.Failed() {
					t.Errorf("Error() is %q", e.Error())
				}
			}()
			c.run()
		})
	}
}

// countElements is an integer function of an array.
func (a *Array) countElements() *Array { return Scalar(int32(a.Size())) }

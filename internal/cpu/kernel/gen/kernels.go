package main

import "unicode"

// family is the kernels of one enumeration: unary, binary or comparison.
type family struct {
	name     string // of the enumeration
	operands int
	names    []string // of its constants, in order
}

var families = []family{
	{"Unary", 1, []string{"Neg", "Abs", "Sign", "Floor", "Ceil", "Round", "Sqrt", "Rsqrt", "Exp", "Expm1", "Log", "Log1p",
		"Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Tanh", "Asinh", "Acosh", "Atanh", "Logistic", "Erf", "Erfc", "ErfInv"}},
	{"Binary", 2, []string{"Add", "Sub", "Mul", "Div", "Max", "Min", "Pow", "Atan2", "Rem"}},
	{"Compare", 2, []string{"Eq", "Ne", "Lt", "Le", "Gt", "Ge"}},
}

// kernel is one function to vectorise.
type kernel struct {
	family   *family
	constant string // Exp
	function string // exp32, or a generic function's name
	call     string // how Go calls the function: exp32 or neg[float32]
	e        elem
}

// kernels lists all functions of one element type.
func (p *program) kernels(e elem) (out []kernel) {
	for i := range families {
		for _, c := range families[i].names {
			k := kernel{family: &families[i], constant: c, e: e}
			lower := string(unicode.ToLower(rune(c[0]))) + c[1:]
			generic := map[string]string{"max": "maximum", "min": "minimum"}[lower]
			if generic == "" {
				generic = lower
			}
			if f := p.funcs[generic]; f != nil && f.Type.TypeParams != nil {
				k.function, k.call = generic, generic+"["+e.goType+"]"
				out = append(out, k)
				continue
			}
			separator := ""
			if unicode.IsDigit(rune(lower[len(lower)-1])) {
				separator = "_"
			}
			bits := e.goType[5:]
			for _, name := range []string{lower + bits, lower + separator + bits} {
				if p.funcs[name] != nil {
					k.function, k.call = name, name
				}
			}
			if k.function == "" {
				panic("no function for " + c + bits)
			}
			out = append(out, k)
		}
	}
	return out
}

// base is the stem of generated names: exp32.
func (k kernel) base() string {
	lower := string(unicode.ToLower(rune(k.constant[0]))) + k.constant[1:]
	if unicode.IsDigit(rune(lower[len(lower)-1])) {
		lower += "x"
	}
	return lower + k.e.goType[5:]
}

package kernel

// Coefficients of the polynomials, lowest degree first. Those of exp, log, sin,
// cos, atan, asin and erf are minimax fits with float64 coefficients (Sollya's
// fpminimax); the others interpolate at Chebyshev points in 50 digits. Each
// comment gives the function, the interval and the largest relative error of
// the polynomial. The short versions serve the float32 functions.

// (exp(r) - 1 - r)/r^2 for |r| <= ln(2)/2; 2^-52.0.
var expCoef = []float64{
	0x1.0000000000001p-1,
	0x1.555555555554dp-3,
	0x1.5555555553ce8p-5,
	0x1.11111111144cdp-7,
	0x1.6c16c178a58b2p-10,
	0x1.a01a018c37675p-13,
	0x1.a019b8cc87567p-16,
	0x1.71de59f35251ap-19,
	0x1.2891bc11c97ecp-22,
	0x1.aeabc34600ad8p-26,
}

// The same; 2^-28.4.
var expShort = []float64{
	0x1.0000000b7e3dfp-1,
	0x1.55555527301b5p-3,
	0x1.5554e958afd26p-5,
	0x1.11114bde03b75p-7,
	0x1.6d42cacd28df0p-10,
	0x1.a072c03963423p-13,
}

// exp(r) for |r| <= ln(2)/2, in float32; 2^-28.2.
var exp32Coef = []float32{
	1,
	1,
	0x1.fffffcp-2,
	0x1.555492p-3,
	0x1.5558aep-5,
	0x1.12398p-7,
	0x1.6a4f28p-10,
}

// (tanh(a)/a - 1)/a^2 in z = a^2 for a <= 0.625, in float32; tanh's error is 2^-27.7.
var tanh32Coef = []float32{
	-0x1.555532p-2,
	0x1.1106fep-3,
	-0x1.b83792p-5,
	0x1.520a3ap-6,
	-0x1.756d14p-8,
}

// (2 atanh(s) - 2s)/s^3 in z = s^2 for |s| <= (sqrt(2)-1)/(sqrt(2)+1); 2^-50.9.
var logCoef = []float64{
	0x1.5555555555558p-1,
	0x1.999999999531cp-2,
	0x1.2492492defb07p-2,
	0x1.c71c62e541c4ep-3,
	0x1.7462b50a97c71p-3,
	0x1.39fe4eb5b695bp-3,
	0x1.2b5949cfe9c52p-3,
}

// log(1+f)/f for sqrt(1/2) <= 1+f <= sqrt(2); 2^-32.9.
var logShort = []float64{
	0x1.0000000000000p0,
	-0x1.0000001ca98dep-1,
	0x1.5555548ea1c6ap-2,
	-0x1.ffffa6684c11bp-3,
	0x1.999a01922fc17p-3,
	-0x1.556948c37406ap-3,
	0x1.2495766505963p-3,
	-0x1.fc5c907009469p-4,
	0x1.c31585ff321b7p-4,
	-0x1.bd4a598ca158bp-4,
	0x1.b8f705b56e5fdp-4,
	-0x1.ee66f1d73fce5p-5,
}

// (sin(r)/r - 1)/r^2 in z = r^2 for |r| <= pi/4; 2^-52.7.
var sinCoef = []float64{
	-0x1.5555555555555p-3,
	0x1.1111111110c7ap-7,
	-0x1.a01a019e9f10bp-13,
	0x1.71de37af467efp-19,
	-0x1.ae601ea7d92e4p-26,
	0x1.5e10cbe4b3ea7p-33,
}

// The same; 2^-32.4.
var sinShort = []float64{
	-0x1.555555545ab20p-3,
	0x1.11110de919d20p-7,
	-0x1.a013a104f9c7bp-13,
	0x1.6dbc43229e2dfp-19,
}

// (cos(r) - 1 + r^2/2)/r^4 in z = r^2 for |r| <= pi/4; 2^-54.0.
var cosCoef = []float64{
	0x1.5555555555555p-5,
	-0x1.6c16c16c168cap-10,
	0x1.a01a019f3838fp-16,
	-0x1.27e4fa02e3c37p-22,
	0x1.1eeb57d308966p-29,
	-0x1.9073853aaba25p-37,
}

// The same; 2^-34.0.
var cosShort = []float64{
	0x1.5555555502195p-5,
	-0x1.6c16bf5251277p-10,
	0x1.a015c1b2ffaafp-16,
	-0x1.25238d319432bp-22,
}

// (atan(a)/a - 1)/a^2 in z = a^2 for |a| <= tan(pi/8); 2^-53.2.
var atanCoef = []float64{
	-0x1.5555555555555p-2,
	0x1.999999999942ap-3,
	-0x1.249249243d6d2p-3,
	0x1.c71c7188b5eb5p-4,
	-0x1.745d0b9b90079p-4,
	0x1.3b126be47ce6fp-4,
	-0x1.10fae4e4465adp-4,
	0x1.dfece43378e60p-5,
	-0x1.a0b8d95fbef7ap-5,
	0x1.41b53703294f5p-5,
	-0x1.3aebdce12288bp-6,
}

// (asin(a)/a - 1)/a^2 in z = a^2 for |a| <= 1/2; 2^-49.5.
var asinCoef = []float64{
	0x1.555555555554ep-3,
	0x1.3333333337269p-4,
	0x1.6db6db67f1612p-5,
	0x1.f1c71fc03ce44p-6,
	0x1.6e8b25e014f9fp-6,
	0x1.1c59a071644abp-6,
	0x1.c86948fe0336ep-7,
	0x1.8567416cdae07p-7,
	0x1.fccbd3d5774f0p-8,
	0x1.08a85a56681f4p-6,
	-0x1.66c5611d3f688p-7,
	0x1.cfeb6b65b23ddp-6,
}

// erf(a)/a - 1 in z = a^2 for |a| <= 1; absolute error 2^-55.8.
var erfCoef = []float64{
	0x1.06eba8214db68p-3,
	-0x1.812746b0379b5p-2,
	0x1.ce2f21a040b00p-4,
	-0x1.b82ce311f6f93p-6,
	0x1.565bccf906546p-8,
	-0x1.c02db03f93968p-11,
	0x1.f9a2bb4169cacp-14,
	-0x1.f4ca5b066f00fp-17,
	0x1.b980780e425cap-20,
	-0x1.5c0b954cd87fdp-23,
	0x1.d73c28d9d424bp-27,
	-0x1.ac163c3671389p-31,
}

// The same; absolute error 2^-29.6.
var erfShort = []float64{
	0x1.06eba7f8ac250p-3,
	-0x1.81273ec983f33p-2,
	0x1.ce2d1f5a74f53p-4,
	-0x1.b7fbafd0e74e6p-6,
	0x1.5419cdc59a8f4p-8,
	-0x1.a484b8138c79dp-11,
	0x1.4ae14d23303b3p-14,
}

// (1+2a) exp(a^2) erfc(a) in t = (a-3)/(a+3) for 1/2 <= a <= 28; 2^-54.06.
var erfcxCoef = []float64{
	0x1.40c522d7e4987p0,
	-0x1.15c084bb9e8e6p-3,
	-0x1.85a15c58a9c50p-5,
	0x1.098366a5b4073p-3,
	-0x1.e88b803a5bf08p-4,
	0x1.17ca28780e64dp-4,
	-0x1.8574c4049e707p-6,
	0x1.4b884e02ee1b7p-9,
	0x1.ef1bd7a8ed5fep-10,
	-0x1.98db46c2ed7f6p-11,
	-0x1.b90fea1ca5ad4p-14,
	0x1.0659343d05f9dp-13,
	0x1.4b6fe543b8222p-18,
	-0x1.511ab4c7b4e8cp-16,
	-0x1.787a8ea693e4ap-21,
	0x1.cf63ac74d78cbp-19,
	0x1.456c5dc57139fp-22,
	-0x1.39929f83ab60ap-21,
	-0x1.69df914237f17p-24,
	0x1.31fbe70a65bc0p-24,
	0x1.28b841ccbe9cep-27,
}

// The same in t = (a-2)/(a+2) for 1/2 <= a <= 11; 2^-33.01.
var erfcxShort = []float64{
	0x1.46e80e22b1590p0,
	-0x1.7bf5ebc55885fp-4,
	-0x1.5407bfcfe2ef5p-3,
	0x1.4ffa14314cb41p-3,
	-0x1.bc2b2c5960e88p-5,
	-0x1.07377abfd8b85p-7,
	0x1.1dc414cff04bdp-7,
	0x1.4ad2bcf575889p-10,
	-0x1.7c072219e8c6ep-10,
	-0x1.ba1210d99285ep-12,
	0x1.97ce86b055d45p-13,
	0x1.9476ab471b0a6p-14,
}

// erfinv(x)/x in w - 3.125, where w = -log(1-x^2) <= 6.25; 2^-54.53.
var erfInvLow = []float64{
	0x1.a755e7c99ae86p0,
	0x1.ebd80d9b13dfap-3,
	-0x1.8b6c33114ea2fp-8,
	-0x1.84576948359ddp-11,
	0x1.879c2a20aeb2ep-13,
	-0x1.d1d1f7c9ffa6dp-17,
	-0x1.6e8a53c7ac2ffp-20,
	0x1.c6b4f8868f532p-22,
	-0x1.f36ceed4416aep-26,
	-0x1.1a9eb00326b9bp-28,
	0x1.20f544d62fff1p-30,
	-0x1.dc3f457145cd3p-35,
	-0x1.c8a6afa1550f4p-37,
	0x1.7236b79e1d57ep-39,
	-0x1.6b86f85109f07p-44,
	-0x1.6877e8ae70f27p-45,
	0x1.d5e95ecc5f898p-48,
	-0x1.6b6b0fc6a580fp-55,
	-0x1.19ac650194dcap-53,
	0x1.1e1f9ee618b29p-56,
	0x1.669b9213d3cdfp-61,
	-0x1.9a137911c05cfp-62,
	0x1.79a647e43b44ep-66,
	0x1.e2aa7ddd776b6p-69,
	-0x1.b2643e45e1856p-72,
}

// The same in sqrt(w) - 3.25 for 6.25 <= w <= 16; 2^-52.39.
var erfInvMid = []float64{
	0x1.8abcc380d5a48p1,
	0x1.0158a6d641d39p0,
	0x1.5ffcfe5b6db7ap-8,
	-0x1.ebadabb88eb36p-9,
	0x1.468eeca887021p-9,
	-0x1.ba924133966efp-10,
	0x1.f3cc54ba4185ap-11,
	-0x1.7448a8807fc16p-12,
	0x1.932deb51d5effp-16,
	0x1.1e684a09f878bp-14,
	-0x1.8cf1ea476ca5dp-15,
	0x1.a29a626bd0bb9p-17,
	0x1.88e7be48aa51ap-19,
	-0x1.0d5f12f3cb324p-18,
	0x1.918866d43073fp-20,
	0x1.3acdcdc26635cp-26,
	-0x1.206ae34abd5a9p-22,
	0x1.85a326c1cb527p-24,
	-0x1.a53a301e22b57p-32,
}

// The same in sqrt(w) - 5 for 16 <= w <= 36.1; 2^-54.2.
var erfInvHigh = []float64{
	0x1.3664ddd1ad7fbp2,
	0x1.02a30d1fba10dp0,
	-0x1.22ea5df1c0de1p-13,
	-0x1.c2f36aa2566e9p-13,
	0x1.3ebf4ef8ba8e3p-14,
	-0x1.4a348fbc5d376p-16,
	0x1.2fbcff188a36fp-18,
	-0x1.0a907664659f2p-20,
	0x1.ebe213c4e51a9p-23,
	-0x1.222694fa44488p-24,
	0x1.f2a203e15d23fp-26,
	-0x1.061735ab44384p-26,
	0x1.0c689b955fc9fp-27,
	-0x1.dcf9002d3f9a1p-29,
	0x1.6c6ee51ce759dp-30,
	-0x1.e1cfaa0403c2cp-32,
	0x1.1a7dfa951bd4ap-34,
	0x1.7aa8936ff2b4ep-35,
	-0x1.516f2c8bfb04fp-36,
}

// The same in w - 2.5 for w <= 5; 2^-27.78.
var erfInvShortLow = []float64{
	0x1.805c5cfcedef5p0,
	0x1.f91e8b47bc332p-3,
	-0x1.11c3ccf583fccp-8,
	-0x1.4866876636aa3p-10,
	0x1.c9b8392b34813p-13,
	-0x1.4cd6db31136aep-18,
	-0x1.cb7b9e68dc51ap-19,
	0x1.f3bcf6b20a36ap-22,
	0x1.129bb8c97f855p-26,
	-0x1.2c4526ac24209p-27,
	0x1.00d79ace31a9fp-31,
}

// The same in sqrt(w) - 3.1 for 5 <= w <= 16.1; 2^-28.34.
var erfInvShortHigh = []float64{
	0x1.777422ad9aa79p1,
	0x1.00dbf1bd3ccfep0,
	0x1.e8e7389b70980p-8,
	-0x1.7546d1bcbfeeep-8,
	0x1.0e13e4d6bf9efp-8,
	-0x1.646c84ae12f44p-9,
	0x1.5a5476d6a559cp-10,
	-0x1.30b4ce8cb85f4p-12,
	-0x1.24888da7cf282p-13,
	0x1.16537c8cb1cc8p-13,
	-0x1.12724b3f0aa67p-15,
}

// (2 atanh(s)/s - 2)/s^2 less 2/3, over z, in z = s^2 as for logCoef.
var powCoef = []float64{
	0x1.999999999999ap-2,
	0x1.24924924922fbp-2,
	0x1.c71c71c74d689p-3,
	0x1.745d173c16abap-3,
	0x1.3b13aa1cfeb58p-3,
	0x1.111540c0113b0p-3,
	0x1.e01caeba62a6ap-4,
	0x1.da852a1c492b9p-4,
}

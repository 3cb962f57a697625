// Command numbers computes with floats and complex numbers: special values, rounding, conversions and the math package.
//
// Values go through variables that the compiler cannot see through, so that the wasm does the work.
package main

import (
	"fmt"
	"math"
	"math/big"
	"math/cmplx"
	"math/rand"
)

//go:noinline
func opaque[T any](v T) T { return v }

func main() {
	special()
	conversions()
	rounding()
	functions()
	singlePrecision()
	bits()
	complexNumbers()
	bigNumbers()
	random()
	summation()
}

func special() {
	nan, inf, zero := opaque(math.NaN()), opaque(math.Inf(1)), opaque(0.0)
	fmt.Println(nan == nan, nan != nan, nan < 1, nan > 1, !(nan >= 1), inf-inf, inf*zero, 1/zero, -1/zero, 1/(-1/inf))
	fmt.Println(min(nan, 1), max(1, nan), min(zero, math.Copysign(0, -1)), math.Signbit(min(zero, math.Copysign(0, -1))), math.Max(inf, nan))
	for _, f := range []float64{nan, inf, zero} {
		fmt.Print(math.IsNaN(f), math.IsInf(f, 0), math.Signbit(-f), " ")
	}
	negative := opaque(-2.0)
	fmt.Println(math.Sqrt(negative), math.Log(negative), math.Mod(negative, 0), math.Pow(negative, 0.5), math.Pow(negative, 3))
}

// conversions stay within the range of the result: what happens outside depends on the architecture.
func conversions() {
	for _, f := range []float64{0, 1.9, -1.9, 2147483647.5, -2147483648.9, 4294967295, 9007199254740993, -9.2233720368547e18, 9.2233720368547e18} {
		f = opaque(f)
		fmt.Print(int64(f), " ", float32(f), " ")
	}
	fmt.Println()
	for _, i := range []int64{0, -1, 1 << 53, 1<<53 + 1, math.MaxInt64, math.MinInt64, 16777217} {
		i = opaque(i)
		fmt.Print(float64(i), " ", float32(i), " ", float64(uint64(i)), " ", float32(uint32(i)), " ")
	}
	fmt.Println()
	u := opaque(1.8446744073709550e19)
	fmt.Println(uint64(u), uint32(opaque(4.2e9)), int32(opaque(-7.99)), int16(int64(opaque(-32768.5))), uint8(opaque(255.9)))
}

func rounding() {
	for _, f := range []float64{0.5, 1.5, 2.5, -0.5, -1.5, 0.49999999999999994, 4503599627370497.5, -2.7, 1e300} {
		f = opaque(f)
		fmt.Print(math.Floor(f), math.Ceil(f), math.Trunc(f), math.Round(f), math.RoundToEven(f), "; ")
	}
	fmt.Println()
	whole, part := math.Modf(opaque(-3.25))
	fraction, exponent := math.Frexp(opaque(1234.5))
	fmt.Println(whole, part, fraction, exponent, math.Ldexp(fraction, exponent), math.Nextafter(1, 2), math.FMA(opaque(0.1), 10, -1), math.Remainder(opaque(5.5), 2))
}

// functions are printed with 12 digits: architectures differ in the last ones.
func functions() {
	x := opaque(0.7)
	for _, v := range []float64{math.Sin(x), math.Cos(x), math.Tan(x), math.Asin(x), math.Atan2(x, -1), math.Sinh(x), math.Exp(x), math.Expm1(1e-10), math.Log10(x), math.Log1p(1e-10),
		math.Cbrt(27), math.Hypot(3, 4), math.Gamma(5.5), math.Erf(x), math.J0(x), math.Sin(1e15), math.Pow(x, -3.3), math.Exp2(10.5)} {
		fmt.Printf("%.12g ", v)
	}
	fmt.Println()
}

func singlePrecision() {
	var sum float32
	for i := 1; i <= 100000; i++ {
		sum += 1 / float32(i)
	}
	third := opaque(float32(1)) / 3
	fmt.Println(sum, third, third*3 == 1, float64(third), float32(opaque(16777216.0))+1, opaque(float32(math.MaxFloat32))*2, -opaque(float32(1e-45))/2)
}

func bits() {
	for _, f := range []float64{1, -0.0, math.Pi, 5e-324} {
		fmt.Printf("%#016x %#08x ", math.Float64bits(opaque(f)), math.Float32bits(float32(opaque(f))))
	}
	payload := math.Float64frombits(opaque(uint64(0x7ff8000000001234)))
	fmt.Printf("%x %v\n", math.Float64bits(payload), math.Float32frombits(opaque(uint32(0x7f800000))))
}

func complexNumbers() {
	a, b := opaque(3+4i), opaque(-1+0.5i)
	fmt.Println(a+b, a-b, a*b, a/b, -a, real(a), imag(b), a == b, a == complex(3, 4), cmplx.Abs(a))
	fmt.Println(a/0, complex64(a)*complex64(b), complex64(a)/complex64(b), cmplx.Inf() == cmplx.Inf(), cmplx.IsNaN(cmplx.NaN()))
	fmt.Printf("%.6f %.6f %.6f %.6f\n", cmplx.Sqrt(-1), cmplx.Exp(complex(0, math.Pi)), cmplx.Pow(a, b), cmplx.Phase(b))
	z, steps := complex128(0), 0
	for c := opaque(-0.75 + 0.1i); cmplx.Abs(z) < 2 && steps < 1000; steps++ {
		z = z*z + c
	}
	byKey := map[complex128]string{1i: "i", 1: "one"}
	fmt.Println("mandelbrot", steps, byKey[1i], byKey[1+0i])
}

func bigNumbers() {
	factorial := big.NewInt(1)
	for i := int64(2); i <= 60; i++ {
		factorial.Mul(factorial, big.NewInt(i))
	}
	fmt.Println(factorial)
	p, _ := new(big.Int).SetString("170141183460469231731687303715884105727", 10)
	quotient, remainder := new(big.Int).DivMod(factorial, big.NewInt(1234567891011), new(big.Int))
	fmt.Println(p.ProbablyPrime(10), new(big.Int).Exp(big.NewInt(3), big.NewInt(1000), p), quotient, remainder, new(big.Int).GCD(nil, nil, factorial, p))
	ratio := big.NewRat(0, 1)
	for i := int64(1); i <= 20; i++ {
		ratio.Add(ratio, big.NewRat(1, i))
	}
	root := new(big.Float).SetPrec(200).SetInt64(2)
	fmt.Println(ratio, root.Sqrt(root).Text('g', 50), new(big.Int).Sqrt(factorial))
}

func random() {
	r := rand.New(rand.NewSource(42))
	fmt.Println(r.Intn(1000), r.Intn(1000), r.Float64(), r.Perm(6), r.Int63(), r.NormFloat64())
}

// summation compensates for rounding; an optimizer that reorders floats would lose it.
func summation() {
	sum, lost := 0.0, 0.0
	plain := 0.0
	for i := 0; i < 100000; i++ {
		v := opaque(0.1)
		plain += v
		y := v - lost
		t := sum + y
		lost = (t - sum) - y
		sum = t
	}
	fmt.Println(plain, sum)
}

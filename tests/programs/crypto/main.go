// Command crypto hashes, encrypts, signs and derives keys; published test vectors stand beside what must be true.
package main

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
)

func main() {
	hashes()
	blocks()
	signatures()
	publicKeys()
	randomness()
}

func hashes() {
	million := []byte(strings.Repeat("a", 1000000))
	fmt.Printf("%x\n%x\n%x\n", md5.Sum([]byte("abc")), sha1.Sum([]byte("abc")), sha256.Sum256([]byte("abc")))
	fmt.Printf("%x\n%x\n", sha256.Sum256(million), sha512.Sum512([]byte("")))
	mac := hmac.New(sha256.New, []byte("Jefe"))
	mac.Write([]byte("what do ya want for nothing?"))
	fmt.Printf("%x\n", mac.Sum(nil))
	h := sha256.New()
	for i := 0; i < len(million); i += 999 {
		h.Write(million[i:min(i+999, len(million))])
	}
	all := sha256.Sum256(million)
	fmt.Println(subtle.ConstantTimeCompare(h.Sum(nil), all[:]))
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

func blocks() {
	// FIPS 197, appendix C.1.
	block, err := aes.NewCipher(unhex("000102030405060708090a0b0c0d0e0f"))
	out := make([]byte, 16)
	block.Encrypt(out, unhex("00112233445566778899aabbccddeeff"))
	fmt.Printf("%x %v\n", out, err)
	// GCM, test case 4 of the GCM specification.
	block, _ = aes.NewCipher(unhex("feffe9928665731c6d6a8f9467308308"))
	gcm, _ := cipher.NewGCM(block)
	nonce, extra := unhex("cafebabefacedbaddecaf888"), unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
	plain := unhex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39")
	sealed := gcm.Seal(nil, nonce, plain, extra)
	opened, err := gcm.Open(nil, nonce, sealed, extra)
	fmt.Printf("%x %v %v\n", sealed, bytes.Equal(opened, plain), err)
	sealed[3] ^= 1
	_, err = gcm.Open(nil, nonce, sealed, extra)
	fmt.Println(err)
	text := bytes.Repeat([]byte("stream"), 1000)
	stream := cipher.NewCTR(block, make([]byte, 16))
	stream.XORKeyStream(text, text)
	sum := sha256.Sum256(text)
	fmt.Printf("%x\n", sum[:8])
	_, err = aes.NewCipher(make([]byte, 5))
	fmt.Println(err)
}

func signatures() {
	// RFC 8032, section 7.1, test 2.
	key := ed25519.NewKeyFromSeed(unhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
	signature := ed25519.Sign(key, []byte{0x72})
	public := key.Public().(ed25519.PublicKey)
	fmt.Printf("%x\n", signature)
	fmt.Println(ed25519.Verify(public, []byte{0x72}, signature), ed25519.Verify(public, []byte{0x73}, signature))
	digest := sha256.Sum256([]byte("message"))
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	signed, signErr := ecdsa.SignASN1(rand.Reader, ec, digest[:])
	fmt.Println(err, signErr, ecdsa.VerifyASN1(&ec.PublicKey, digest[:], signed), ecdsa.VerifyASN1(&ec.PublicKey, digest[1:], signed))
}

// publicKeys uses the textbook operation on a key of two published primes, which needs no random prime search.
func publicKeys() {
	p, _ := new(big.Int).SetString("170141183460469231731687303715884105727", 10)
	q, _ := new(big.Int).SetString("2305843009213693951", 10)
	one, e := big.NewInt(1), big.NewInt(65537)
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	d := new(big.Int).ModInverse(e, phi)
	key := rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 65537}
	message := new(big.Int).SetBytes([]byte("a short secret"))
	secret := new(big.Int).Exp(message, e, key.N)
	fmt.Println(secret, string(new(big.Int).Exp(secret, d, key.N).Bytes()), key.N.BitLen())
}

func randomness() {
	a, b := make([]byte, 100000), make([]byte, 100000)
	n, err := rand.Read(a)
	rand.Read(b)
	counts := [256]int{}
	for _, v := range a {
		counts[v]++
	}
	even := true
	for _, c := range counts {
		even = even && c > 200 && c < 600
	}
	i, intErr := rand.Int(rand.Reader, big.NewInt(10))
	fmt.Println(n, err, bytes.Equal(a, b), even, i.Int64() < 10, intErr)
}

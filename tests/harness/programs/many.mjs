/**
 * Programs with so many functions that PC_F, the upper part of a PC, needs more than 16 bits (golang/go#64856). Go builds
 * them from 1.25 on.
 *
 * The functions are in a package that the program imports, so that they come before its own in the module, and all that the
 * program does is done by functions with a large PC_F.
 */

/** PC_F begins with 0x1000: this many leave none of 16 bits to what follows. */
const COUNT = 62_000;
const PER_FILE = 10_000;

/** The first release that builds such programs. */
export const SINCE_MANY = "1.25";

/**
 * @template {{name: string, files: Record<string, string>, since: string}} P
 * @param {P} program
 * @returns {P} the same with many functions more, all of which are called before `main`
 */
export function withManyFunctions(program) {
  return {
    ...program,
    name: `many_${program.name}`,
    since: SINCE_MANY,
    files: { ...program.files, "zz_many.go": 'package main\n\nimport _ "programs/many"\n', ...manyFiles() },
  };
}

function manyFiles() {
  const files = {};
  const names = [];
  for (let first = 0; first < COUNT; first += PER_FILE) {
    const indices = Array.from({ length: Math.min(PER_FILE, COUNT - first) }, (_, i) => first + i);
    const functions = indices.map((i) => `//go:noinline\nfunc f${i}(x int) int { return x*${factor(i)} + ${i} }\n`);
    files[`../many/f${first}.go`] = `package many\n\n${functions.join("\n")}`;
    names.push(...indices.map((i) => `f${i}`));
  }
  files["../many/many.go"] = `package many

var table = [...]func(int) int{${names.join(", ")}}

func init() {
	x := 1
	for _, f := range table {
		x = f(x) % ${MODULUS}
	}
	if x != ${expected()} {
		panic(x)
	}
}
`;
  return files;
}

const MODULUS = 1_000_003;

function factor(i) {
  return (i % 97) + 3;
}

/** What the functions in a row make of 1. */
function expected() {
  let x = 1;
  for (let i = 0; i < COUNT; i++) x = (x * factor(i) + i) % MODULUS;
  return x;
}

/**
 * Recursion to depths that grow the stack many times: a ring of functions and methods, each of which calls the next in one of
 * the ways that Go has. At the bottom they return, panic or end their goroutine; where all panic, none ever returns.
 *
 * Every level changes a variable of the level above through a pointer, which is right only while it leads to where that level
 * lies now, and panics and deferred calls go on from there.
 */

/** So many bytes of stack, roughly; a level takes about as much as its frame and this. */
const STACKS = [60_000, 400_000, 1_500_000];
const LEVEL_BYTES = 150;
/** More levels would be the end of the engine's stack on some engine. */
const MOST_LEVELS = 8000;

const SIGNATURE = "(n int64, a int64, above *int64) (b int64)";

/** What the last level does. */
const ENDINGS = {
  returns: "return a ^ *above",
  panics: 'panic(fmt.Sprint("bottom ", a))',
  fails: 'panic(fmt.Errorf("bottom %d", a))',
  nil: "var none *node; return none.key",
  outside: "var none []int64; return none[n]",
  exits: "runtime.Goexit(); return 0",
};

/**
 * @param {{choices: import("./choices.mjs").Choices}} program
 * @param {string} name begins the names of everything declared
 * @returns {{source: string, cases: string[]}}
 */
export function recursion({ choices }, name) {
  const ending = choices.weighted([
    [4, "returns"],
    [3, "panics"],
    [1, "fails"],
    [1, "nil"],
    [1, "outside"],
    [2, "exits"],
  ]);
  const ring = ringOf(choices, name, ENDINGS[ending]);
  const guarded = choices.chance(40) ? choices.between(20, 300) : 0;
  const start = guarded ? `${name}guard` : ring.start;
  const levels = levelsOf(choices, ring);
  const sources = [ring.source, ...(guarded ? [guard(choices, name, ring.start, guarded)] : [])];
  const call = (depth) => `func(top *int64) int64 { return ${start}(${depth}, int64(one), top) }`;
  const alone = `mix(uint64(elsewhere(${call(`levels(${levels})`)})))`;
  const here = `mix(uint64(plunge(${call(`levels(${levels})`)})))`;
  const many = `mix(uint64(gather(3, func(i int) int64 { return plunge(${call(`levels(${levels >> 1}) + 7*int64(i)`)}) })))`;
  // Where a goroutine ends itself, it must not be the first one.
  return { source: sources.join("\n"), cases: ending === "exits" ? [alone, many] : [alone, here, many] };
}

/**
 * A recursion without end, which is the end of the program: a fatal error, with a traceback of both ends of the stack.
 *
 * @param {{choices: import("./choices.mjs").Choices}} program
 * @param {string} name
 * @returns {{source: string, last: string}} `last` is the statement that overflows
 */
export function overflow({ choices }, name) {
  const ring = ringOf(choices, name, ENDINGS.returns);
  // So much that a traceback leaves frames out, see `normalise` of compare.mjs.
  const limit = choices.of([1 << 18, 1 << 19, 1 << 20]);
  return {
    source: ring.source,
    last: `overflow(${limit}, func(top *int64) int64 { return ${ring.start}(1<<40, int64(one), top) })`,
  };
}

/** One to four members, the last of which calls the first. */
function ringOf(choices, name, ending) {
  const count = choices.of([1, 1, 2, 3, 4]);
  const members = choices.times(count, (i) => {
    const words = choices.of([1, 3, 7, 16, 17, 40, 120]);
    return { name: `${name}_${i}`, words, method: choices.chance(35) };
  });
  const parts = members.map((member, i) => memberSource(choices, name, member, members[(i + 1) % count], ending));
  const values = members.map((one) => (one.method ? `(&${one.name}{3}).down` : one.name));
  const declared = `var ${name}values [${count}]func(n int64, a int64, above *int64) int64

var ${name}steps [${count}]step

// Here, because a variable that names a function which uses it would be initialized in a circle.
func init() {
	${values.map((value, i) => `${name}values[${i}] = ${value}`).join("\n\t")}
	${members
    .map((one, i) => (one.method ? `${name}steps[${i}] = &${one.name}{5}` : ""))
    .filter(Boolean)
    .join("\n\t")}
}
`;
  const start = members[0].method ? `(&${members[0].name}{1}).down` : members[0].name;
  return { source: [declared, ...parts].join("\n"), start, words: members.map((one) => one.words) };
}

function memberSource(choices, name, member, next, ending) {
  const { words } = member;
  const at = Number(next.name.split("_")[1]);
  const call = (levels, a, above) => `${way(choices, name, next, at)}(${levels}, ${a}, ${above})`;
  const rarely = (statement) => (choices.chance(15) ? [`if n%${choices.between(60, 900)} == 7 { ${statement} }`] : []);
  const lines = [
    `var frame [${words}]int64`,
    `frame[uint(n)%${words}] = a + *above`,
    `if n <= 0 { ${ending} }`,
    `own := frame[uint(a)%${words}] ^ int64(n)`,
    "*above += int64(n)",
    ...rarely("runtime.Gosched()"),
    ...rarely("runtime.GC()"),
    ...(choices.chance(20) ? ["defer func() { *above = *above*31 + own }()"] : []),
    ...onward(choices, (a) => call("n-1", a, "&own")),
    ...(choices.chance(15) ? [`if n > 50 && n%97 == 5 { b ^= ${call("n%7", "a", "above")} }`] : []),
    ...rarely('panic(fmt.Sprint("going up ", n))'),
    `return b + own + frame[uint(n)%${words}]`,
  ];
  const of = member.method ? `(s *${member.name}) down` : member.name;
  const declared = member.method ? `type ${member.name} struct{ add int64 }\n\n` : "";
  const noinline = choices.chance(70) ? "//go:noinline\n" : "";
  return `${declared}${noinline}func ${of}${SIGNATURE} {\n${lines.join("\n")}\n}\n`;
}

/** How the next member is named in a call of it. */
function way(choices, name, next, at) {
  const value = `${name}values[${at}]`;
  if (!next.method) return choices.of([next.name, next.name, next.name, value]);
  return choices.of([`${name}steps[${at}].down`, `${name}steps[${at}].down`, `(&${next.name}{2}).down`, value]);
}

/** The call of the next level: plain, in a closure, in a deferred function. */
function onward(choices, call) {
  return choices.weighted([
    [6, () => [`b = ${call("a^own")}`]],
    [1, () => [`deeper := func(k int64) int64 { return ${call("a*k")} }`, "b = deeper(own | 1)"]],
    [1, () => [`func() { defer func() { b = b*7 + ${call("a+own")} }(); *above++ }()`]],
    [1, () => [`for i := int64(0); i < int64(one); i++ { b += ${call("a+i")} }`]],
  ])();
}

/** Recovers every so many levels, and panics again now and then. */
function guard(choices, name, start, every) {
  const again = choices.chance(50) ? `if n%${choices.between(2, 5)} == 1 { panic(fmt.Sprint("again ", n)) }` : "";
  return `func ${name}guard${SIGNATURE} {
	defer func() {
		if r := recover(); r != nil {
			b = a ^ textSum(describe(r))
			${again}
		}
	}()
	if n <= ${every} {
		return ${start}(n, a, above)
	}
	var own int64
	b = ${name}guard(n-${every}, a+1, &own)
	return b + ${start}(${every}, a, &own)
}
`;
}

function levelsOf(choices, { words }) {
  const level = LEVEL_BYTES + (8 * words.reduce((sum, one) => sum + one, 0)) / words.length;
  return Math.min(MOST_LEVELS, Math.round(choices.of(STACKS) / level));
}

/**
 * Goroutines, channels and select, in forms whose results do not depend on who comes first: workers compute by themselves,
 * and what they send is added up or kept in order.
 */
import { operand } from "./expressions.mjs";
import { callWith } from "./functions.mjs";
import { Scope } from "./scope.mjs";
import { isInt } from "./types.mjs";

/**
 * The body of a case.
 *
 * @param {object} program
 * @param {import("./scope.mjs").Callable[]} pures functions that goroutines may call
 */
export function concurrent(program, pures) {
  const { choices } = program;
  const work = (variable, type) => {
    const scope = new Scope(program, [], true);
    scope.add({ name: variable, shape: "value", type });
    const one = choices.of(pures);
    const call = callWith(scope, one, "3");
    const result = isInt(one.result) ? `int64(${call})` : `number(${call})`;
    return `${result} ^ int64(${operand(scope, type, 1)})`;
  };
  const stage = () => `func(v int64) int64 { return ${work("v", "int64")} }`;
  return choices.of([
    () => `mix(uint64(gather(${choices.between(2, 12)}, func(i int) int64 { return ${work("i", "int")} })))`,
    () => {
      const stages = choices.times(choices.between(1, 3), stage).join(", ");
      return `for _, v := range pipeline(${choices.between(2, 15)}, ${stages}) { mix(uint64(v)) }`;
    },
    () => `mix(uint64(merge(${choices.between(2, 9)}, ${stage()}, ${stage()})))`,
  ])();
}

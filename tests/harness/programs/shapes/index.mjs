/**
 * Programs of shapes that are too large to keep as files. Each is generated together with the output it must have,
 * which JavaScript works out by its own means.
 */
import { crowd } from "./crowd.mjs";
import { deepRecursion } from "./deep-recursion.mjs";
import { gotoMaze } from "./goto-maze.mjs";
import { hugeInit } from "./huge-init.mjs";
import { manyCalls } from "./many-calls.mjs";
import { mapLiteral } from "./map-literal.mjs";
import { parser } from "./parser.mjs";
import { switches } from "./switches.mjs";

/**
 * @returns {(Partial<import("../catalog.mjs").Program> & {name: string, source: string, stdout: string})[]}
 */
export function shapes() {
  return [crowd(), deepRecursion(), gotoMaze(), hugeInit(), manyCalls(), mapLiteral(), parser(), switches()];
}

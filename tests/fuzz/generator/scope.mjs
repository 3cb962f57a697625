/**
 * What generated code can name at a point of a function: variables, and the functions that it may call.
 */

/**
 * @typedef {object} Variable
 * @property {string} name
 * @property {string} type a scalar, the name of a struct, or the type of elements
 * @property {"value" | "struct" | "pointer" | "array" | "slice" | "map"} shape a map's keys are `int`
 * @property {number} [length] of an array, a power of two
 * @property {boolean} [fixed] not to be assigned to: a loop's counter
 *
 * @typedef {object} Callable
 * @property {string} name
 * @property {string[]} params types behind the first parameter, which is the depth
 * @property {string} result
 */

export class Scope {
  /** @type {Variable[]} */
  variables = [];
  /** Labels of the loops around this point, innermost last, and whether each was used. */
  loops = [];

  /**
   * @param {object} program what is the same everywhere in it
   * @param {import("./choices.mjs").Choices} program.choices
   * @param {import("./types.mjs").Struct[]} program.structs
   * @param {Callable[]} callable functions that may be called here
   * @param {boolean} pure whether the code must not change anything but its own variables
   */
  constructor(program, callable, pure) {
    this.program = program;
    this.choices = program.choices;
    this.callable = callable;
    this.pure = pure;
  }

  /** A scope inside this one: what is declared there ends with it. */
  inner() {
    const scope = new Scope(this.program, this.callable, this.pure);
    scope.variables = [...this.variables];
    scope.loops = this.loops;
    scope.recursive = this.recursive;
    return scope;
  }

  /** A name that no other variable of the program has. */
  fresh(prefix = "v") {
    this.program.names = (this.program.names ?? 0) + 1;
    return `${prefix}${this.program.names}`;
  }

  /** @param {Variable} variable */
  add(variable) {
    this.variables.push(variable);
    return variable;
  }

  struct(name) {
    return this.program.structs.find((struct) => struct.name === name);
  }

  /** Variables of a shape, and a type where it matters. */
  having(shape, type) {
    return this.variables.filter((v) => v.shape === shape && (type === undefined || v.type === type));
  }
}

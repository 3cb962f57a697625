/**
 * The element with an id.
 *
 * @throws Error when the page has no such element of that type
 */
export function element<T extends HTMLElement>(id: string, type: abstract new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`this page has no ${type.name} with the id ${id}`);
  return found;
}

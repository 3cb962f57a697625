// The interface gowasp:test/host of tests/components/programs/text, for jco.

export const log = () => {};
export const name = () => `host-${"h".repeat(1000)}`;

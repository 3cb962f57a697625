// Compressing on the fly would take the loader's own decoder out of the test.
export default { compress: false };

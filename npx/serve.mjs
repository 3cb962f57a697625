export async function serveCommand() {
  return 2;
}

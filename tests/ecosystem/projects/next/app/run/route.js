import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runProgram } from "../../scenario.js";

export const dynamic = "force-dynamic";

export async function GET() {
  const manifest = pathToFileURL(join(process.cwd(), "public/app/app.json"));
  return Response.json(await runProgram(manifest, {}));
}

// Bundles each widget into the Python package: `node build.mjs [--out DIR]`; with --tests, bundles the tests into built-tests/.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const option = process.argv.indexOf("--out");
const out = option > 0 ? resolve(process.argv[option + 1]) : join(here, "../scribekit/widgets/static");
const common = { absWorkingDir: here, bundle: true, logLevel: "warning", charset: "utf8", legalComments: "none" };

/** Each folder of src/ gives FOLDER.js from its index.ts and FOLDER.css from its FOLDER.css; the Python side loads src/shared/shared.css as scribekit.css. */
const outputName = (folder) => (folder === "shared" ? "scribekit" : folder);
const entryPoints = (fileIn) =>
  readdirSync(join(here, "src"))
    .sort()
    .map((folder) => ({ in: join(here, "src", folder, fileIn(folder)), out: outputName(folder) }))
    .filter((entry) => existsSync(entry.in));

if (process.argv.includes("--tests")) {
  const built = join(here, "built-tests");
  rmSync(built, { recursive: true, force: true });
  await build({ ...common, entryPoints: ["tests/**/*.test.ts"], outbase: "tests", outdir: built, format: "esm", platform: "node", outExtension: { ".js": ".mjs" } });
} else {
  const scripts = entryPoints(() => "index.ts");
  await build({ ...common, entryPoints: scripts, outdir: out, format: "esm", target: "es2022", minify: true });
  await build({ ...common, entryPoints: entryPoints((folder) => `${folder}.css`), outdir: out, minify: true });
  console.log(`built ${scripts.map((entry) => entry.out).join(", ")} into ${out}`);
}

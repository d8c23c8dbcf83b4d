// Bundles each widget into the Python package: `node build.mjs [--out DIR]`; with --tests, the tests into built-tests/.
import { readdirSync, rmSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const option = process.argv.indexOf("--out");
const out = option > 0 ? resolve(process.argv[option + 1]) : join(here, "../scribekit/widgets/static");
const under = (folder, ending) =>
  readdirSync(join(here, folder))
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(here, folder, name));
const common = { absWorkingDir: here, bundle: true, logLevel: "warning", charset: "utf8", legalComments: "none" };

if (process.argv.includes("--tests")) {
  const built = join(here, "built-tests");
  rmSync(built, { recursive: true, force: true });
  await build({ ...common, entryPoints: under("tests", ".test.ts"), outdir: built, format: "esm", platform: "node", outExtension: { ".js": ".mjs" } });
} else {
  await build({ ...common, entryPoints: under("src/widgets", ".ts"), outdir: out, format: "esm", target: "es2022", minify: true });
  await build({ ...common, entryPoints: under("src/css", ".css"), outdir: out, minify: true });
  console.log(`built ${under("src/widgets", ".ts").map((file) => basename(file, ".ts")).join(", ")} into ${out}`);
}

// The interface's own tests: the types, and what pages compute, in Node. The last line is `N
// passed, N failed`.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
let passed = 0,
  failed = 0;
const ran = (name, problem) => {
  if (problem) {
    failed++;
    console.log(`web: ${name} FAILED: ${problem}`);
  } else passed++;
};

const types = spawnSync(
  process.execPath,
  [join(here, "node_modules/typescript/bin/tsc"), "--noEmit"],
  { cwd: here, encoding: "utf8" },
);
ran("types", types.status === 0 ? "" : types.stdout);

const out = mkdtempSync(join(tmpdir(), "freshet-web-"));
try {
  const tests = readdirSync(join(here, "tests")).filter((name) => name.endsWith(".test.ts"));
  await build({
    absWorkingDir: here,
    entryPoints: tests.map((name) => `tests/${name}`),
    outdir: out,
    bundle: true,
    platform: "node",
    format: "esm",
    outExtension: { ".js": ".mjs" },
    jsx: "automatic",
    jsxImportSource: "preact",
    logLevel: "error",
  });
  for (const name of tests) {
    const cases = await import(pathToFileURL(join(out, name.replace(/\.ts$/, ".mjs"))).href);
    for (const [title, test] of Object.entries(cases.default)) {
      try {
        await test();
        ran(`${name}: ${title}`, "");
      } catch (problem) {
        ran(`${name}: ${title}`, problem.message);
      }
    }
  }
} finally {
  rmSync(out, { recursive: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);

// Bundles the console into OUT: hashed files, each also as .br, and index.html. `node build.mjs
// OUT`.
import { build } from "esbuild";
import { brotliCompressSync, constants } from "node:zlib";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2];
if (!out) throw new Error("usage: node build.mjs OUT");
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const result = await build({
  absWorkingDir: here,
  entryPoints: ["src/main.tsx", "src/theme.css"],
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  outdir: out,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  metafile: true,
  legalComments: "none",
});
const outputs = Object.entries(result.metafile.outputs).map(([path, o]) => [
  path.split("/").pop(),
  o.entryPoint,
]);
const named = (entry) => outputs.find(([, point]) => point === entry)[0];
const page = readFileSync(join(here, "src/index.html"), "utf8")
  .replace("main.js", named("src/main.tsx"))
  .replace("theme.css", named("src/theme.css"));
writeFileSync(join(out, "index.html"), page);

const licences = ["preact", "echarts", "uplot", "zrender"].map(
  (name) => `== ${name}\n\n${readFileSync(join(here, "node_modules", name, "LICENSE"), "utf8")}`,
);
writeFileSync(join(out, "licenses.txt"), licences.join("\n"));

for (const file of readdirSync(out)) {
  const content = readFileSync(join(out, file));
  writeFileSync(
    join(out, `${file}.br`),
    brotliCompressSync(content, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 11,
        [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
      },
    }),
  );
}

/** Builds the bundles, or the harness: node build.mjs [--outdir DIR] [--harness]. */
import { parseArgs } from "node:util";
import { build } from "esbuild";

const { values } = parseArgs({
  options: { outdir: { type: "string" }, harness: { type: "boolean" }, tests: { type: "boolean" } },
});
const common = { bundle: true, format: "esm", target: "es2022", charset: "utf8", legalComments: "none", logLevel: "warning" };
// Indentation in templates and styles is for readers of the sources.
const templates = {
  name: "templates",
  setup({ onLoad }) {
    onLoad({ filter: /src\/.*\.ts$/ }, async ({ path }) => {
      const { readFile } = await import("node:fs/promises");
      return { contents: (await readFile(path, "utf8")).replace(/\n\s+/g, "\n"), loader: "ts" };
    });
  },
};

if (values.tests) {
  const { readdir } = await import("node:fs/promises");
  const tests = (await readdir("tests")).filter((name) => name.endsWith(".test.ts")).map((name) => `tests/${name}`);
  await build({
    ...common,
    entryPoints: tests,
    outdir: values.outdir,
    outExtension: { ".js": ".mjs" },
    platform: "node",
    sourcemap: "inline",
  });
} else if (values.harness) {
  await build({ ...common, entryPoints: ["harness/harness.ts"], outdir: values.outdir });
} else {
  await build({
    ...common,
    plugins: [templates],
    minify: true,
    entryPoints: ["src/panel.ts", "src/card.ts"],
    outdir: values.outdir ?? "../custom_components/smsadmin/panel/dist",
  });
}

// Builds frontend/static/ from the sources beside this file: one stylesheet, the script entries, the icon sprite,
// the font slices, the barcode reader and a manifest that names every file with a hash of its content.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync, transformSync } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
// Built aside and moved into place whole, so that a running server never finds half a build.
const out = join(root, `node_modules/.building-${process.pid}`);
const at = (...parts) => join(root, ...parts);

const filesUnder = (folder) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));

function styles() {
  const cli = at("node_modules/@tailwindcss/cli/dist/index.mjs");
  execFileSync(process.execPath, [cli, "-i", at("css/app.css"), "-o", join(out, "css/app.css"), "--minify"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

// The dynamic subset is 92 slices; a browser fetches only those whose characters stand on the page.
function fonts() {
  const from = at("node_modules/pretendard/dist/web/variable");
  const sheet = readFileSync(join(from, "pretendardvariable-dynamic-subset.css"), "utf8")
    .replaceAll("./woff2-dynamic-subset/", "../fonts/")
    .replaceAll("woff2-variations", "woff2");
  writeFileSync(join(out, "css/fonts.css"), transformSync(sheet, { loader: "css", minify: true }).code);
  cpSync(join(from, "woff2-dynamic-subset"), join(out, "fonts"), { recursive: true });
  cpSync(at("node_modules/pretendard/dist/LICENSE.txt"), join(out, "fonts/LICENSE.txt"));
}

function scripts() {
  buildSync({
    entryPoints: ["app", "counter", "desk", "scanner"].map((name) => at("js", `${name}.js`)),
    outdir: join(out, "js"),
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2022"],
    legalComments: "none",
  });
}

// barcode-detector pins its own zxing-wasm, and only that version's reader fits its script.
function barcodeReader() {
  const detector = createRequire(createRequire(at("build.mjs")).resolve("barcode-detector/ponyfill"));
  cpSync(detector.resolve("zxing-wasm/reader/zxing_reader.wasm"), join(out, "wasm/zxing_reader.wasm"));
}

// Icons named in a template as icon("name") or icon_name="name" are found by reading; names that only code knows
// stand in icons/extra.json. An unknown name stops the build, so no page ships with an empty square.
function sprite() {
  const names = new Set(JSON.parse(readFileSync(at("icons/extra.json"), "utf8")));
  const named = /\bicon\(\s*["']([a-z0-9-]+)["']|\bicon_name=["']([a-z0-9-]+)["']/g;
  for (const file of filesUnder(at("templates")).filter((name) => name.endsWith(".html"))) {
    for (const [, call, keyword] of readFileSync(file, "utf8").matchAll(named)) names.add(call ?? keyword);
  }
  const symbols = [...names].sort().map((name) => {
    const own = at("icons", `${name}.svg`);
    const file = existsSync(own) ? own : at("node_modules/lucide-static/icons", `${name}.svg`);
    if (!existsSync(file)) throw new Error(`No icon is called "${name}".`);
    const body = readFileSync(file, "utf8").match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1];
    const flat = body.replace(/\s+/g, " ").replace(/ ?\/>/g, "/>").replace(/> </g, "><").trim();
    return `<symbol id="${name}" viewBox="0 0 24 24">${flat}</symbol>`;
  });
  writeFileSync(join(out, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
}

function manifest() {
  const entries = filesUnder(out).map((file) => {
    const name = relative(out, file).split("\\").join("/");
    const hash = createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 10);
    return [name, `${name}?v=${hash}`];
  });
  writeFileSync(join(out, "manifest.json"), `${JSON.stringify(Object.fromEntries(entries.sort()), null, 1)}\n`);
}

function moveIntoPlace() {
  const place = join(root, "static");
  const old = `${out}-old`;
  for (let tries = 3; ; tries -= 1) {
    if (existsSync(place)) renameSync(place, old);
    try {
      renameSync(out, place);
      break;
    } catch (error) {
      // Another build moved in between; ours is as good, so it is tried again.
      if (error.code !== "ENOTEMPTY" || tries === 0) throw error;
    }
    rmSync(old, { recursive: true, force: true });
  }
  rmSync(old, { recursive: true, force: true });
}

for (const folder of ["css", "js", "fonts", "wasm", "img"]) mkdirSync(join(out, folder), { recursive: true });
cpSync(at("img"), join(out, "img"), { recursive: true });
for (const step of [styles, fonts, scripts, barcodeReader, sprite, manifest, moveIntoPlace]) step();

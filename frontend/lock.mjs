// Writes package-lock.json anew: node lock.mjs. Addresses stay out, and every optional build of a package for another
// system has its entry: a registry that carries only some of them (a mirror, say) lets npm leave the others out,
// and then `npm ci` refuses the lock. npm skips an entry whose system is not this one without asking for it.
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";

const SYSTEMS = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const PROCESSORS = ["arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "wasm32", "x64"];

rmSync("package-lock.json", { force: true });
execFileSync("npm", ["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"], { stdio: "inherit" });
const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
for (const [place, entry] of Object.entries(lock.packages)) {
  delete entry.funding;
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const words = name.split("/").at(-1).split("-");
    const os = SYSTEMS.find((system) => words.includes(system));
    const cpu = PROCESSORS.find((processor) => words.includes(processor));
    const known = [`${place}/node_modules/${name}`, `node_modules/${name}`].some((key) => key in lock.packages);
    if (known || !cpu) continue;
    lock.packages[`node_modules/${name}`] = { version, cpu: [cpu], dev: true, optional: true, ...(os && { os: [os] }) };
  }
}
const sorted = Object.fromEntries(Object.entries(lock.packages).sort(([one], [other]) => (one < other ? -1 : 1)));
writeFileSync("package-lock.json", `${JSON.stringify({ ...lock, packages: sorted }, null, 2)}\n`);

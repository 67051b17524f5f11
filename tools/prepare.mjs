/**
 * Installs what is missing, and nothing else: `node tools/prepare.mjs [npm] [system] [record] [bench]`.
 *
 * `npm`: the locked npm packages; a failure ends the command. The other words are groups of
 * `debian-packages.mjs`, installed with apt as root or by a sudo that asks no password; whatever goes wrong
 * there is told and forgiven, because what needs those programs is skipped without them.
 * `AUSCULT_NO_APT=1` leaves the system alone. Plain JavaScript without dependencies: it runs before there
 * are any. Speaks on stderr; silent when nothing is missing.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PACKAGES } from "./debian-packages.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const OLDEST_NODE = [20, 19];

function say(text) {
  process.stderr.write(`${text}\n`);
}

function readLock(path) {
  try {
    return JSON.parse(readFileSync(join(ROOT, path), "utf8")).packages;
  } catch {
    return undefined;
  }
}

/**
 * Whether node_modules holds what package-lock.json asks for. npm writes what it has installed into a lock
 * file of its own, last of all; comparing the two is exact where file times are not. An optional package may
 * be absent: another platform's binary, or one that could not be built here.
 */
function npmIsCurrent() {
  const wanted = readLock("package-lock.json");
  const found = readLock("node_modules/.package-lock.json");
  if (wanted === undefined || found === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "") return true;
    const installed = found[path];
    if (installed === undefined) return entry.optional === true;
    return installed.version === entry.version && installed.integrity === entry.integrity;
  });
}

/**
 * `npm ci`, and where that refuses, `npm install` without saving. It refuses as a whole when the registry does
 * not carry the optional binaries of some other platform; `npm install` leaves those out, takes every other
 * version from the same lock file, and is held to it afterwards.
 */
function prepareNpm() {
  if (npmIsCurrent()) return true;
  say("Installing the npm packages of package-lock.json …");
  const first = npm("ci");
  if (first.status === 0) return true;
  const second = npm("install", "--no-save");
  if (second.status === 0 && npmIsCurrent()) return true;
  say(first.stderr);
  say(second.stderr);
  say(
    "The npm packages could not be installed. That needs the npm registry, or a filled npm cache.",
  );
  return false;
}

function npm(...words) {
  return spawnSync("npm", [...words, "--include=dev", "--no-audit", "--no-fund"], {
    cwd: ROOT,
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
    shell: process.platform === "win32",
  });
}

/** Daemons live in sbin, which is not in every user's PATH. */
function isThere(program) {
  const folders = `${process.env.PATH ?? ""}${delimiter}/usr/sbin${delimiter}/sbin`.split(
    delimiter,
  );
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The command that makes us root: nothing, sudo, or undefined when neither would do without asking. */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  if (!isThere("sudo")) return undefined;
  return spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0
    ? ["sudo", "-n"]
    : undefined;
}

/**
 * One `apt-get update`, then each package by itself, so that one which this release does not carry does
 * not keep the others away. policy-rc.d keeps Debian from starting the daemons it installs; one that is
 * there already is left as it is.
 */
const INSTALL = `
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\\nexit 101\\n' > "$policy" && chmod 755 "$policy"
fi
options='-qq -y --no-install-recommends -o DPkg::Lock::Timeout=120 -o Acquire::Retries=2'
apt-get -qq update || echo 'apt-get update failed; trying with the package lists at hand'
apt-get $options install "$@" > /dev/null && exit 0
for package do apt-get $options install "$package" > /dev/null || echo "not installed: $package"; done
exit 0`;

function aptInstall(packages) {
  const prefix = rootPrefix();
  const reason = whyNotApt(prefix);
  if (reason !== undefined) {
    say(`Not installed: ${reason}.`);
    return;
  }
  say(`Installing from Debian: ${packages.join(" ")} …`);
  const [command, ...rest] = [...prefix, "sh", "-c", INSTALL, "sh", ...packages];
  spawnSync(command, rest, { stdio: ["ignore", process.stderr.fd, process.stderr.fd] });
}

function whyNotApt(prefix) {
  if (process.env.AUSCULT_NO_APT) return "AUSCULT_NO_APT is set";
  if (!isThere("apt-get")) return "this system has no apt-get";
  if (prefix === undefined) return "this needs root, or a sudo that asks no password";
  return undefined;
}

function missingOf(groups) {
  return PACKAGES.filter((entry) => groups.includes(entry.group) && !isThere(entry.program));
}

function prepareSystem(groups) {
  const wanted = missingOf(groups);
  if (wanted.length === 0) return;
  aptInstall([...new Set(wanted.map((entry) => entry.package))]);
  const missing = missingOf(groups);
  if (missing.length === 0) return;
  say("Missing programs; what needs them is skipped:");
  for (const { program, reason } of missing) say(`  ${program.padEnd(12)} ${reason}`);
  const packages = [...new Set(missing.map((entry) => entry.package))];
  say(`To install them on Debian or Ubuntu: sudo apt-get install ${packages.join(" ")}`);
  say("AUSCULT_NO_APT=1 keeps this from being tried each time.");
}

function nodeIsRecent() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return true;
  say(`Auscult needs Node.js ${OLDEST_NODE.join(".")} or later; this is ${process.versions.node}.`);
  return false;
}

function main(words) {
  const groups = new Set(PACKAGES.map((entry) => entry.group));
  const unknown = words.filter((word) => word !== "npm" && !groups.has(word));
  if (words.length === 0 || unknown.length > 0) {
    say(`usage: node tools/prepare.mjs [npm] [${[...groups].join("] [")}]`);
    return 2;
  }
  if (!nodeIsRecent()) return 1;
  if (words.includes("npm") && !prepareNpm()) return 1;
  prepareSystem(words.filter((word) => word !== "npm"));
  return 0;
}

process.exitCode = main(process.argv.slice(2));

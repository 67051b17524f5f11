// Parses the signatures once, at build time: a start that finds the result need not parse YAML. Keyed by the
// content of each file, so a signature that is changed later is read from its file.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { cacheText } from "../dist/signature/cache.js";
import { packSignatures } from "../dist/signature/load.js";

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

writeFileSync(path("dist/signatures.json"), cacheText(packSignatures(path("signatures"))));

// Checks how the Neovim client's Lua is formatted, with StyLua from its npm package; with --write, formats it.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { Config, formatCode, IndentType, OutputVerification } from "@johnnymorganz/stylua";

const root = fileURLToPath(new URL("../../neovim", import.meta.url));
const files = readdirSync(root, { recursive: true }).filter((name) => name.endsWith(".lua"));
const wrong = files.filter((name) => {
  const file = path.join(root, name);
  const text = readFileSync(file, "utf8");
  const config = Config.new();
  // As in .stylua.toml, which the package does not read.
  config.column_width = 120;
  config.indent_type = IndentType.Spaces;
  config.indent_width = 2;
  const formatted = formatCode(text, config, undefined, OutputVerification.Full);
  if (formatted === text) return false;
  if (process.argv.includes("--write")) writeFileSync(file, formatted);
  return true;
});
for (const name of wrong) console.log(`${process.argv.includes("--write") ? "formatted" : "not as StyLua formats it"}: ${name}`);
console.log(`${files.length} Lua files, ${wrong.length} not formatted`);
process.exit(wrong.length && !process.argv.includes("--write") ? 1 : 0);

// Bundles the extension in two parts: what runs when a window opens, and the language client, loaded with the first server.

import { build } from "esbuild";

const common = {
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  minify: true,
  legalComments: "none",
  external: ["vscode", "./client.js"],
  // The extension host hands out "vscode" to require() alone.
  supported: { "dynamic-import": false },
};

await build({ ...common, entryPoints: ["src/extension.ts"], outfile: "out/extension.js" });
await build({ ...common, entryPoints: ["src/client.ts"], outfile: "out/client.js" });

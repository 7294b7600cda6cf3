const { existsSync } = require("node:fs");
const vscode = require("vscode");

exports.activate = () => {
  if (existsSync(process.env.FORETHOUGHT_PROBE_NEVER ?? "")) return new Promise(() => undefined);
  const changed = new vscode.EventEmitter();
  let chosen = process.env.FORETHOUGHT_PROBE_CHOSEN;
  return {
    environments: {
      getActiveEnvironmentPath: () => ({ path: chosen }),
      resolveEnvironment: async ({ path }) => ({ executable: { uri: vscode.Uri.file(path) } }),
      onDidChangeActiveEnvironmentPath: changed.event,
    },
    choose: (path) => {
      chosen = path;
      changed.fire();
    },
  };
};

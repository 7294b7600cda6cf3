// Offers Forethought's MCP server to the editor's agents, where the editor can take such an offer (VS Code 1.101).

import * as vscode from "vscode";
import { withCommand } from "./launch";
import type { Server } from "./server";

/** The part of VS Code 1.101's interface that is used here; older editors have none of it. */
interface McpApi {
  lm: {
    registerMcpServerDefinitionProvider?: (
      id: string,
      provider: { onDidChangeMcpServerDefinitions: vscode.Event<void>; provideMcpServerDefinitions: () => Promise<unknown[]> },
    ) => vscode.Disposable;
  };
  McpStdioServerDefinition?: new (
    label: string,
    command: string,
    args: string[],
    env: Record<string, string | number | null>,
    version?: string,
  ) => { cwd?: vscode.Uri };
}

export type Offers = Pick<Server, "launch" | "running" | "status" | "environment" | "onDidChange">;

/** Undefined where the editor is too old for it. */
export function registerMcp(server: Offers, api: McpApi = vscode as unknown as McpApi): vscode.Disposable | undefined {
  const { registerMcpServerDefinitionProvider: register } = api.lm ?? {};
  const Definition = api.McpStdioServerDefinition;
  if (!register || !Definition) return undefined;
  const provider = {
    onDidChangeMcpServerDefinitions: server.onDidChange,
    provideMcpServerDefinitions: async () => {
      const { launch } = server;
      if (!launch) return [];
      const env = await server.environment();
      const given = Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith("FORETHOUGHT_")));
      return (vscode.workspace.workspaceFolders ?? [])
        .filter((folder) => folder.uri.scheme === "file")
        .map((folder) => {
          const { command, args } = withCommand(launch, "mcp", folder.uri.fsPath);
          const env = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value ?? null]));
          return new Definition(`Forethought (${folder.name})`, command, args, env, server.status?.version);
        });
    },
  };
  try {
    return register.call(api.lm, "forethought.mcp", provider);
  } catch {
    // VS Code 1.100 has the function and not yet the contribution point, and throws.
    return undefined;
  }
}

// A second extension for the tests: it runs a piece of code in the extension host, starts the real debugpy as the
// marketplace's Python extension would, and shows a test explorer with one failing test.

const http = require("node:http");
const vscode = require("vscode");

exports.activate = (context) => {
  const server = http.createServer((request, response) => {
    let body = "";
    request.on("data", (piece) => (body += piece));
    request.on("end", async () => {
      try {
        const run = new Function("vscode", "require", `return (async () => { ${body} })()`);
        response.end(JSON.stringify({ value: (await run(vscode, require)) ?? null }));
      } catch (error) {
        response.end(JSON.stringify({ error: String(error?.stack ?? error) }));
      }
    });
  });
  server.listen(Number(process.env.FORETHOUGHT_PROBE_PORT), "127.0.0.1");
  context.subscriptions.push({ dispose: () => server.close() });
  const python = process.env.FORETHOUGHT_PROBE_PYTHON;
  context.subscriptions.push(
    vscode.debug.registerDebugAdapterDescriptorFactory("debugpy", {
      createDebugAdapterDescriptor: () => new vscode.DebugAdapterExecutable(python, ["-m", "debugpy.adapter"]),
    }),
  );
  showFailingTest(context);
};

function showFailingTest(context) {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (!folder) return;
  const controller = vscode.tests.createTestController("probe", "pytest");
  const file = vscode.Uri.joinPath(folder, "tests", "test_orders.py");
  const test = controller.createTestItem("tests/test_orders.py::test_greet_stranger", "test_greet_stranger", file);
  test.range = new vscode.Range(3, 0, 4, 0);
  controller.items.add(test);
  controller.createRunProfile("Run", vscode.TestRunProfileKind.Run, (request) => {
    const run = controller.createTestRun(request);
    const message = new vscode.TestMessage(process.env.FORETHOUGHT_PROBE_FAILURE ?? "AssertionError");
    message.location = new vscode.Location(file, new vscode.Position(4, 4));
    run.failed(test, message, 10);
    run.end();
  });
  context.subscriptions.push(controller);
}

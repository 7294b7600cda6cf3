// Answers every hover at once, with the same words.

const vscode = require("vscode");

exports.activate = (context) => {
  const provideHover = () => new vscode.Hover("the control says this at once, and has no menu");
  context.subscriptions.push(vscode.languages.registerHoverProvider("python", { provideHover }));
};

-- What must exist before it is used, and nothing else: everything is loaded by the first command.
if vim.g.loaded_forethought then
  return
end
vim.g.loaded_forethought = true

vim.api.nvim_create_user_command("Forethought", function(given)
  require("forethought.command").run(given)
end, {
  nargs = "+",
  range = true,
  desc = "Ask Forethought",
  complete = function(...)
    return require("forethought.command").complete(...)
  end,
})

vim.lsp.commands["forethought.showAnswer"] = function(command)
  require("forethought").show_answer(command.arguments[1])
end

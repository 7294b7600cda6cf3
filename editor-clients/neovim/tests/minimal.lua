-- The least configuration with which Forethought works: this plugin on the 'runtimepath', and one line.
local plugin = vim.fn.fnamemodify(debug.getinfo(1, "S").source:sub(2), ":p:h:h")
vim.opt.runtimepath:prepend(plugin)
vim.opt.swapfile = false
vim.opt.shadafile = "NONE"
if vim.env.FORETHOUGHT_TEST_COMMAND then
  vim.lsp.config("forethought", { cmd = { vim.env.FORETHOUGHT_TEST_COMMAND, "serve" } })
end
vim.cmd.runtime("plugin/forethought.lua")
vim.lsp.enable("forethought")

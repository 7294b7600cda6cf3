-- Forethought's server for Neovim 0.11 and newer: vim.lsp.enable("forethought") starts it.
-- This file works alone too, copied to ~/.config/nvim/lsp/; then there is hover and call hierarchy, no :Forethought.

---@type vim.lsp.Config
return {
  cmd = { "forethought", "serve" },
  filetypes = { "python", "typescript", "typescriptreact", "javascript", "javascriptreact" },
  root_markers = { ".git", "pyproject.toml", "setup.py", "setup.cfg", "package.json", "tsconfig.json" },
  capabilities = { experimental = { forethought = { statusChanged = true } } },
  handlers = {
    ["forethought/statusChanged"] = function(_, status, context)
      local ok, forethought = pcall(require, "forethought.status")
      if ok then
        forethought.changed(status, context.client_id)
      end
    end,
    ["$/progress"] = function(err, params, context)
      local ok, request = pcall(require, "forethought.request")
      if ok and request.take_partial(params) then
        return
      end
      vim.lsp.handlers["$/progress"](err, params, context)
    end,
  },
  on_init = function()
    local ok, dap = pcall(require, "forethought.dap")
    if ok then
      dap.listen()
    end
  end,
}

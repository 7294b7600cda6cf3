-- Forethought for Neovim 0.11 and newer. Put this folder on the 'runtimepath', then: vim.lsp.enable("forethought")

---@type vim.lsp.Config
return {
  cmd = { "forethought", "serve" },
  filetypes = { "python" },
  root_markers = { ".git", "pyproject.toml", "setup.py", "setup.cfg" },
}

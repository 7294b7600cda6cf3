-- :checkhealth forethought
local M = {}

local ANSWER_MS_MAX = 2000
local DOCTOR_MS_MAX = 20000

function M.check()
  M.check_editor()
  local command = M.check_command()
  local client = M.check_client()
  if client then
    M.check_server(client)
  end
  if command then
    M.check_repository(command, client)
  end
  M.check_debugger()
end

function M.check_editor()
  vim.health.start("Forethought: editor")
  if vim.fn.has("nvim-0.11") == 1 then
    vim.health.ok("Neovim " .. tostring(vim.version()))
  else
    vim.health.error("Neovim 0.11 or newer is needed", "It brings vim.lsp.config and vim.lsp.enable")
  end
end

---@return string? command
function M.check_command()
  vim.health.start("Forethought: command")
  local config = vim.lsp.config["forethought"]
  if not config then
    vim.health.error("there is no lsp/forethought.lua on the 'runtimepath'", "Install the plugin, or copy that file")
    return
  end
  local cmd = config.cmd
  if type(cmd) ~= "table" then
    vim.health.info("the server is started by a function of your own")
    return
  end
  if vim.fn.executable(cmd[1]) == 0 then
    local advice = {
      "pipx install . (in a checkout of Forethought)",
      'or: vim.lsp.config("forethought", { cmd = { "/path/to/forethought", "serve" } })',
    }
    vim.health.error(cmd[1] .. " is not executable", advice)
    return
  end
  local ran = vim.system({ cmd[1], "--version" }, { text = true }):wait(DOCTOR_MS_MAX)
  if ran.code == 0 then
    vim.health.ok(vim.trim(ran.stdout) .. " (" .. vim.fn.exepath(cmd[1]) .. ")")
    return cmd[1]
  end
  vim.health.error(cmd[1] .. " --version failed", vim.trim(ran.stderr or ""))
end

---@return vim.lsp.Client?
function M.check_client()
  vim.health.start("Forethought: server")
  local client = require("forethought.request").client()
  if client then
    vim.health.ok(("runs, client %d, %s"):format(client.id, client.root_dir or "without a root"))
  else
    vim.health.warn("no server runs", { 'vim.lsp.enable("forethought")', "and open a Python file of a repository" })
  end
  return client
end

---@param client vim.lsp.Client
function M.check_server(client)
  local answer = client:request_sync("forethought/status", vim.empty_dict(), ANSWER_MS_MAX)
  if answer and answer.result then
    vim.health.ok(require("forethought.status").text(answer.result))
  elseif answer and answer.err then
    vim.health.warn("no status: " .. answer.err.message)
  else
    vim.health.warn("the server did not say its status in time")
  end
end

---@param command string
---@param client? vim.lsp.Client
function M.check_repository(command, client)
  vim.health.start("Forethought: repository")
  local folder = client and client.root_dir or vim.fn.getcwd()
  local ran = vim.system({ command, "doctor", "--json", folder }, { text = true }):wait(DOCTOR_MS_MAX)
  local ok, report = pcall(vim.json.decode, ran.stdout or "")
  local checks = ok and type(report) == "table" and (report.checks or report)
  if type(checks) ~= "table" then
    return vim.health.warn("forethought doctor said nothing that can be read", vim.trim(ran.stderr or ""))
  end
  local tell = { good = vim.health.ok, note = vim.health.info, bad = vim.health.error }
  for _, check in ipairs(checks) do
    local text = check.name .. ": " .. check.detail
    local advice = check.advice ~= "" and check.advice or nil
    if check.verdict == "note" and advice then
      text = text .. " (" .. advice .. ")"
    end
    (tell[check.verdict] or vim.health.info)(text, advice)
  end
end

function M.check_debugger()
  vim.health.start("Forethought: debugger")
  if package.loaded["dap"] or #vim.api.nvim_get_runtime_file("lua/dap.lua", false) > 0 then
    vim.health.ok("nvim-dap is there; stops at exceptions are explained")
  else
    vim.health.info("nvim-dap is not installed; it is optional")
  end
end

return M

-- What each server last said of itself, in words; for :Forethought status, and for a statusline.
local M = {}

---@type table<integer, forethought.Status>
local known = {}

---@param status forethought.Status
---@param client_id integer
function M.changed(status, client_id)
  known[client_id] = status
  vim.api.nvim_exec_autocmds("User", { pattern = "ForethoughtStatus", modeline = false, data = status })
end

--- For a statusline: empty where no server runs.
---@return string
function M.line()
  local client = require("forethought.request").client()
  local status = client and known[client.id]
  return status and ("forethought: " .. status.state) or ""
end

---@param status forethought.Status
---@return string
function M.text(status)
  local parts = { status.state }
  if status.detail ~= "" then
    parts[#parts + 1] = status.detail
  end
  if status.pending > 0 then
    parts[#parts + 1] = status.pending .. " still to prepare"
  end
  local budget = status.budget
  if type(budget) == "table" then
    parts[#parts + 1] = ("%d of %d tokens spent today"):format(budget.spentTokens, budget.dailyTokens)
    local money = budget.dailyMoney > 0 and budget.spentMoney >= budget.dailyMoney
    if money or budget.spentTokens >= budget.dailyTokens then
      parts[#parts + 1] = "no model is asked before tomorrow"
    end
  end
  return table.concat(parts, " · ")
end

return M

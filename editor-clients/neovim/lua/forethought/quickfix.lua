-- Places as a quickfix list.
local M = {}

--- Replaces nothing: makes a new list, which :colder leaves again.
---@param title string
---@param items vim.quickfix.entry[]
function M.fill(title, items)
  vim.fn.setqflist({}, " ", { title = "Forethought: " .. title, items = items })
  if #items > 0 then
    vim.cmd("botright copen | wincmd p")
  end
end

---@param suspects forethought.Suspect[]
---@return vim.quickfix.entry[]
function M.of_suspects(suspects)
  return vim.tbl_map(function(suspect)
    local reasons = table.concat(suspect.reasons or {}, "; ")
    local text = suspect.name .. (reasons ~= "" and ": " .. reasons or "")
    return {
      filename = vim.uri_to_fname(suspect.uri),
      lnum = suspect.line,
      col = suspect.range.start.character + 1,
      text = require("forethought.markdown").plain(text),
    }
  end, suspects)
end

return M

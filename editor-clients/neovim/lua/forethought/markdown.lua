-- The server's Markdown as lines for a buffer, with its links as places. Pure: knows no window.
local M = {}

---@class forethought.Link
---@field row integer from 0
---@field from integer byte column where it begins
---@field to integer byte column behind it
---@field uri string
---@field line integer from 1

--- Lines without links' addresses and backslashes, and where each link leads.
---@param markdown string
---@return string[] lines
---@return forethought.Link[] links
function M.lay_out(markdown)
  local lines, links = {}, {}
  for _, line in ipairs(vim.split(markdown, "\n", { plain = true })) do
    -- One empty line between blocks is enough in a window.
    if line ~= "" or (lines[#lines] ~= "" and #lines > 0) then
      lines[#lines + 1] = M.line(line, #lines, links)
    end
  end
  while lines[#lines] == "" do
    lines[#lines] = nil
  end
  return lines, links
end

--- One line; appends its links to `links`.
---@param text string
---@param row integer
---@param links forethought.Link[]
---@return string
function M.line(text, row, links)
  local out, at = "", 1
  while at <= #text do
    local label, uri, behind = M.link_at(text, at)
    if label then
      local shown = M.unescape(label)
      local file, number = uri:match("^(file:.-)#L(%d+)")
      if file then
        links[#links + 1] = { row = row, from = #out, to = #out + #shown, uri = file, line = tonumber(number) }
      end
      out, at = out .. shown, behind
    elseif text:sub(at, at) == "\\" and text:find("^%p", at + 1) then
      out, at = out .. text:sub(at + 1, at + 1), at + 2
    else
      out, at = out .. text:sub(at, at), at + 1
    end
  end
  return out
end

--- The link that begins at this byte: its label, its address, and where the text goes on.
---@param text string
---@param at integer
---@return string? label
---@return string uri
---@return integer behind
function M.link_at(text, at)
  if text:sub(at, at) == "[" and text:sub(at - 1, at - 1) ~= "\\" then
    local label, uri, behind = text:match("^%[([^%]]*)%]%(([^)%s]*)[^)]*%)()", at)
    if label then
      return label, uri, behind
    end
  end
  return nil, "", at
end

---@param text string
---@return string
function M.unescape(text)
  return (text:gsub("\\(%p)", "%1"))
end

--- Markdown as the text of one line in a list.
---@param text string
---@return string
function M.plain(text)
  return (M.line(text, 0, {}):gsub("[*`]", ""))
end

return M

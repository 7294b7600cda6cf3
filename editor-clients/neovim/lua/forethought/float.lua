-- A floating window with an answer, in which every citation leads somewhere: <CR> jumps, <C-q> fills the quickfix list.
local M = {}

local markdown = require("forethought.markdown")

local WIDTH_MAX = 100
local HEIGHT_MAX = 30
local space = vim.api.nvim_create_namespace("forethought")

---@class forethought.Float
---@field buffer integer
---@field window integer
---@field links forethought.Link[]
---@field title string
---@field source integer the window that it was opened from
local Float = {}
Float.__index = Float

--- Opens a window with this text and goes into it.
---@param title string
---@param text string
---@return forethought.Float
function M.open(title, text)
  local buffer = vim.api.nvim_create_buf(false, true)
  local self = setmetatable({ buffer = buffer, links = {}, title = title }, Float)
  self.source = vim.api.nvim_get_current_win()
  self.window = vim.api.nvim_open_win(buffer, true, self:shape({ "" }))
  vim.bo[buffer].bufhidden = "wipe"
  vim.bo[buffer].filetype = "markdown"
  vim.wo[self.window].wrap = true
  vim.wo[self.window].linebreak = true
  vim.wo[self.window].conceallevel = 2
  vim.wo[self.window].concealcursor = "n"
  self:map()
  self:put(text)
  return self
end

--- Replaces the text.
---@param text string
function Float:put(text)
  if not vim.api.nvim_buf_is_valid(self.buffer) then
    return
  end
  local lines, links = markdown.lay_out(text)
  self.links = links
  vim.bo[self.buffer].modifiable = true
  vim.api.nvim_buf_set_lines(self.buffer, 0, -1, false, lines)
  vim.bo[self.buffer].modifiable = false
  vim.api.nvim_buf_clear_namespace(self.buffer, space, 0, -1)
  for _, link in ipairs(links) do
    vim.api.nvim_buf_set_extmark(
      self.buffer,
      space,
      link.row,
      link.from,
      { end_col = link.to, hl_group = "Underlined" }
    )
  end
  if vim.api.nvim_win_is_valid(self.window) then
    vim.api.nvim_win_set_config(self.window, self:shape(lines))
  end
end

function Float:close()
  if vim.api.nvim_win_is_valid(self.window) then
    vim.api.nvim_win_close(self.window, true)
  end
end

--- Goes to the link under the cursor, else to the first one of its line.
function Float:jump()
  local row, column = unpack(vim.api.nvim_win_get_cursor(self.window))
  local best
  for _, link in ipairs(self.links) do
    if link.row == row - 1 then
      best = best or link
      if link.from <= column and column < link.to then
        best = link
      end
    end
  end
  if not best then
    return
  end
  self:close()
  if vim.api.nvim_win_is_valid(self.source) then
    vim.api.nvim_set_current_win(self.source)
  end
  vim.cmd("normal! m'")
  vim.cmd.edit(vim.fn.fnameescape(vim.uri_to_fname(best.uri)))
  vim.api.nvim_win_set_cursor(0, { math.min(best.line, vim.api.nvim_buf_line_count(0)), 0 })
  vim.cmd("normal! ^zv")
end

--- Every citation as a quickfix list.
function Float:to_quickfix()
  local lines = vim.api.nvim_buf_get_lines(self.buffer, 0, -1, false)
  local items = vim.tbl_map(function(link)
    local text = lines[link.row + 1]:gsub("^%s*[-*]%s+", ""):gsub("[*`]", "")
    return { filename = vim.uri_to_fname(link.uri), lnum = link.line, col = 1, text = text }
  end, self.links)
  local title = self.title
  self:close()
  require("forethought.quickfix").fill(title, items)
end

---@param lines string[]
---@return vim.api.keyset.win_config
function Float:shape(lines)
  local width = 40
  for _, line in ipairs(lines) do
    width = math.max(width, vim.fn.strdisplaywidth(line))
  end
  width = math.max(1, math.min(width, WIDTH_MAX, vim.o.columns - 4))
  local height = 0
  for _, line in ipairs(lines) do
    height = height + math.max(1, math.ceil(vim.fn.strdisplaywidth(line) / width))
  end
  height = math.max(1, math.min(height, HEIGHT_MAX, vim.o.lines - 6))
  local row, column = 1, 0
  if vim.api.nvim_win_is_valid(self.source) then
    -- Below the cursor where there is room, else above it.
    local below = vim.o.lines - vim.fn.screenrow() - 3
    row = below >= height and 1 or -height - 2
  end
  return {
    relative = "cursor",
    win = nil,
    row = row,
    col = column,
    width = width,
    height = height,
    style = "minimal",
    border = (vim.g.forethought or {}).border or (vim.o.winborder ~= "" and vim.o.winborder or "rounded"),
    title = " " .. self.title .. " ",
    footer = " <CR> go there · <C-q> quickfix · q close ",
  }
end

function Float:map()
  local function map(key, run, description)
    vim.keymap.set("n", key, run, { buffer = self.buffer, nowait = true, desc = description })
  end
  map("<CR>", function()
    self:jump()
  end, "Go to this citation")
  map("<C-q>", function()
    self:to_quickfix()
  end, "Citations to the quickfix list")
  for _, key in ipairs({ "q", "<Esc>" }) do
    map(key, function()
      self:close()
    end, "Close")
  end
end

return M

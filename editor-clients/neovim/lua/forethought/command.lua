-- :Forethought and its completion.
local M = {}

local request = require("forethought.request")

local TEXT_BYTES_MAX = 200000
local QUESTIONS = {
  "who calls this?",
  "why can this be None?",
  "what can this raise, and from where?",
  "which tests exercise this?",
  "what changed here?",
}

---@class forethought.Command
---@field run fun(argument: string, given: vim.api.keyset.create_user_command.command_args)
---@field complete? fun(lead: string): string[]

---@type table<string, forethought.Command>
local commands = {
  ask = {
    run = function(argument)
      if argument ~= "" then
        return require("forethought").ask(argument)
      end
      vim.ui.input({ prompt = "Ask Forethought: " }, function(question)
        if question and question ~= "" then
          require("forethought").ask(question)
        end
      end)
    end,
    complete = function()
      return QUESTIONS
    end,
  },
  questions = {
    run = function()
      require("forethought").questions()
    end,
  },
  explain = {
    run = function(argument, given)
      local what, problem = M.to_explain(argument, given)
      if what then
        require("forethought").explain(what)
      else
        request.tell(problem, vim.log.levels.WARN)
      end
    end,
    complete = function(lead)
      return vim.fn.getcompletion(lead, "file")
    end,
  },
  pause = {
    run = function()
      require("forethought").pause()
    end,
  },
  resume = {
    run = function()
      require("forethought").resume()
    end,
  },
  status = {
    run = function()
      require("forethought").status()
    end,
  },
  report = {
    run = function()
      require("forethought").report()
    end,
  },
}

---@param given vim.api.keyset.create_user_command.command_args
function M.run(given)
  local name, argument = given.args:match("^(%S+)%s*(.-)%s*$")
  local command = commands[name]
  if command then
    command.run(argument, given)
  else
    request.tell("there is no :Forethought " .. name, vim.log.levels.ERROR)
  end
end

--- What fits behind what was typed.
---@param lead string
---@param line string
---@return string[]
function M.complete(lead, line)
  local name, rest = line:match("Forethought!?%s+(%S+)%s+(.*)$")
  if not name then
    local names = vim.tbl_keys(commands)
    table.sort(names)
    return vim.tbl_filter(function(each)
      return vim.startswith(each, lead)
    end, names)
  end
  local complete = commands[name] and commands[name].complete
  if not complete then
    return {}
  end
  -- Candidates may have blanks, and Neovim replaces the last word alone.
  local before = rest:sub(1, #rest - #lead)
  local found = {}
  for _, candidate in ipairs(complete(lead)) do
    if name == "explain" then
      found[#found + 1] = candidate
    elseif vim.startswith(candidate, rest) then
      found[#found + 1] = candidate:sub(#before + 1)
    end
  end
  return found
end

--- What is to be explained: the range, a file, the debugger's stop, or else the whole buffer.
---@param argument string
---@param given { range: integer, line1: integer, line2: integer }
---@return table? what
---@return string problem
function M.to_explain(argument, given)
  local text
  if given.range > 0 then
    text = table.concat(vim.api.nvim_buf_get_lines(0, given.line1 - 1, given.line2, false), "\n")
  elseif argument ~= "" then
    local ok, lines = pcall(vim.fn.readfile, vim.fn.expand(argument))
    if not ok then
      return nil, "cannot read " .. argument
    end
    text = table.concat(lines, "\n")
  else
    local stop = require("forethought.dap").last_stop()
    if stop then
      return { stop = stop }, ""
    end
    text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
  end
  if not text:find("%S") then
    return nil, "there is nothing to explain; give a range, a file or a buffer with a traceback"
  end
  -- What went wrong stands at the end of an output.
  return { text = text:sub(-TEXT_BYTES_MAX) }, ""
end

return M

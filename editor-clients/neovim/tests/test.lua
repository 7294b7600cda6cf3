-- Run by: nvim --headless -u tests/minimal.lua -l tests/test.lua
-- The real Neovim and the real server; a scripted counterpart only for nvim-dap, which comes from elsewhere.
local here = vim.fn.fnamemodify(debug.getinfo(1, "S").source:sub(2), ":p:h")
package.path = here .. "/?.lua;" .. package.path
local harness = require("harness")
local test, wait, has, same = harness.test, harness.wait, harness.has, harness.same

local SHOP = [[
#- shop/__init__.py
#- shop/db.py
def find_user(name, rows):
    if name not in rows:
        return None
    return rows[name]


def load(path):
    if not path:
        raise FileNotFoundError("no path")
    return open(path).read()
#- shop/orders.py
from shop.db import find_user


def greet(name, rows):
    user = find_user(name, rows)
    return "Dear " + user["email"]


def greet_all(names, rows):
    return [greet(name, rows) for name in names]
#- main.py
from shop.orders import greet_all

print(greet_all(["bob"], {}))
#- pyproject.toml
[project]
name = "shop"
version = "1.0"
]]

local TRACEBACK = {
  "Traceback (most recent call last):",
  '  File "main.py", line 3, in <module>',
  '    print(greet_all(["bob"], {}))',
  '  File "shop/orders.py", line 10, in greet_all',
  "    return [greet(name, rows) for name in names]",
  '  File "shop/orders.py", line 6, in greet',
  '    return "Dear " + user["email"]',
  "TypeError: 'NoneType' object is not subscriptable",
}

local root = harness.repository(SHOP)

---@param name string
---@param line integer
---@param column integer
local function open(name, line, column)
  vim.cmd.edit(root .. "/" .. name)
  vim.api.nvim_win_set_cursor(0, { line, column })
  wait("the server", function()
    return vim.lsp.get_clients({ name = "forethought", bufnr = 0 })[1]
  end)
end

--- Hovers until what is said has this in it: the analysis needs its time.
---@param part string
---@return string
local function hover(part)
  local text = ""
  local asked = 0
  wait("a hover with " .. part, function()
    local now = vim.uv.now()
    if now - asked > 500 then
      asked = now
      harness.close_floats()
      vim.lsp.buf.hover({ silent = true })
    end
    text = select(2, harness.float())
    return text:find(part, 1, true)
  end)
  return text
end

test("opening a file starts the server", function()
  open("shop/db.py", 1, 5)
  local client = vim.lsp.get_clients({ name = "forethought" })[1]
  same(client.root_dir, root)
end)

test("a hover says what is prepared", function()
  local text = hover("Who calls it?")
  has(text, "Why can it be None?")
  has(text, "orders.py:5")
end)

test("incoming calls fill the quickfix list", function()
  open("shop/db.py", 1, 5)
  vim.lsp.buf.incoming_calls()
  wait("the list", function()
    return #vim.fn.getqflist() > 0
  end)
  has(vim.fn.getqflist()[1].text, "greet")
  vim.cmd.cclose()
end)

test("the menu of questions leads to an answer whose citations jump", function()
  open("shop/db.py", 2, 5)
  local seen = harness.will_choose(function(answer)
    return answer.kind == "callers"
  end)
  vim.cmd("Forethought questions")
  local text, window = harness.sees("orders.py:5")
  has(seen.prompt, "find_user")
  assert(#seen.items > 3, "the menu is short")
  local unknown = vim.tbl_map(function(item)
    return vim.endswith(item, "  not known")
  end, seen.items)
  assert(not unknown[1] and unknown[#unknown], "what is not known comes last")
  for index = 2, #unknown do
    assert(unknown[index] or not unknown[index - 1], "what is known comes after what is not")
  end
  has(text, "Who calls")
  assert(not text:find("file://", 1, true), "addresses are shown: " .. text)
  same(vim.api.nvim_get_current_win(), window)
  vim.fn.search("orders.py:5")
  harness.press("<CR>")
  same(vim.api.nvim_buf_get_name(0), root .. "/shop/orders.py")
  same(vim.api.nvim_win_get_cursor(0)[1], 5)
  same(harness.float(), nil)
end)

test("citations go to the quickfix list", function()
  open("shop/db.py", 1, 5)
  require("forethought").show_answer({
    uri = vim.uri_from_fname(root .. "/shop/db.py"),
    position = { line = 0, character = 5 },
    kind = "callers",
  })
  harness.sees("orders.py:5")
  harness.press("<C-q>")
  local list = vim.fn.getqflist({ items = 0, title = 0 })
  has(list.title, "Forethought")
  same(vim.fn.bufname(list.items[1].bufnr):match("orders.py"), "orders.py")
  same(list.items[1].lnum, 5)
  vim.cmd.cclose()
end)

test("a question in words is answered", function()
  open("shop/db.py", 1, 5)
  vim.cmd("Forethought ask who calls find_user?")
  local text = harness.sees("model tokens")
  has(text, "orders.py:5")
end)

test("a traceback in the range is explained, with suspects in the quickfix list", function()
  vim.cmd.enew()
  vim.api.nvim_buf_set_lines(0, 0, -1, false, TRACEBACK)
  vim.bo.modified = false
  vim.cmd("%Forethought explain")
  harness.sees("orders.py")
  local list = vim.fn.getqflist({ items = 0, title = 0 })
  has(list.title, "what went wrong")
  assert(#list.items > 0, "no suspects")
  vim.cmd.cclose()
end)

test("a traceback in a file is explained", function()
  local file = vim.fn.tempname()
  vim.fn.writefile(TRACEBACK, file)
  vim.cmd("Forethought explain " .. file)
  harness.sees("orders.py")
  vim.cmd.cclose()
end)

test("what cannot be explained is said", function()
  vim.cmd.enew()
  vim.cmd("Forethought explain")
  harness.tells("there is nothing to explain")
  vim.cmd("Forethought explain /no/such/file")
  harness.tells("cannot read /no/such/file")
end)

test("pausing and resuming show in the status", function()
  open("shop/db.py", 1, 5)
  vim.cmd("Forethought pause")
  harness.tells("paused")
  wait("the notification", function()
    return require("forethought").statusline():find("paused")
  end)
  vim.cmd("Forethought resume")
  harness.tells("goes on")
  wait("the notification", function()
    return not require("forethought").statusline():find("paused")
  end)
  vim.cmd("Forethought status")
  harness.tells("Forethought: ")
end)

test("the report opens in a window", function()
  open("shop/db.py", 1, 5)
  vim.cmd("Forethought report")
  wait("the report", function()
    return vim.bo.filetype == "markdown" and vim.api.nvim_buf_get_lines(0, 0, 1, false)[1] ~= ""
  end)
  same(vim.bo.modifiable, false)
  vim.cmd.close()
end)

test("the command line completes", function()
  same(vim.fn.getcompletion("Forethought re", "cmdline"), { "report", "resume" })
  same(#vim.fn.getcompletion("Forethought ", "cmdline"), 7)
  same(vim.fn.getcompletion("Forethought ask who", "cmdline"), { "who calls this?" })
  same(vim.fn.getcompletion("Forethought ask who calls", "cmdline"), { "calls this?" })
  same(vim.fn.getcompletion("Forethought pause ", "cmdline"), {})
  vim.cmd("Forethought nonsense")
  harness.tells("there is no :Forethought nonsense")
end)

test("checkhealth says what is well", function()
  open("shop/db.py", 1, 5)
  vim.cmd("checkhealth forethought")
  local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
  has(text, "Forethought: repository")
  has(text, "OK runs, client")
  has(text, "version: forethought")
  assert(not text:find("ERROR", 1, true), text)
  vim.cmd.bwipeout()
end)

test("the help has its tags", function()
  vim.cmd.helptags(vim.fs.dirname(here) .. "/doc")
  for _, tag in ipairs({ "forethought", ":Forethought", "forethought-dap", "forethought-health" }) do
    vim.cmd.help(tag)
    same(vim.bo.filetype, "help")
    vim.cmd.helpclose()
  end
end)

--- A debug adapter's session in miniature: it answers what debugpy answers.
local function session(answers)
  return {
    request = function(_, command, _, callback)
      vim.schedule(function()
        callback(answers[command] == nil and { message = "no such request" } or nil, answers[command])
      end)
    end,
  }
end

local function debugpy()
  return {
    exceptionInfo = {
      exceptionId = "TypeError",
      description = "'NoneType' object is not subscriptable",
      details = { typeName = "TypeError", message = "'NoneType' object is not subscriptable" },
    },
    stackTrace = {
      stackFrames = {
        { id = 1, name = "greet", line = 6, source = { path = root .. "/shop/orders.py" } },
        { id = 2, name = "greet_all", line = 10, source = { path = root .. "/shop/orders.py" } },
        { id = 3, name = "<module>", line = 3, source = { path = root .. "/main.py" } },
      },
    },
    scopes = { scopes = { { name = "Locals", variablesReference = 7 }, { name = "Globals", variablesReference = 8 } } },
    variables = {
      variables = {
        { name = "special variables", value = "", variablesReference = 9 },
        { name = "name", type = "str", value = "'bob'" },
        { name = "user", type = "NoneType", value = "None" },
      },
    },
  }
end

test("a stop at an exception is explained", function()
  open("shop/orders.py", 6, 4)
  local none = {
    __index = function(listeners, event)
      rawset(listeners, event, {})
      return listeners[event]
    end,
  }
  local dap = { listeners = { after = setmetatable({}, none), before = setmetatable({}, none) } }
  require("forethought.dap").attach(dap)
  dap.listeners.after.event_stopped.forethought(session(debugpy()), { reason = "exception", threadId = 1 })
  harness.tells("(:Forethought explain)")
  vim.cmd("Forethought explain")
  local text = harness.sees("find_user")
  -- The value comes before any suspect.
  local value = "`user` is None; it comes from `find_user`, which returns None when `name not in rows` db.py:3"
  same(text:find(value, 1, true), 1)
  has(text, "db.py:3")
  dap.listeners.before.event_continued.forethought()
  same(require("forethought.dap").last_stop(), nil)
  vim.cmd.cclose()
end)

test("a stop in a library carries the values of the workspace's own frame", function()
  open("shop/orders.py", 6, 4)
  local answers = debugpy()
  table.insert(answers.stackTrace.stackFrames, 1, { id = 9, name = "loads", line = 1, source = { path = "/usr/x.py" } })
  local seen
  require("forethought.dap").read(session(answers), { reason = "exception", threadId = 1 }, function(stop)
    seen = stop
  end)
  local stop = wait("the stop", function()
    return seen
  end)
  same(stop.frames[1].locals, nil)
  same(stop.frames[2].locals[2].name, "user")
  same(stop.frames[3].locals, nil)
end)

test("an adapter that knows little is asked no more than it answers", function()
  local seen
  local poor = session({ stackTrace = debugpy().stackTrace })
  require("forethought.dap").read(poor, { reason = "exception", text = "oops", threadId = 1 }, function(stop)
    seen = stop
  end)
  local stop = wait("the stop", function()
    return seen
  end)
  same(stop.exception, { type = "exception", message = "oops" })
  same(stop.locals, {})
  same(#stop.frames, 3)
end)

-- nvim-dap comes from a repository of its own: where somebody has it, with debugpy beside the server, it is tried too.
if vim.env.FORETHOUGHT_TEST_NVIM_DAP then
  test("the real nvim-dap and debugpy stop at an exception, and it is explained", function()
    vim.opt.runtimepath:prepend(vim.env.FORETHOUGHT_TEST_NVIM_DAP)
    open("main.py", 1, 0)
    local dap = require("dap")
    require("forethought.dap").attach(dap)
    local python = vim.fs.dirname(vim.env.FORETHOUGHT_TEST_COMMAND) .. "/python"
    dap.adapters.python = { type = "executable", command = python, args = { "-m", "debugpy.adapter" } }
    dap.defaults.fallback.exception_breakpoints = { "uncaught" }
    local program = { program = root .. "/main.py", cwd = root, console = "internalConsole" }
    dap.run(vim.tbl_extend("error", { type = "python", request = "launch", name = "main" }, program))
    harness.tells("(:Forethought explain)")
    vim.cmd("Forethought explain")
    same(harness.sees("find_user"):find("`user` is None; it comes from `find_user`, which returns None", 1, true), 1)
    dap.terminate()
    wait("the end of the program", function()
      return dap.session() == nil
    end)
  end)
end

test("a spent budget is said", function()
  local status = { state = "idle", detail = "", pending = 0, version = "1" }
  status.budget = { spentMoney = 0, dailyMoney = 0, spentTokens = 500, dailyTokens = 500 }
  local text = require("forethought.status").text
  same(text(status), "idle · 500 of 500 tokens spent today · no model is asked before tomorrow")
  status.budget.spentTokens = 20
  same(text(status), "idle · 20 of 500 tokens spent today")
end)

test("Markdown becomes lines with places", function()
  local text =
    "**Who calls \\*it\\*?** one\n\n\n- `f()` [a\\_b.py:3](file:///x/a_b.py#L3) and [web](https://example.org)"
  local lines, links = require("forethought.markdown").lay_out(text)
  same(lines, { "**Who calls *it*?** one", "", "- `f()` a_b.py:3 and web" })
  same(links, { { row = 2, from = 8, to = 16, uri = "file:///x/a_b.py", line = 3 } })
end)

harness.run()

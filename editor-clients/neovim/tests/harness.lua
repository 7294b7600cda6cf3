-- Tests as a table of functions, each run in the real Neovim; what a person would see is what they look at.
local M = {}

local WAIT_MS_MAX = 60000
local STEP_MS = 20

---@type { name: string, run: fun() }[]
local tests = {}

---@param name string
---@param run fun()
function M.test(name, run)
  tests[#tests + 1] = { name = name, run = run }
end

--- Waits until `there` gives something, and gives it.
---@generic T
---@param what string
---@param there fun(): T?
---@return T
function M.wait(what, there)
  local found
  local ok = vim.wait(WAIT_MS_MAX, function()
    found = there()
    return found and true or false
  end, STEP_MS)
  assert(ok, "never there: " .. what .. "; told meanwhile: " .. vim.inspect(M.told))
  return found
end

---@param text string
---@param part string
function M.has(text, part)
  assert(text:find(part, 1, true), ("%q is not in:\n%s"):format(part, text))
end

---@param got any
---@param wanted any
function M.same(got, wanted)
  assert(vim.deep_equal(got, wanted), ("%s is not %s"):format(vim.inspect(got), vim.inspect(wanted)))
end

--- Writes a repository given as one string with `#- path` headers, and commits it.
---@param text string
---@return string folder
function M.repository(text)
  local folder = vim.uv.fs_realpath(vim.fn.tempname():match("(.*)/")) .. "/" .. vim.fn.rand() .. "-shop"
  local file
  local files = {}
  for line in vim.gsplit(vim.trim(text), "\n", { plain = true }) do
    local name = line:match("^#%- (.*)$")
    if name then
      file = {}
      files[name] = file
    else
      table.insert(file, line)
    end
  end
  for name, lines in pairs(files) do
    vim.fn.mkdir(vim.fs.dirname(folder .. "/" .. name), "p")
    vim.fn.writefile(lines, folder .. "/" .. name)
  end
  for _, arguments in ipairs({ { "init", "-q" }, { "add", "-A" }, { "commit", "-q", "-m", "Greet by mail" } }) do
    local who = { "git", "-c", "user.name=Test", "-c", "user.email=test@example.org" }
    local ran = vim.system(vim.list_extend(who, arguments), { cwd = folder }):wait()
    assert(ran.code == 0, ran.stderr)
  end
  return folder
end

--- The floating window on the screen, and its text.
---@return integer? window
---@return string text
function M.float()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= "" then
      local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false)
      return window, table.concat(lines, "\n")
    end
  end
  return nil, ""
end

--- Waits for a floating window that says this, and gives its whole text.
---@param part string
---@return string text
---@return integer window
function M.sees(part)
  local window, text
  M.wait(("a window with %q; the last one said: %s"):format(part, text or ""), function()
    window, text = M.float()
    return window and text:find(part, 1, true)
  end)
  return text, window
end

function M.close_floats()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_is_valid(window) and vim.api.nvim_win_get_config(window).relative ~= "" then
      vim.api.nvim_win_close(window, true)
    end
  end
end

--- Types keys as a person does.
---@param keys string
function M.press(keys)
  vim.api.nvim_feedkeys(vim.keycode(keys), "mx", false)
end

--- What was told since the last call, by vim.notify.
---@type string[]
M.told = {}
vim.notify = function(text)
  table.insert(M.told, text)
end

--- Waits until something was told that has this in it.
---@param part string
---@return string
function M.tells(part)
  return M.wait(("being told %q"):format(part), function()
    for index, text in ipairs(M.told) do
      if text:find(part, 1, true) then
        table.remove(M.told, index)
        return text
      end
    end
  end)
end

--- Chooses in the next vim.ui.select; `seen` gets what was offered.
---@param choose fun(item: any): boolean
---@return { items: string[], prompt: string } seen filled once it happened
function M.will_choose(choose)
  local seen = { items = {}, prompt = "" }
  local before = vim.ui.select
  vim.ui.select = function(items, options, on_choice)
    vim.ui.select = before
    seen.prompt = options.prompt
    seen.items = vim.tbl_map(options.format_item, items)
    for index, item in ipairs(items) do
      if choose(item) then
        return on_choice(item, index)
      end
    end
    on_choice(nil)
  end
  return seen
end

function M.run()
  local failed = 0
  local only = vim.env.FORETHOUGHT_TEST_ONLY
  for _, each in ipairs(tests) do
    if not only or each.name:find(only, 1, true) then
      local begun = vim.uv.hrtime()
      local ok, problem = xpcall(each.run, debug.traceback)
      M.close_floats()
      local ms = (vim.uv.hrtime() - begun) / 1e6
      io.write(("%s %s (%d ms)\n"):format(ok and "ok  " or "FAIL", each.name, ms))
      if not ok then
        failed = failed + 1
        io.write(problem .. "\n")
      end
    end
  end
  io.write(("%d tests, %d failed\n"):format(#tests, failed))
  for _, client in ipairs(vim.lsp.get_clients()) do
    client:stop()
  end
  vim.wait(5000, function()
    return #vim.lsp.get_clients() == 0
  end)
  os.exit(failed == 0 and 0 or 1)
end

return M

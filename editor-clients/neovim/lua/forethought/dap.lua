-- The debugger as a question: with nvim-dap there, a stop at an exception is explained. Without it, nothing happens.
local M = {}

local FRAMES_MAX = 50
local LOCALS_MAX = 60
local VALUE_CHARS_MAX = 300
local KEY = "forethought"

---@type forethought.Stop?
local last

--- The stop that the debugger is at, if it is at an exception.
---@return forethought.Stop?
function M.last_stop()
  return last
end

--- Listens to nvim-dap if it is installed, now or once a plugin manager loads it.
function M.listen()
  if package.loaded["dap"] or #vim.api.nvim_get_runtime_file("lua/dap.lua", false) > 0 then
    return M.attach(require("dap"))
  end
  vim.api.nvim_create_autocmd("User", {
    group = vim.api.nvim_create_augroup("forethought.dap", {}),
    pattern = "LazyLoad",
    callback = function(event)
      if event.data == "nvim-dap" then
        M.attach(require("dap"))
      end
    end,
  })
end

---@param dap table nvim-dap
function M.attach(dap)
  dap.listeners.after.event_stopped[KEY] = function(session, body)
    if body.reason == "exception" and M.wanted() ~= "off" then
      M.read(session, body, M.stopped)
    end
  end
  local function forget()
    last = nil
  end
  for _, event in ipairs({ "event_continued", "event_terminated", "event_exited", "disconnect" }) do
    dap.listeners.before[event][KEY] = forget
  end
end

---@return "offer"|"show"|"off"
function M.wanted()
  return (vim.g.forethought or {}).dap or "offer"
end

---@param stop forethought.Stop
function M.stopped(stop)
  last = stop
  if not require("forethought.request").client() then
    return
  end
  require("forethought.request").send("forethought/explain", { stop = stop }, function(explained)
    ---@cast explained forethought.Explained
    -- The program may have gone on meanwhile.
    if last ~= stop or explained.markdown == "" then
      return
    end
    if M.wanted() == "show" then
      require("forethought").show_explained(explained)
    else
      local reason = vim.tbl_get(explained.answers, 1, "claims", 1, "text")
      local first = reason or require("forethought.markdown").lay_out(explained.markdown)[1] or ""
      local headline = require("forethought.markdown").plain(first)
      require("forethought.request").tell(headline .. "  (:Forethought explain)")
    end
  end)
end

--- Asks the debug adapter for what it knows about a stop. What an adapter does not offer is left out.
---@param session table nvim-dap's session
---@param body table the stopped event's
---@param done fun(stop: forethought.Stop)
function M.read(session, body, done)
  local thread = { threadId = body.threadId }
  session:request("exceptionInfo", thread, function(_, info)
    info = info or {}
    local details = info.details or {}
    local exception = {
      type = details.typeName or info.exceptionId or "exception",
      message = details.message or info.description or body.text or "",
    }
    local levels = { threadId = body.threadId, startFrame = 0, levels = FRAMES_MAX }
    session:request("stackTrace", levels, function(_, stack)
      local frames = (stack or {}).stackFrames or {}
      if #frames == 0 then
        return
      end
      M.read_locals(session, frames[1].id, function(locals)
        local stop = { exception = exception, frames = M.frames(frames), locals = locals }
        local own, id = M.own_frame(frames, stop.frames)
        if not own then
          return done(stop)
        end
        M.read_locals(session, id, function(own_locals)
          own.locals = own_locals
          done(stop)
        end)
      end)
    end)
  end)
end

---@param frames table[]
---@return forethought.StopFrame[]
function M.frames(frames)
  local found = {}
  for _, frame in ipairs(frames) do
    if frame.source and frame.source.path and #found < FRAMES_MAX then
      local column = frame.column or 0
      found[#found + 1] = { path = frame.source.path, line = frame.line, column = column, name = frame.name }
    end
  end
  return found
end

--- The innermost frame inside the workspace and the adapter's number of it; nothing where that is the innermost of all.
---@param frames table[] as the adapter lists them
---@param found forethought.StopFrame[] made from them
---@return forethought.StopFrame?
---@return integer?
function M.own_frame(frames, found)
  local client = require("forethought.request").client()
  local root = client and client.root_dir
  local at = 0
  for index, frame in ipairs(frames) do
    if frame.source and frame.source.path then
      at = at + 1
      if root and vim.fs.relpath(root, frame.source.path) then
        if index == 1 then
          return nil
        end
        return found[at], frame.id
      end
    end
  end
end

---@param session table
---@param frame_id integer
---@param done fun(locals: forethought.StopLocal[])
function M.read_locals(session, frame_id, done)
  session:request("scopes", { frameId = frame_id }, function(_, answer)
    local scope
    for _, each in ipairs((answer or {}).scopes or {}) do
      if not each.expensive and (each.presentationHint == "locals" or each.name:lower():find("^local")) then
        scope = each
        break
      end
    end
    if not scope then
      return done({})
    end
    session:request("variables", { variablesReference = scope.variablesReference }, function(_, found)
      local locals = {}
      for _, variable in ipairs((found or {}).variables or {}) do
        -- debugpy adds groups ("special variables") to the names, which no name of a program looks like.
        if not variable.name:find("%s") and #locals < LOCALS_MAX then
          local value = vim.fn.strcharpart(variable.value, 0, VALUE_CHARS_MAX)
          locals[#locals + 1] = { name = variable.name, type = variable.type or "", value = value }
        end
      end
      done(locals)
    end)
  end)
end

return M

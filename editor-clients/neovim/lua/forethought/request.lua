-- Requests to the server, and the pieces of an answer that arrive before the whole. Shows nothing.
local M = {}

local NAME = "forethought"
local METHOD_NOT_FOUND = -32601

---@type table<string, fun(markdown: string)>
local partial = {}
local asked = 0

--- The client that answers for this buffer, or any that runs.
---@param buffer? integer
---@return vim.lsp.Client?
function M.client(buffer)
  local here = vim.lsp.get_clients({ name = NAME, bufnr = buffer or 0 })
  return here[1] or vim.lsp.get_clients({ name = NAME })[1]
end

--- Sends one request. Failures are told; `done` is called with results alone, in the main loop.
---@param method string
---@param params table
---@param done fun(result: any)
---@return fun()? cancel
function M.send(method, params, done)
  local client = M.client()
  if not client then
    M.tell("the server is not running here; :checkhealth forethought says why", vim.log.levels.WARN)
    return
  end
  local ok, id = client:request(method, params, function(err, result)
    if err then
      local text = err.code == METHOD_NOT_FOUND and ("the running server has no " .. method .. "; a newer one may")
        or err.message
      M.tell(text, vim.log.levels.ERROR)
    else
      done(result)
    end
  end)
  if ok and id then
    return function()
      client:cancel_request(id)
    end
  end
end

--- Runs one of the server's own commands.
---@param command string
---@param arguments any[]
---@param done fun(result: any)
function M.execute(command, arguments, done)
  M.send("workspace/executeCommand", { command = command, arguments = arguments }, done)
end

--- `forethought/ask`; `piece` is called with each part that arrives before the whole answer.
---@param params table
---@param piece fun(markdown: string)
---@param done fun(result: forethought.Asked)
---@return fun()? cancel
function M.ask(params, piece, done)
  asked = asked + 1
  local token = "forethought-ask-" .. asked
  partial[token] = piece
  return M.send("forethought/ask", vim.tbl_extend("force", params, { partialResultToken = token }), function(result)
    partial[token] = nil
    done(result)
  end)
end

--- Takes a `$/progress` notification that belongs to a question; false for every other.
---@param params { token: string|integer, value: any }
---@return boolean
function M.take_partial(params)
  local piece = partial[params.token]
  if piece and type(params.value) == "table" then
    piece(params.value.markdown or "")
  end
  return piece ~= nil
end

--- Where the cursor is, as requests name it; empty outside of files.
---@return table
function M.here()
  local client = M.client()
  if not client or vim.bo.buftype ~= "" or vim.api.nvim_buf_get_name(0) == "" then
    return {}
  end
  return vim.lsp.util.make_position_params(0, client.offset_encoding)
end

---@param text string
---@param level? integer
function M.tell(text, level)
  vim.notify("Forethought: " .. text, level or vim.log.levels.INFO)
end

return M

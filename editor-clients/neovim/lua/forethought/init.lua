-- What can be asked of Forethought, as functions; :Forethought calls them, and so may your own mappings.
local M = {}

local request = require("forethought.request")

--- Answers a question in a person's own words, in a window that fills while the answer arrives.
---@param question string
---@param at? table where it is asked; the cursor unless given
function M.ask(question, at)
  local float, text = nil, ""
  local cancel
  local function show(shown)
    if not float then
      float = require("forethought.float").open(question, shown)
      vim.api.nvim_create_autocmd("BufWipeout", {
        buffer = float.buffer,
        once = true,
        callback = function()
          -- Whoever closes the window does not want the rest.
          if cancel then
            cancel()
          end
        end,
      })
    else
      float:put(shown)
    end
  end
  local params = vim.tbl_extend("force", { question = question }, at or request.here())
  cancel = request.ask(params, function(piece)
    text = text .. piece
    show(text)
  end, function(asked)
    cancel = nil
    if #asked.choices > 0 then
      if float then
        float:close()
      end
      M.choose(question, asked)
    else
      show(asked.markdown .. "\n\n" .. M.footer(asked))
    end
  end)
end

---@param question string
---@param asked forethought.Asked
function M.choose(question, asked)
  vim.ui.select(asked.choices, {
    prompt = question,
    kind = "forethought.choice",
    format_item = function(choice)
      return choice.label
    end,
  }, function(choice)
    if choice then
      local at = { textDocument = choice.textDocument, position = choice.position, conversation = asked.conversation }
      M.ask(choice.question, at)
    end
  end)
end

--- The last line of an answer: how it was come by, and what it cost.
---@param asked forethought.Asked
---@return string
function M.footer(asked)
  local cost = asked.cost
  local tokens = (cost.inputTokens or 0) + (cost.outputTokens or 0)
  return ("*%s · %s · %d model tokens · %d ms*"):format(
    asked.road,
    asked.freshness,
    tokens,
    math.floor((cost.seconds or 0) * 1000 + 0.5)
  )
end

--- The menu of questions at the cursor.
function M.questions()
  request.send("forethought/questions", request.here(), function(found)
    ---@cast found forethought.Questions
    local items, unknown = {}, {}
    for _, group in ipairs(found.groups) do
      for _, answer in ipairs(group.questions) do
        table.insert(answer.known and items or unknown, answer)
      end
    end
    -- What is not known stays in the menu, below what is.
    vim.list_extend(items, unknown)
    if #items == 0 then
      return request.tell("nothing is prepared for this place yet")
    end
    local plain = require("forethought.markdown").plain
    vim.ui.select(items, {
      prompt = "Questions about " .. (found.anchor and found.anchor.name or "this module"),
      kind = "forethought.question",
      format_item = function(answer)
        return plain(answer.question) .. "  " .. plain(answer.headline)
      end,
    }, function(answer)
      if answer then
        local anchor = answer.anchor
        M.show_answer({ uri = anchor.uri, position = anchor.range.start, kind = answer.kind })
      end
    end)
  end)
end

--- One answer whole. Code actions and code lenses end here.
---@param chosen { uri: string, position: lsp.Position, kind: string }
function M.show_answer(chosen)
  request.execute("forethought.showAnswer", { chosen }, function(answer)
    ---@cast answer forethought.Answer?
    if not answer or answer == vim.NIL then
      return request.tell("that place or question is not there any more")
    end
    require("forethought.float").open(answer.anchor.name ~= "" and answer.anchor.name or "module", answer.markdown)
  end)
end

--- Explains a traceback, a test runner's output, or a debugger's stop.
---@param what { text: string }|{ stop: forethought.Stop }
function M.explain(what)
  request.send("forethought/explain", what, M.show_explained)
end

---@param explained forethought.Explained
function M.show_explained(explained)
  local items = require("forethought.quickfix").of_suspects(explained.suspects)
  require("forethought.quickfix").fill("what went wrong", items)
  require("forethought.float").open("What went wrong", explained.markdown)
end

function M.pause()
  request.execute("forethought.pause", {}, function()
    request.tell("paused; saved files are still kept current")
  end)
end

function M.resume()
  request.execute("forethought.resume", {}, function()
    request.tell("goes on")
  end)
end

function M.status()
  request.send("forethought/status", vim.empty_dict(), function(status)
    request.tell(require("forethought.status").text(status))
  end)
end

--- What was anticipated, spent and saved, in a window of its own.
function M.report()
  request.execute("forethought.report", {}, function(report)
    local buffer = vim.api.nvim_create_buf(true, true)
    vim.api.nvim_buf_set_lines(buffer, 0, -1, false, vim.split(report.markdown, "\n", { plain = true }))
    vim.bo[buffer].filetype = "markdown"
    vim.bo[buffer].modifiable = false
    vim.cmd.split()
    vim.api.nvim_win_set_buf(0, buffer)
  end)
end

--- For a statusline.
---@return string
function M.statusline()
  return require("forethought.status").line()
end

return M

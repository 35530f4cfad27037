-- What the checks of one Neovim run share: a buffer, a client attached to it, and a way to fail.
-- Started as: nvim --headless -u NONE -l CASE.lua FILE PYTHON ARGUMENTS...
local M = { file = arg[1] }

local command = vim.list_slice(arg, 2)
local patience_ms = tonumber(vim.env.AUTOGLM_TEST_PATIENCE_S or '60') * 1000

function M.check(ok, name, more)
  io.stdout:write((ok and 'ok   ' or 'FAIL ') .. name .. (more and ('  ' .. vim.inspect(more)) or '') .. '\n')
  if not ok then
    os.exit(1)
  end
end

function M.wait(condition, name)
  M.check(vim.wait(patience_ms, condition, 20), name)
end

function M.lines()
  return vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

function M.text()
  return table.concat(M.lines(), '\n')
end

-- Messages that the user would see.
M.messages = {}
vim.notify = function(message)
  M.messages[#M.messages + 1] = message
end
vim.lsp.handlers['window/showMessage'] = function(_, params)
  M.messages[#M.messages + 1] = params.message
  return vim.NIL
end

function M.attach(settings)
  vim.cmd.edit(M.file)
  vim.bo.filetype = 'python'
  local id = vim.lsp.start({
    name = 'autoglm',
    cmd = command,
    root_dir = vim.fs.dirname(M.file),
    settings = { autoglm = settings or vim.empty_dict() },
  })
  M.check(id ~= nil, 'the server starts')
  M.client = vim.lsp.get_client_by_id(id)
  M.wait(function()
    return M.client.initialized
  end, 'the server is initialized')
  return M.client
end

function M.cursor(row, column)
  vim.api.nvim_win_set_cursor(0, { row, column })
end

-- Runs the action whose title begins so, the way a user does who picks it from the menu.
function M.run_action(title)
  vim.lsp.buf.code_action({
    apply = true,
    filter = function(action)
      return vim.startswith(action.title, title)
    end,
  })
end

function M.stop()
  M.client:stop()
  M.wait(function()
    return M.client:is_stopped()
  end, 'the server stops when asked')
  os.exit(0)
end

return M

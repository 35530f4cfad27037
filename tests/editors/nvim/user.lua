-- A user at the keyboard of a Neovim with a configuration: another Neovim types, looks, and never calls our server.
-- Its messages wait for no Enter: a request that comes while one waits is not answered, and the case would hang.
-- Started as: nvim --headless -u NONE -l CASE.lua FILE; the child reads the configuration of XDG_CONFIG_HOME.
local M = { file = arg[1] }

local patience_ms = tonumber(vim.env.AUTOGLM_TEST_PATIENCE_S or '60') * 1000
local socket = vim.fn.tempname()
local terminal = vim.fn.jobstart(
  { vim.v.progpath, '-n', '--cmd', 'set messagesopt=wait:0,history:500', '--listen', socket, M.file },
  { pty = true, width = 300, height = 40, env = { TERM = 'xterm-256color' } }
)
-- The socket is there a moment before it listens.
local child
vim.wait(patience_ms, function()
  local listens, channel = pcall(vim.fn.sockconnect, 'pipe', socket, { rpc = true })
  child = listens and channel or nil
  return listens
end, 20)

function M.check(ok, name, more)
  io.stdout:write((ok and 'ok   ' or 'FAIL ') .. name .. (more and ('  ' .. vim.inspect(more)) or '') .. '\n')
  if not ok then
    vim.fn.jobstop(terminal)
    os.exit(1)
  end
end

-- What a Lua expression is in the child.
function M.look(expression, ...)
  return vim.rpcrequest(child, 'nvim_exec_lua', 'return ' .. expression, { ... })
end

function M.run(code, ...)
  return vim.rpcrequest(child, 'nvim_exec_lua', code, { ... })
end

function M.wait(expression, name, ...)
  local last
  local values = { ... }
  local done = vim.wait(patience_ms, function()
    last = M.look(expression, unpack(values))
    return last ~= nil and last ~= false and last ~= vim.NIL
  end, 20)
  M.check(done, name, not done and { last = last, text = M.text(), messages = M.messages(), mode = vim.rpcrequest(child, 'nvim_get_mode') } or nil)
  return last
end

function M.type(keys)
  vim.rpcrequest(child, 'nvim_input', keys)
end

-- Waits until the editor asks for a key (a menu) or a line (a prompt).
function M.wait_for_prompt(name)
  local mode
  local done = vim.wait(patience_ms, function()
    mode = vim.rpcrequest(child, 'nvim_get_mode')
    return mode.blocking or mode.mode:sub(1, 1) == 'c'
  end, 20)
  M.check(done, name, mode)
end

function M.text()
  return table.concat(vim.rpcrequest(child, 'nvim_buf_get_lines', 0, 0, -1, false), '\n')
end

function M.messages()
  return M.look("vim.api.nvim_exec2('messages', { output = true }).output")
end

function M.open(name)
  M.type(':edit ' .. vim.fs.joinpath(vim.fs.dirname(M.file), name) .. '<CR>')
  M.wait(("vim.endswith(vim.api.nvim_buf_get_name(0), '%s') and %s"):format(name, M.ready), name .. ' is open')
end

M.ready = "(function(c) return c ~= nil and c.initialized end)(vim.lsp.get_clients({ name = 'autoglm', bufnr = 0 })[1])"

-- Picks an action from the menu that gra shows; the titles are asked for first, to know its number.
function M.choose(title, visual)
  local titles = M.run(
    [[
    local visual = ...
    local params = vim.lsp.util.make_range_params(0, 'utf-8')
    if visual then
      local from, to = vim.fn.getpos('v'), vim.fn.getpos('.')
      params = vim.lsp.util.make_given_range_params({ from[2], from[3] - 1 }, { to[2], to[3] - 1 }, 0, 'utf-8')
    end
    params.context = { diagnostics = vim.lsp.diagnostic.from(vim.diagnostic.get(0, { lnum = vim.fn.line('.') - 1 })) }
    local titles = {}
    for _, answer in pairs(vim.lsp.buf_request_sync(0, 'textDocument/codeAction', params, 60000) or {}) do
      for _, action in ipairs(answer.result or {}) do
        titles[#titles + 1] = action.title
      end
    end
    return titles
  ]],
    visual
  )
  local number
  for n, found in ipairs(titles) do
    number = number or vim.startswith(found, title) and n or nil
  end
  M.check(number ~= nil, title .. ' is offered', titles)
  M.type('gra')
  M.wait_for_prompt('the menu is shown')
  M.type(number .. '<CR>')
end

function M.leave()
  -- Not a request: the child may be gone before it answers.
  vim.rpcnotify(child, 'nvim_input', '<Esc><Esc>:quitall!<CR>')
  M.check(vim.fn.jobwait({ terminal }, 30000)[1] == 0, 'Neovim leaves')
  os.exit(0)
end

M.wait("vim.v.vim_did_enter == 1 and " .. M.ready, 'the configuration starts the server')
M.check(not M.messages():find('Error', 1, true), 'without an error', M.messages())

return M

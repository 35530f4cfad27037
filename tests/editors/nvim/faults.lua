-- A request that is cancelled, an engine that goes away, and then one that works, each in a buffer of its own.
local t = dofile(vim.env.AUTOGLM_TEST_LUA .. '/checks.lua')
local client = t.attach()
local begun, ended = false, nil
vim.api.nvim_create_autocmd('LspProgress', {
  callback = function(event)
    local value = event.data.params.value
    begun = true
    ended = value.kind == 'end' and value.message or ended
  end,
})

local function edit(name)
  vim.cmd.edit(vim.fs.joinpath(vim.fs.dirname(t.file), name .. '.py'))
  vim.bo.filetype = 'python'
  vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'def ' .. name .. '(a, b):', '    ...' })
  vim.lsp.buf_attach_client(0, client.id)
  t.cursor(1, 0)
end

edit('slow')
local params = vim.lsp.util.make_range_params(0, client.offset_encoding)
params.context = { diagnostics = {} }
local offered = client:request_sync('textDocument/codeAction', params, 60000, 0).result[1]
local _, id = client:request('codeAction/resolve', offered, function() end, 0)
t.wait(function()
  return begun
end, 'the loop begins')
client:cancel_request(id)
-- Neovim drops the answer of a request that it cancelled; the end of the progress shows that the loop ended.
t.wait(function()
  return ended ~= nil
end, 'the loop ends')
t.check(ended == 'stopped', 'because it was cancelled', ended)

edit('lost')
t.run_action('Implement')
t.wait(function()
  return #t.messages > 0
end, 'the lost engine is told')
t.check(t.messages[1]:find('went away', 1, true) ~= nil, 'in words', t.messages)

edit('add')
t.run_action('Implement')
t.wait(function()
  return t.lines()[2] == '    return a + b'
end, 'the next request works')
t.stop()

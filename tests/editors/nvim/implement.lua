-- Implement in a real Neovim: the code action fills the buffer, undo brings the old text back exactly.
local t = dofile(vim.env.AUTOGLM_TEST_LUA .. '/checks.lua')
local client = t.attach()
t.check(client:supports_method('codeAction/resolve'), 'actions are resolved', client.offset_encoding)
local before = t.text()

local stages = {}
vim.api.nvim_create_autocmd('LspProgress', {
  callback = function(event)
    stages[#stages + 1] = event.data.params.value.kind .. ': ' .. (event.data.params.value.message or '')
  end,
})

t.cursor(vim.fn.search('def '), 0)
t.run_action('Implement')
t.wait(function()
  return t.text() ~= before or #t.messages > 0
end, 'the loop ends')
t.check(#t.messages == 0, 'nothing is complained about', t.messages)
t.check(t.text():find(vim.env.AUTOGLM_TEST_EXPECTED, 1, true) ~= nil, 'the buffer holds the new code', t.text())
t.check(stages[1] and vim.startswith(stages[1], 'begin'), 'the progress is seen', stages)
t.check(table.concat(stages, '\n'):find('attempt 1 of 4', 1, true) ~= nil, 'its stages are words')
vim.cmd.write()

vim.cmd.undo()
t.check(t.text() == before, 'one undo brings the old text back exactly', t.text())
t.stop()

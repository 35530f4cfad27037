-- The user types while the answer is made: what was typed stays, and the answer is thrown away.
local t = dofile(vim.env.AUTOGLM_TEST_LUA .. '/checks.lua')
t.attach()
local begun = false
vim.api.nvim_create_autocmd('LspProgress', {
  callback = function()
    begun = true
  end,
})
t.cursor(1, 0)
t.run_action('Implement')
t.wait(function()
  return begun
end, 'the loop begins')
vim.api.nvim_buf_set_lines(0, 0, 0, false, { '# typed meanwhile' })
local typed = t.text()
t.wait(function()
  return #t.messages > 0
end, 'the user is told')
t.check(t.messages[1]:find('changed while the answer was made', 1, true) ~= nil, 'why', t.messages)
t.check(t.text() == typed, 'what was typed is there and nothing else changed', t.text())
t.stop()

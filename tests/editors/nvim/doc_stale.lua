-- The user types on while an action is resolved: what was typed stays, the answer is refused, and the user is told.
local user = dofile(vim.env.AUTOGLM_TEST_LUA .. '/user.lua')
user.run([[
  vim.api.nvim_create_autocmd('LspProgress', { callback = function(event)
    _G.began = _G.began or event.data.params.value.kind == 'begin'
  end })
]])
user.type('gg')
user.choose('Implement')
user.wait('_G.began', 'the loop begins')
user.type('O# typed meanwhile<Esc>')
user.wait("vim.api.nvim_exec2('messages', { output = true }).output:find('changed while the answer was made', 1, true)", 'the user is told')
user.check(user.text() == '# typed meanwhile\n' .. vim.env.AUTOGLM_TEST_EXPECTED, 'what was typed is there, and nothing else changed', user.text())
user.leave()

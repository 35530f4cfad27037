-- No draft passes: the user is told why, and the buffer stays as it was.
local t = dofile(vim.env.AUTOGLM_TEST_LUA .. '/checks.lua')
t.attach({ actions = { attempts = 2 } })
local before = t.text()
t.cursor(1, 0)
t.run_action('Implement')
t.wait(function()
  return #t.messages > 0
end, 'the user is told')
t.check(t.messages[1]:find(vim.env.AUTOGLM_TEST_EXPECTED, 1, true) ~= nil, 'what and why', t.messages)
t.check(t.text() == before, 'the buffer is as before')
t.stop()

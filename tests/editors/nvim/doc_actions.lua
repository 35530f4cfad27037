-- Each action, picked from the menu, in a file of its own; one undo takes it back.
local user = dofile(vim.env.AUTOGLM_TEST_LUA .. '/user.lua')

local some_buffer_holds = [[(function(words)
  return vim.iter(vim.api.nvim_list_bufs()):any(function(buffer)
    return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n'):find(words, 1, true) ~= nil
  end)
end)(...)]]

for _, case in ipairs(vim.json.decode(vim.env.AUTOGLM_TEST_EXPECTED)) do
  user.open(case.file)
  local before = user.text()
  if case.diagnosed then
    user.wait('#vim.diagnostic.get(0) > 0', 'another server finds something')
  end
  user.type(case.keys)
  user.choose(case.title, case.visual)
  if case.instruction then
    user.wait('vim.fn.getcmdprompt():find(..., 1, true)', 'the instruction is asked for', case.title)
    user.type(case.instruction .. '<CR>')
  end
  user.wait(some_buffer_holds, case.title .. ': the new code is there', case.result)
  if not case.elsewhere then
    user.type('<Esc>u')
    user.wait("table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n') == ...", 'one undo takes it back', before)
  end
end
user.leave()

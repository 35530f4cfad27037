-- In the middle of the work :AutoGLMStop ends it, the progress stands in the last line, and the text is as it was.
local user = dofile(vim.env.AUTOGLM_TEST_LUA .. '/user.lua')
user.run([[
  _G.ends = {}
  vim.api.nvim_create_autocmd('LspProgress', { callback = function(event)
    local value = event.data.params.value
    _G.began = _G.began or value.kind == 'begin'
    if value.kind == 'end' then
      table.insert(_G.ends, value.message)
    end
  end })
]])
local pending = [[(function(methods)
  for _, request in pairs(vim.lsp.get_clients({ name = 'autoglm' })[1].requests) do
    methods[#methods + 1] = request.type == 'pending' and request.method or nil
  end
  return methods
end)({})]]
local before = user.text()
user.type('gg')
user.choose('Implement')
user.wait('_G.began', 'the loop begins')
user.wait("vim.fn.join(vim.fn.map(vim.fn.range(1, vim.o.columns), 'screenstring(&lines, v:val)'), ''):find('AutoGLM: attempt 1 of', 1, true)", 'its stage is seen in the last line')
user.type(':AutoGLMStop<CR>')
user.wait('_G.ends[1] == "stopped"', 'the loop ends')
user.check(user.text() == before, 'the text is as before')

user.run('_G.began = false')
user.type('ggVG')
user.choose('Edit with', true)
user.wait('vim.fn.getcmdprompt():find("Edit", 1, true)', 'the instruction is asked for')
user.type('be quick<CR>')
user.wait('_G.began', 'the loop begins')
user.wait(pending .. "[1] == 'workspace/executeCommand'", 'the command runs')
user.type('<Esc>:AutoGLMStop<CR>')
user.wait('_G.ends[2] == "stopped"', 'a command is stopped, too')
user.check(user.text() == before, 'the text is as before')

user.type('ggVG')
user.choose('Edit with', true)
user.wait('vim.fn.getcmdprompt():find("Edit", 1, true)', 'the instruction is asked for')
user.type('<Esc>')
user.wait("vim.fn.mode() ~= 'c'", 'no instruction, no request')
user.check(#user.look(pending) == 0, 'nothing runs')
user.leave()

-- The completion list of several servers: ours stands last, with its label and its documentation, and goes in whole.
local user = dofile(vim.env.AUTOGLM_TEST_LUA .. '/user.lua')
user.wait("#vim.lsp.get_clients({ bufnr = 0 }) == 2 and vim.lsp.get_clients({ bufnr = 0 })[2].initialized", 'both servers run')
user.type('3Gcc')
user.type('ret<C-Space>')
local list = user.wait(
  "(function(info) return #info.items > 0 and info.pum_visible == 1 and info end)(vim.fn.complete_info({ 'items', 'pum_visible', 'selected' }))",
  'the list is shown'
)
local items = list.items
user.check(#items > 1, 'others are in it', #items)
local last = items[#items]
user.check(last.menu == 'AutoGLM, checked, 4 lines', 'ours is the last, with its label', items)
user.check(last.abbr == 'return [', 'its first line stands for it', last)
user.check(last.info:find('```python\nreturn [', 1, true) ~= nil and last.info:find('parses', 1, true) ~= nil, 'with its documentation', last.info)
user.type(('<C-n>'):rep(#items - 1 - list.selected))
user.wait("vim.fn.complete_info({ 'selected' }).selected == ...", 'it is chosen', #items - 1)
user.wait("vim.fn.complete_info({ 'selected' }).preview_winid", 'the documentation is shown beside it')
user.type('<C-y>')
user.wait("table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n'):find(..., 1, true)", 'the whole text is inserted', vim.env.AUTOGLM_TEST_EXPECTED)
user.leave()

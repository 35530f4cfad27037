-- Completion through Neovim's own menu, accepted with CTRL-Y as a user does.
local t = dofile(vim.env.AUTOGLM_TEST_LUA .. '/checks.lua')
local client = t.attach({ inline = { debounce_ms = 0 } })
t.check(client:supports_method('textDocument/completion'), 'the list is offered')
vim.lsp.completion.enable(true, client.id, 0, { autotrigger = false })
vim.o.completeopt = 'menu,menuone,noinsert'

t.cursor(2, 7)
local shown
vim.api.nvim_create_autocmd('CompleteChanged', {
  callback = function()
    shown = shown or vim.deepcopy(vim.v.event.completed_item)
  end,
})
vim.api.nvim_create_autocmd('InsertEnter', {
  callback = vim.schedule_wrap(function()
    vim.lsp.completion.get()
  end),
})
vim.api.nvim_feedkeys('a', 'nt', false)
local function accept()
  if vim.fn.pumvisible() == 1 then
    vim.api.nvim_feedkeys(vim.keycode('<C-y><Esc>'), 'nt', false)
  else
    vim.defer_fn(accept, 20)
  end
end
vim.defer_fn(accept, 20)
vim.api.nvim_feedkeys('', 'x!', false)
t.check(shown ~= nil, 'the menu shows the item', shown)
t.wait(function()
  return t.text():find(vim.env.AUTOGLM_TEST_EXPECTED, 1, true) ~= nil
end, 'the whole text is inserted')
t.stop()

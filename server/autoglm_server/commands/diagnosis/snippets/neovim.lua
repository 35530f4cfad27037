vim.lsp.config("autoglm", {
  cmd = { "@AUTOGLM@", "lsp" },
  filetypes = { "python" },
  root_markers = { "pyproject.toml", "setup.py", ".git" },
})
vim.lsp.enable("autoglm")

-- Implement, Fix and Edit are code actions: gra. Completion while typing:
vim.api.nvim_create_autocmd("LspAttach", {
  callback = function(event)
    local client = vim.lsp.get_client_by_id(event.data.client_id)
    if client and client.name == "autoglm" then
      vim.lsp.completion.enable(true, client.id, event.buf, { autotrigger = true })
      if vim.lsp.inline_completion then -- Neovim 0.12: grey text
        vim.lsp.inline_completion.enable(true, { bufnr = event.buf })
      end
    end
  end,
})

vim.lsp.config("autoglm", {
  cmd = { "@AUTOGLM@", "lsp" },
  filetypes = { "python" },
  -- Started behind the other servers, so that its completion stands below theirs.
  root_dir = function(buffer, start)
    vim.schedule(function()
      start(vim.fs.root(buffer, { "pyproject.toml", "setup.py", ".git" }))
    end)
  end,
  init_options = { asks = true },
  commands = {
    -- Edit, Refactor and Fix: asks for the instruction and sends it on.
    ["autoglm.edit.ask"] = function(command, context)
      local client = assert(vim.lsp.get_client_by_id(context.client_id))
      local wish = vim.deepcopy(command.arguments[1])
      local name = wish.command or "autoglm.edit"
      wish.command = nil
      vim.ui.input({ prompt = command.title .. " " }, function(instruction)
        if instruction and instruction ~= "" then
          wish.instruction = instruction
          client:exec_cmd({ title = command.title, command = name, arguments = { wish } }, context)
        end
      end)
    end,
  },
})
vim.lsp.enable("autoglm")

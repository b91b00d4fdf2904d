-- persona-lsp in Neovim 0.7 and newer; no plugin is needed.
-- ~/.config/nvim/plugin/persona-lsp.lua is read by itself when Neovim starts.

local server = {
  name = 'persona-lsp',
  cmd = { "persona-lsp" },
  filetypes = {
    'python', 'javascript', 'javascriptreact', 'typescript', 'typescriptreact', 'java', 'ruby', 'go', 'cs', 'rust',
    'markdown', -- persona files alone, see below
  },
  -- The first that is found above the file; the whole repository is one API.
  root_markers = {
    'persona-lsp.toml', '.git', 'pyproject.toml', 'package.json', 'pom.xml', 'build.gradle', 'go.mod', 'Cargo.toml', 'Gemfile',
  },
  settings = {
    ['persona-lsp'] = {
      -- persona = 'backend-developer',
      -- ignore = { 'unbounded-list' },
    },
  },
}

-- Cursor's rules are Markdown, too.
vim.api.nvim_create_autocmd({ 'BufRead', 'BufNewFile' }, { pattern = '*/.cursor/rules/*.mdc', command = 'setfiletype markdown' })

-- Of all Markdown, the server looks at files of personas only.
local function is_wanted(buffer, file)
  return vim.bo[buffer].filetype ~= 'markdown'
    or file:find('/%.[%a]+/agents/.*%.md$') ~= nil
    or file:find('/%.cursor/rules/.*%.mdc$') ~= nil
end

local function root_of(folder)
  for _, marker in ipairs(server.root_markers) do
    local here, below = folder, nil
    while here ~= below do
      if vim.loop.fs_stat(here .. '/' .. marker) then
        return here
      end
      here, below = vim.fn.fnamemodify(here, ':h'), here
    end
  end
  return nil
end

if vim.fn.has('nvim-0.11') == 1 then
  server.root_dir = function(buffer, start)
    local file = vim.api.nvim_buf_get_name(buffer)
    if is_wanted(buffer, file) then
      start(root_of(file == '' and vim.fn.getcwd() or vim.fn.fnamemodify(file, ':p:h')))
    end
  end
  vim.lsp.config(server.name, server)
  vim.lsp.enable(server.name)
  return
end

local clients = {}

vim.api.nvim_create_autocmd('FileType', {
  pattern = server.filetypes,
  callback = function()
    local buffer = vim.api.nvim_get_current_buf()
    local file = vim.api.nvim_buf_get_name(buffer)
    if file == '' or vim.bo[buffer].buftype ~= '' or not is_wanted(buffer, file) then
      return
    end
    local folder = vim.fn.fnamemodify(file, ':p:h')
    local root = root_of(folder)
    local key = root or ''
    if not clients[key] or not vim.lsp.get_client_by_id(clients[key]) then
      clients[key] = vim.lsp.start_client(vim.tbl_extend('force', server, { root_dir = root }))
    end
    if clients[key] then
      vim.lsp.buf_attach_client(buffer, clients[key])
    end
  end,
})

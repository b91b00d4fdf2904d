" persona-lsp in Vim 8 and newer, with ALE: ~/.vim/after/plugin/persona-lsp.vim.

let s:markers = ['persona-lsp.toml', '.git', 'pyproject.toml', 'package.json', 'pom.xml', 'build.gradle', 'go.mod', 'Cargo.toml', 'Gemfile']

" The folder of the first marker that is found above the file; the whole repository is one API.
function! s:Root(buffer) abort
  " Of all Markdown, the server looks at files of personas only; without a root, it is not started.
  if getbufvar(a:buffer, '&filetype') ==# 'markdown'
  \ && fnamemodify(bufname(a:buffer), ':p') !~# '/\.\a\+/agents/.*\.md$\|/\.cursor/rules/.*\.mdc$'
    return ''
  endif
  let l:folder = fnamemodify(bufname(a:buffer), ':p:h')
  for l:marker in s:markers
    let l:here = l:folder
    while 1
      if !empty(glob(fnameescape(l:here) . '/' . l:marker)) || isdirectory(l:here . '/' . l:marker)
        return l:here
      endif
      let l:above = fnamemodify(l:here, ':h')
      if l:above ==# l:here
        break
      endif
      let l:here = l:above
    endwhile
  endfor
  return l:folder
endfunction

" ALE counts the bytes of a line. Settings go beside that: 'persona': 'backend-developer', 'ignore': ['unbounded-list'].
let s:options = {'positionEncoding': 'utf-8'}

autocmd BufRead,BufNewFile */.cursor/rules/*.mdc setfiletype markdown

for s:filetype in ['python', 'javascript', 'javascriptreact', 'typescript', 'typescriptreact', 'java', 'ruby', 'go', 'cs', 'rust', 'markdown']
  call ale#linter#Define(s:filetype, {
  \ 'name': 'persona_lsp',
  \ 'lsp': 'stdio',
  \ 'executable': 'persona-lsp',
  \ 'command': '%e',
  \ 'project_root': function('s:Root'),
  \ 'initialization_options': s:options,
  \})
endfor

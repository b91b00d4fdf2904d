;;; persona-lsp-lsp-mode.el --- persona-lsp in Emacs, with lsp-mode -*- lexical-binding: t -*-

;; Runs beside the other servers of a mode: (load "~/.config/emacs/persona-lsp-lsp-mode.el") in the init file.

;;; Code:

(with-eval-after-load 'lsp-mode
  (dolist (language '((python-mode . "python") (python-ts-mode . "python")
                      (js-mode . "javascript") (js-ts-mode . "javascript") (js2-mode . "javascript")
                      (typescript-mode . "typescript") (typescript-ts-mode . "typescript")
                      (tsx-ts-mode . "typescriptreact")
                      (java-mode . "java") (java-ts-mode . "java")
                      (ruby-mode . "ruby") (ruby-ts-mode . "ruby")
                      (go-mode . "go") (go-ts-mode . "go")
                      (csharp-mode . "csharp") (csharp-ts-mode . "csharp")
                      (rust-mode . "rust") (rust-ts-mode . "rust")
                      (markdown-mode . "markdown") (gfm-mode . "markdown")))
    (add-to-list 'lsp-language-id-configuration language))
  (lsp-register-client
   (make-lsp-client
    :new-connection (lsp-stdio-connection '("persona-lsp"))
    :activation-fn (lsp-activate-on "python" "javascript" "javascriptreact" "typescript" "typescriptreact"
                                    "java" "ruby" "go" "csharp" "rust" "markdown")
    :add-on? t
    :server-id 'persona-lsp)))

(provide 'persona-lsp-lsp-mode)
;;; persona-lsp-lsp-mode.el ends here

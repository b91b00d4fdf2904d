;;; persona-lsp.el --- persona-lsp in Emacs, with Eglot -*- lexical-binding: t -*-

;; Emacs 29 and newer have Eglot; Emacs 26.3 to 28 need the package `eglot'.
;; (load "~/.config/emacs/persona-lsp.el") in the init file, then M-x eglot in a file of one of these modes.

;;; Code:

;; Files of personas have a mode of their own, which is that of Markdown where there is one.
(eval `(define-derived-mode persona-lsp-file-mode ,(if (fboundp 'markdown-mode) 'markdown-mode 'text-mode) "Persona"))
(add-to-list 'auto-mode-alist '("/\\.[a-z]+/agents/.*\\.md\\'" . persona-lsp-file-mode))
(add-to-list 'auto-mode-alist '("/\\.cursor/rules/.*\\.mdc\\'" . persona-lsp-file-mode))
(put 'persona-lsp-file-mode 'eglot-language-id "markdown")

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs
               '((python-mode python-ts-mode
                  js-mode js-ts-mode js2-mode js-jsx-mode
                  typescript-mode typescript-ts-mode tsx-ts-mode
                  java-mode java-ts-mode
                  ruby-mode ruby-ts-mode
                  go-mode go-ts-mode
                  csharp-mode csharp-ts-mode
                  rust-mode rust-ts-mode
                  persona-lsp-file-mode)
                 . ("persona-lsp"))))

;; (setq-default eglot-workspace-configuration
;;               '(:persona-lsp (:persona "backend-developer" :ignore ["unbounded-list"])))

(provide 'persona-lsp)
;;; persona-lsp.el ends here

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs
               '((python-mode python-ts-mode) . ("@AUTOGLM@" "lsp"))))
(add-hook 'python-mode-hook #'eglot-ensure)
;; Implement, Fix and Edit: M-x eglot-code-actions

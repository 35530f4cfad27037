;;; document.el --- A real Emacs with the document's configuration, driven by keys  -*- lexical-binding: t -*-
;; Started as: emacs -q -nw --batch -l INIT -l document.el FOLDER

(require 'cl-lib)
(require 'eglot)

(defvar folder (file-name-as-directory (pop command-line-args-left)))
(defvar patience 60)

(defun check (ok name &optional more)
  (princ (format "%s %s  %S\n" (if ok "ok  " "FAIL") name more))
  (unless ok (kill-emacs 1)))

(defun wait (name condition)
  (let ((end (+ (float-time) patience)) found)
    (while (and (not (setq found (funcall condition))) (< (float-time) end))
      (accept-process-output nil 0.05))
    (check found name (unless found (list (buffer-string) (current-message) (messages))))))

(defun messages ()
  (with-current-buffer (messages-buffer) (buffer-string)))

(defun keys (&rest parts)
  (execute-kbd-macro (apply #'vconcat (mapcar (lambda (part) (if (vectorp part) part (kbd part))) parts))))

(defun holds (words)
  (lambda () (string-match-p (regexp-quote words) (buffer-string))))

(defun open (name)
  (find-file (concat folder name))
  (switch-to-buffer (current-buffer))
  (goto-char (point-min))
  (wait (concat name ": the server runs") #'eglot-current-server))

(defun undo-until (before)
  (undo-boundary)
  (let ((last-command 'ignore)) (undo))
  (check (equal (buffer-string) before) "one undo takes it back" (buffer-string)))

(setq eglot-sync-connect 30 eglot-autoshutdown nil
      project-find-functions (list (lambda (_) (cons 'transient folder))))
(let ((default-directory folder))
  ;; In batch mode no command follows, after which eglot-ensure would connect.
  (find-file (concat folder "made.py"))
  (unless (eglot-current-server) (apply #'eglot (eglot--guess-contact))))

(open "made.py")
(check (eglot--server-capable :codeActionProvider) "actions are offered")
(let ((before (buffer-string)))
  (keys "M-x eglot-code-actions RET RET")        ; the preferred action is the default
  (wait "Implement fills the stub" (holds "return a * b"))
  (undo-until before))

(dolist (case '(("typed.py" "Add t" "(a: int, b: int)") ("told.py" "Add a d" "Add a to b.")))
  (open (nth 0 case))
  (let ((before (buffer-string)))
    (keys "M-x eglot-code-actions RET" (vconcat (replace-regexp-in-string " " "\C-q " (nth 1 case))) "TAB RET")
    (wait (nth 1 case) (holds (nth 2 case)))
    (undo-until before)))

(open "edited.py")
(let ((before (buffer-string)))
  (keys "C-x h M-x autoglm-edit RET add SPC 23 RET")
  (wait "an instruction is followed" (holds "+ 23"))
  (undo-until before))

(open "turned.py")
(let ((before (buffer-string)))
  (keys "M-x autoglm-refactor RET name SPC the SPC sum RET")
  (wait "the function at point is refactored" (holds "total = a + b"))
  (undo-until before))

(keys "M-x autoglm-trace RET")
(check (and (equal (buffer-name) "*AutoGLM trace*") (funcall (holds "Attempt 1"))) "the trace is shown")

(open "rejected.py")
(let ((before (buffer-string)))
  (keys "M-x eglot-code-actions RET RET")
  (wait "the user is told why nothing was changed, after as many attempts as the document sets"
        (lambda () (string-match-p "Nothing was changed.*2 drafts" (messages))))
  (check (equal (buffer-string) before) "and nothing was"))

(open "slow.py")
(keys "M-x eglot-code-actions RET RET")
(goto-char (point-min))
(keys "# SPC typed RET")
(let ((typed (buffer-string)))
  (eglot--signal-textDocument/didChange)           ; sent when idle, which batch mode never is
  (wait "typing on refuses the answer" (lambda () (string-match-p "changed while the answer" (messages))))
  (check (equal (buffer-string) typed) "what was typed is there, and nothing else changed" (buffer-string)))

(open "completed.py")
(goto-char (point-max))
(insert "    ret")
(eglot--signal-textDocument/didChange)
(let* ((found (eglot-completion-at-point))
       (items (all-completions "ret" (nth 2 found)))
       (finish (plist-get (nthcdr 3 found) :exit-function)))
  (check (= (length items) 1) "completion has the one item" items)
  (check (string-match-p "AutoGLM, checked" (funcall (plist-get (nthcdr 3 found) :annotation-function) (car items)))
         "with its label")
  (delete-region (nth 0 found) (nth 1 found))
  (insert (car items))
  (funcall finish (car items) 'finished)
  (wait "it goes in whole" (holds "    return [\n        a,\n        b,\n    ]")))

(with-current-buffer (get-file-buffer (concat folder "made.py"))
  (eglot-shutdown (eglot-current-server))
  (check (not (eglot-current-server)) "the server leaves when asked"))

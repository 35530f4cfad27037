/** Decides whether a server that ended by itself is started again. */
import {
  CloseAction,
  ErrorAction,
  type CloseHandlerResult,
  type ErrorHandler,
  type ErrorHandlerResult,
} from "vscode-languageclient/node";

const MOST_ENDS = 4;
const WITHIN_MS = 3 * 60 * 1000;
const MOST_ERRORS_IN_A_ROW = 3;

/**
 * A server that ran is started again, unless it ends too often; one that ended before it answered is not: its
 * command line is wrong, and would be wrong again.
 */
export class Recovery implements ErrorHandler {
  private ends: number[] = [];

  /** `ran` says whether the server ever answered; if so, `tell` is called with what was decided. */
  constructor(
    private readonly ran: () => boolean,
    private readonly tell: (restarts: boolean) => void,
    private readonly now: () => number = Date.now,
  ) {}

  error(_error: Error, _message: unknown, count: number | undefined): ErrorHandlerResult {
    const action = (count ?? 0) <= MOST_ERRORS_IN_A_ROW ? ErrorAction.Continue : ErrorAction.Shutdown;
    return { action, handled: true };
  }

  closed(): CloseHandlerResult {
    if (!this.ran()) {
      // Whoever started it gets an error, and tells the user.
      return { action: CloseAction.DoNotRestart, handled: true };
    }
    const restarts = this.mayRestart();
    this.tell(restarts);
    return { action: restarts ? CloseAction.Restart : CloseAction.DoNotRestart, handled: true };
  }

  private mayRestart(): boolean {
    const now = this.now();
    this.ends = [...this.ends.filter((end) => now - end < WITHIN_MS), now];
    return this.ends.length <= MOST_ENDS;
  }
}

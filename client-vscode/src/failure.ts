/** A failure to start the server, with what would mend it. */

/** What a message's button does: see mending.ts. */
export type Mend = "settings" | "interpreter" | "again" | "doctor" | "log";

/** The server cannot be started. The message is for the user; `mends` are the buttons, the likeliest first. */
export class StartFailure extends Error {
  /** `python` has the server: the doctor can be run with it. */
  constructor(
    message: string,
    readonly mends: readonly Mend[],
    readonly python?: string,
  ) {
    super(message);
  }
}

/** The user stopped the setting up. */
export class SetupStopped extends Error {}

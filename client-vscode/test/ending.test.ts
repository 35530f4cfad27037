import assert from "node:assert/strict";
import { test } from "node:test";
import { endClient } from "../src/ending";

type State = "starting" | "running" | "failed" | "stopped";

/** Behaves as the library's client does: one that starts cannot be disposed, but its process is ended soon after. */
class Client {
  readonly disposed: State[] = [];
  private settle: { resolve(): void; reject(error: Error): void } | undefined;
  private readonly started = new Promise<void>((resolve, reject) => {
    this.settle = { resolve, reject };
  });

  /** `ends`: at which try, from 1, the process that starts is there to be ended. */
  constructor(
    public state: State,
    private readonly ends = 1,
  ) {}

  async start(): Promise<void> {
    assert.deepEqual(this.disposed, [], "a client that was disposed is not started");
    return this.started;
  }

  async dispose(): Promise<void> {
    this.disposed.push(this.state);
    if (this.state === "running") {
      this.state = "stopped";
      return;
    }
    if (this.state === "starting" && this.disposed.length === this.ends) {
      setTimeout(() => this.becomes("failed"), 10);
    }
    throw new Error("Client is not running and can't be stopped.");
  }

  becomes(state: "running" | "failed"): void {
    this.state = state;
    if (state === "running") {
      this.settle?.resolve();
    } else {
      this.settle?.reject(new Error("The connection got closed."));
    }
  }
}

function end(client: Client): Promise<void> {
  return endClient(client, () => client.state === "starting", 50);
}

test("a client that runs is disposed", async () => {
  const client = new Client("running");
  await end(client);
  assert.deepEqual(client.disposed, ["running"]);
});

test("a client whose server never answers is ended with its process", async () => {
  const client = new Client("starting");
  await assert.rejects(end(client), /not running/);
  assert.deepEqual(client.disposed, ["starting", "failed"]);
});

test("a process that comes after the first try is ended by the second", async () => {
  const client = new Client("starting", 2);
  await assert.rejects(end(client), /not running/);
  assert.deepEqual(client.disposed, ["starting", "starting", "failed"]);
});

test("a client that gets ready meanwhile is disposed once more", async () => {
  const client = new Client("starting", 99);
  setTimeout(() => client.becomes("running"), 10);
  await end(client);
  assert.deepEqual(client.disposed, ["starting", "running"]);
});

test("a process that cannot be ended is not waited for for ever", async () => {
  const client = new Client("starting", 99);
  await assert.rejects(end(client), /not running/);
  assert.deepEqual(client.disposed, ["starting", "starting", "starting"]);
});

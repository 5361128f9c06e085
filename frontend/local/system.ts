// How does the real system run on this machine, for tests and for the example? As its own processes, on free ports.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

export const PROJECT = fileURLToPath(new URL("../../", import.meta.url));
const PYTHON = process.env.CASEWORK_PYTHON ?? join(PROJECT, ".venv/bin/python");
const HOST = "127.0.0.1";
const UP_WITHIN_MS = 90_000;

/** Where a system listens. */
export interface SystemPorts {
  api: number;
  aws: number;
  model: number;
  socket: number;
}

/** A system that runs. */
export class LocalSystem {
  ports: SystemPorts;

  constructor(ports: SystemPorts) {
    this.ports = ports;
  }

  get apiUrl(): string {
    return `http://${HOST}:${this.ports.api}`;
  }

  /** A bearer token of this user, good for a day. */
  token(user: string, { role = "user" }: { role?: "user" | "admin" } = {}): string {
    return python("-m", "infra.local.token", "--user", user, "--role", role).trim();
  }

  /** How many seconds each answer of the model providers takes from now on. */
  async setPace(seconds: number): Promise<void> {
    await this.#emulator("pace", { seconds });
  }

  /** What the model providers get wrong next, as emulator/faults.py lists it. */
  async addFault(fault: object): Promise<void> {
    await this.#emulator("faults", fault);
  }

  /** Kill the process that serves the API, the hard way; the system's supervisor starts another. */
  killApi(): void {
    const command = new RegExp(`^ *(\\d+) .*infra\\.local\\.api_server --port ${this.ports.api}$`, "m");
    const listed = execFileSync("ps", ["-axwwo", "pid=,command="], { encoding: "utf8" });
    const [, pid] = command.exec(listed) ?? [];
    if (!pid) throw new Error(`No process serves port ${this.ports.api}.`);
    process.kill(Number(pid), "SIGKILL");
  }

  async #emulator(route: string, body: object): Promise<void> {
    const url = `http://${HOST}:${this.ports.model}/__emulator/${route}`;
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(await answer.text());
  }
}

/** Start a system on free ports; it ends with `stop`, or with this process at the latest. */
export async function startLocalSystem({
  emulatorSeconds,
  settings = {},
}: SystemOptions): Promise<{ system: LocalSystem; stop: () => Promise<void> }> {
  const ports = await freePorts();
  const directory = mkdtempSync(join(tmpdir(), "casework-"));
  const log = join(directory, "system.log");
  const child = spawned(ports, { log, emulatorSeconds, settings });
  const stop = () => ended(child);
  const up = await isUp(child);
  const lines = readFileSync(log, "utf8");
  rmSync(directory, { recursive: true }); // nobody reads on; nothing is left behind, however this process ends
  if (up) return { system: new LocalSystem(ports), stop };
  await stop();
  throw new Error(`The local system did not start:\n${lines}`);
}

export interface SystemOptions {
  emulatorSeconds: number;
  /** Settings of the system that are not the local ones, as environment variables. */
  settings?: Record<string, string>;
}

function spawned(
  ports: SystemPorts,
  { log, emulatorSeconds, settings }: SystemOptions & { log: string },
): ChildProcess {
  const output = openSync(log, "w");
  const options = ["--no-reload", "--lifeline", String(process.pid), "--ready-fd", "3"];
  const child = spawn(PYTHON, ["-m", "infra.local", ...options], {
    cwd: PROJECT,
    env: {
      ...process.env,
      ...settings,
      CASEWORK_API_PORT: String(ports.api),
      CASEWORK_AWS_PORT: String(ports.aws),
      CASEWORK_MODEL_PORT: String(ports.model),
      CASEWORK_SOCKET_PORT: String(ports.socket),
      CASEWORK_EMULATOR_SECONDS: String(emulatorSeconds),
    },
    stdio: ["ignore", output, output, "pipe"],
    detached: true, // a Ctrl-C is ours to pass on
  });
  closeSync(output);
  return child;
}

/** Whether it says that it is ready; false when it ends, or time runs out, before. */
async function isUp(child: ChildProcess): Promise<boolean> {
  const ready = child.stdio[3] as Readable;
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, UP_WITHIN_MS, false);
    const settle = (up: boolean) => {
      clearTimeout(timer);
      resolve(up);
    };
    ready.once("data", () => settle(true));
    ready.once("close", () => settle(false));
    child.once("error", () => settle(false));
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await gone;
}

async function freePorts(): Promise<SystemPorts> {
  const probes = await Promise.all([listening(), listening(), listening(), listening()]);
  const [api, aws, model, socket] = probes.map(({ port }) => port) as [number, number, number, number];
  await Promise.all(probes.map(({ close }) => close()));
  return { api, aws, model, socket };
}

function listening(): Promise<{ port: number; close: () => Promise<void> }> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, HOST, () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      resolve({ port, close: () => new Promise((done) => server.close(() => done())) });
    });
  });
}

function python(...command: string[]): string {
  return execFileSync(PYTHON, command, { cwd: PROJECT, encoding: "utf8" });
}

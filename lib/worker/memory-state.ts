import type { AppWarning } from "../protocol/worker-messages.ts";

/**
 * Says so when the program keeps what its clients come back for in the memory of one process (TRAPS 55): sessions of
 * express-session's MemoryStore, handshakes of Socket.IO that go on by polling. It looks among the modules that are loaded,
 * and what it finds tells by itself, once: nothing is asked per request.
 */
export const watchMemoryState = (loaded: NodeJS.Dict<NodeJS.Module>, warn: (warning: AppWarning) => void): void => {
  for (const [path, module] of Object.entries(loaded)) {
    if (module === undefined || watched.has(module)) continue;
    for (const { file, prototypeOf, method, counts, warning } of signs) {
      if (!file.test(path)) continue;
      watched.add(module);
      const prototype = prototypeOf(module.exports);
      if (prototype !== null) tellOnce(prototype, method, counts, () => warn(warning));
    }
  }
};

const watched = new WeakSet<NodeJS.Module>();

const tellOnce = (prototype: Methods, name: string, counts: Counts, tell: () => void): void => {
  const stock = prototype[name];
  if (typeof stock !== "function") return;
  let told = false;
  const watching = function (this: unknown, ...args: readonly unknown[]): unknown {
    if (!told && counts(args)) {
      told = true;
      // Somebody may have wrapped it meanwhile.
      if (prototype[name] === watching) prototype[name] = stock;
      tell();
    }
    return Reflect.apply(stock, this, args);
  };
  prototype[name] = watching;
};

type Counts = (args: readonly unknown[]) => boolean;
type Methods = Record<string, unknown>;

interface Sign {
  readonly file: RegExp;
  readonly prototypeOf: (exported: unknown) => Methods | null;
  readonly method: string;
  readonly counts: Counts;
  readonly warning: AppWarning;
}

const prototypeIn = (exported: unknown): Methods | null =>
  typeof exported === "function" ? ((exported.prototype as Methods | undefined) ?? null) : null;

const signs: readonly Sign[] = [
  {
    file: /[\\/]express-session[\\/]session[\\/]memory\.js$/,
    prototypeOf: prototypeIn,
    method: "set",
    counts: () => true,
    warning: { code: "W_MEMORY_SESSIONS", detail: "express-session" },
  },
  {
    file: /[\\/]engine\.io[\\/](build|lib)[\\/]server\.js$/,
    prototypeOf: (exported) => {
      const { BaseServer, Server } = exported as { readonly BaseServer?: unknown; readonly Server?: unknown };
      return prototypeIn(BaseServer ?? Server ?? exported);
    },
    method: "handshake",
    counts: ([transport]) => transport === "polling",
    warning: { code: "W_POLLING", detail: "engine.io" },
  },
];

import pg from "pg";

/** How many connections of a pool the server may still have, which can be more than the pool itself counts. */
export interface CountedClients {
  readonly Client: typeof pg.Client;
  open(): number;
  /** It was given up in the middle of something: the server has to notice that first. */
  broken(client: pg.ClientBase): void;
}

/**
 * A client class that counts its connections until the *server* has closed them. pg-pool forgets one as soon as it begins
 * to close it, and would open the next beside it: one more than the budget for as long as the old backend takes to end.
 */
export const createCountedClients = (freed: () => void): CountedClients => {
  const brokenOnes = new WeakSet<pg.ClientBase>();
  let open = 0;
  const free = (): void => {
    open--;
    freed();
  };
  class CountedClient extends pg.Client {
    constructor(config?: string | pg.ClientConfig) {
      super(config);
      open++;
      this.on("error", () => brokenOnes.add(this));
      this.once("end", () => {
        // After a goodbye the end comes from the server, whose backend has gone by then.
        if (brokenOnes.has(this)) setTimeout(free, backendEndsWithinMs).unref();
        else free();
      });
    }
  }
  return { Client: CountedClient, open: () => open, broken: (client) => void brokenOnes.add(client) };
};

/** `client_connection_check_interval` of our connections, and a little. */
const backendEndsWithinMs = 1_200;

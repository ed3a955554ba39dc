import { milliseconds, percent } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import { card } from "./dom.ts";
import { nameIn, type Seen, type Surroundings, type View } from "./store.ts";
import { createTable, type TableRow } from "./table.ts";

/** Redis, PostgreSQL, and the upstream where there is one. */
export const createServicesCard = ({ lang, words }: Surroundings): View => {
  const table = createTable(words("panel.services"), [
    { title: words("panel.service") },
    { title: words("word.state") },
    { title: words("panel.latency"), align: "right" },
    { title: words("panel.particulars") },
  ]);
  const rowOf = (name: string, one: Service, particulars: readonly string[]): TableRow => ({
    key: name,
    cells: [
      name,
      { text: nameIn(words, "service-state", one.state), state: tones[one.state] ?? "ok" },
      milliseconds(one.latencyMs),
      one.reason === null ? particulars.join(" · ") : say(lang, one.reason),
    ],
  });
  return {
    element: card("services", words("panel.services"), table.element),
    update: ({ snapshot: { services } }) => {
      const { redis, postgres, upstream } = services;
      const { pool } = postgres;
      table.show([
        rowOf("Redis", redis, [
          ...(redis.hitRate === null ? [] : [words("panel.hit-rate", { rate: percent(redis.hitRate) })]),
          ...(redis.memory === null ? [] : [words("panel.redis-memory", { share: percent(redis.memory) })]),
          ...(redis.role === null ? [] : [redis.role]),
        ]),
        rowOf("PostgreSQL", postgres, pool === null ? [] : [words("panel.pool", { ...pool })]),
        ...(upstream === null ? [] : [rowOf(words("panel.upstream"), upstream, [upstream.url])]),
      ]);
    },
  };
};

type Service = Pick<Seen["snapshot"]["services"]["redis"], "reason" | "latencyMs"> & { readonly state: string };

const tones: Readonly<Record<string, string>> = { slow: "warn", down: "critical", off: "off" };

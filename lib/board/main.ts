import express, { type ErrorRequestHandler, type Express } from "express";
import type { Context } from "../index.ts";
import { createApi, figuresTag } from "./api.ts";
import { boardAssets } from "./assets.ts";
import type { Database } from "./data/database.ts";
import { prepare } from "./data/prepare.ts";
import { langOf } from "./page-lang.ts";
import { pageWords } from "./page-words.ts";
import { publicFigures } from "./public-figures.ts";
import { boardPage } from "./web/board-page.ts";
import { servicePage } from "./web/service-page.ts";

/** What `dashd start` serves when no app is named: the store board, and how the instance runs under /service. */
const board = (context: BoardContext, { now = () => new Date() }: { readonly now?: () => Date } = {}): Express => {
  const { postgres, cache, log, signal } = context;
  const made = (): void => void cache.invalidate(figuresTag);
  const preparation =
    postgres === null ? null : prepare({ pool: postgres, now, log, signal, isLeader: () => context.leader, made });
  const app = express();
  app.disable("x-powered-by");
  app.use((_request, response, next) => {
    response.set(headers);
    next();
  });
  app.get("/", (request, response) => {
    response
      .set(keptPage)
      .type("html")
      .send(boardPage(pageWords(langOf(request)), assetPath));
  });
  app.get("/service", (request, response) => {
    response
      .set(keptPage)
      .type("html")
      .send(servicePage(pageWords(langOf(request)), context.stage, assetPath));
  });
  app.get("/assets/:version/:name", (request, response, next) => {
    const asset = assets.find(request.params.name);
    if (asset === undefined) {
      next();
      return;
    }
    // Two generations may serve side by side: only what this one has under this name may be kept.
    if (request.params.version === assets.version) response.set("Cache-Control", keptAsset);
    response.type(asset.type).send(asset.body);
  });
  app.get("/status.json", async (_request, response) => {
    response.json(publicFigures(await context.status(), context.slot));
  });
  app.use("/api", createApi({ database: postgres, preparation, cache, now, log }));
  app.use(lastResort(context));
  return app;
};

export default board;

/** The part of dashd's context that the board uses. */
export interface BoardContext extends Pick<
  Context,
  "cache" | "log" | "signal" | "stage" | "slot" | "leader" | "status"
> {
  readonly postgres: Database | null;
}

const assets = boardAssets();
const assetPath = (name: string): string => `/assets/${assets.version}/${name}`;

/** Express tells the stack of an error to whoever asks; this one tells the log. */
const lastResort =
  ({ log }: BoardContext): ErrorRequestHandler =>
  (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const asked = (error as { readonly status?: unknown } | null)?.status;
    const isAskersFault = typeof asked === "number" && asked >= 400 && asked < 500;
    if (!isAskersFault) log.error("the board failed:", error);
    const code = isAskersFault ? "E_FILTER" : "E_DATA";
    response
      .status(isAskersFault ? asked : 500)
      .json({ error: { code, message: pageWords(langOf(request)).faults[code] } });
  };

/** Everything a page needs comes from this server. */
const headers = {
  "Content-Security-Policy":
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-cache",
};

/**
 * The same for everybody of a language, and answered out of the response cache while every slot waits for PostgreSQL. A
 * browser asks each time, and is told 304.
 */
const keptPage = {
  "Cache-Control": "public, max-age=0, s-maxage=60, stale-while-revalidate=600",
  Vary: "Accept-Language",
};
const keptAsset = "public, max-age=31536000, s-maxage=31536000, immutable";

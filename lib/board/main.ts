import express, { type Express, type Request } from "express";
import type { Context } from "../index.ts";
import { pageCode } from "./page-code.ts";
import { pageStyle } from "./page-style.ts";
import { page } from "./page.ts";
import { publicFigures } from "./public-figures.ts";
import { pageWords } from "./page-words.ts";

/** What `dashd start` serves when no app is named: the stage and how it runs, for whoever opens the address. */
const board = (context: Context): Express => {
  const app = express();
  app.disable("x-powered-by");
  app.use((_request, response, next) => {
    response.set(headers);
    next();
  });
  app.get("/", (request, response) => {
    response.type("html").send(page(pageWords(langOf(request)), context));
  });
  app.get("/board.css", (_request, response) => {
    response.type("css").send(pageStyle);
  });
  app.get("/board.js", (_request, response) => {
    response.type("js").send(pageCode);
  });
  app.get("/status.json", async (_request, response) => {
    response.json(publicFigures(await context.status(), context.slot));
  });
  return app;
};

export default board;

const langOf = (request: Request): "en" | "zh" => {
  const { lang } = request.query;
  if (lang === "en" || lang === "zh") return lang;
  const accepted = request.acceptsLanguages("en", "zh", "zh-CN");
  return accepted === "zh" || accepted === "zh-CN" ? "zh" : "en";
};

/** Everything the page needs comes from this server. */
const headers = {
  "Content-Security-Policy":
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-cache",
};

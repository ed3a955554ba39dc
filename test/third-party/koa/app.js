import path from "node:path";
import { Readable } from "node:stream";
import Koa from "koa";
import Router from "@koa/router";
import bodyParser from "koa-bodyparser";
import serve from "koa-static";

const app = new Koa();
const router = new Router();

app.use(async (ctx, next) => {
  await next();
  ctx.set("X-App", "shops");
});

router.get("/", (ctx) => {
  ctx.body = "Hello Koa";
});

router.get("/process", (ctx) => {
  ctx.body = { pid: process.pid, n: ctx.query.n };
});

router.post("/orders", (ctx) => {
  ctx.status = 201;
  ctx.body = { id: 7, ...ctx.request.body };
});

router.get("/report", (ctx) => {
  ctx.type = "text/csv";
  ctx.body = Readable.from(["shop,sales\n", "Kunming,12\n"]);
});

app.use(bodyParser());
app.use(router.routes()).use(router.allowedMethods());
app.use(serve(path.join(import.meta.dirname, "../public")));

app.listen(process.env.PORT ?? 3000);

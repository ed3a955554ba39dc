"use strict";
/** What the bench of the response cache serves: each page kept, and the same page asked of Express each time. */
const express = require("express");
const { small, report } = require("./cache-pages.cjs");

const app = express();
const kept = (req, res, next) => {
  res.set("Cache-Control", "public, s-maxage=3600");
  next();
};
app.get("/small", (req, res) => res.json(small()));
app.get("/kept/small", kept, (req, res) => res.json(small()));
app.get("/report", (req, res) => res.json(report()));
app.get("/kept/report", kept, (req, res) => res.json(report()));
app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1");

"use strict";
/** The plain Express program that both sides of the bench serve, unmodified. */
const express = require("express");

const app = express();
app.get("/", (req, res) => res.json({ pid: process.pid, board: "north", turnover: 1234.5 }));
app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1");

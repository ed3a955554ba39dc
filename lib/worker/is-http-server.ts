import { Server } from "node:http";

/** `instanceof` alone gives a server of anything. */
export const isHttpServer = (value: unknown): value is Server => value instanceof Server;

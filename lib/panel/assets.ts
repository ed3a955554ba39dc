import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { AdminRoute, AdminRoutes } from "../protocol/admin-route.ts";

/** The panel's page as the build made it: three files, read and pressed once, at the first time that each is asked for. */
export const createAssetRoutes = (dir: string): AdminRoutes => ({
  "/": asset(join(dir, "index.html"), "text/html; charset=utf-8"),
  "/panel.js": asset(join(dir, "panel.js"), "text/javascript; charset=utf-8"),
  "/panel.css": asset(join(dir, "panel.css"), "text/css; charset=utf-8"),
});

/** Nothing in them is secret: whoever is not logged in is shown the login by the same page. */
const asset = (file: string, type: string): AdminRoute => {
  let made: { readonly plain: Uint8Array; readonly pressed: Uint8Array; readonly tag: string } | null = null;
  const read = () => {
    const plain = readFileSync(file);
    const tag = `"${createHash("sha256").update(plain).digest("base64url").slice(0, 20)}"`;
    return { plain, pressed: gzipSync(plain, { level: 9 }), tag };
  };
  return {
    method: "GET",
    needs: "nothing",
    run: (request) => {
      made ??= read();
      const { plain, pressed, tag } = made;
      // Looked after at every load, so that a new version is never mixed with an old one.
      const headers = { ...pageHeaders, "Cache-Control": "no-cache", Vary: "Accept-Encoding", ETag: tag };
      if (request.headers["if-none-match"] === tag) return { status: 304, type, body: "", headers };
      return /\bgzip\b/.test(String(request.headers["accept-encoding"]))
        ? { type, body: pressed, headers: { ...headers, "Content-Encoding": "gzip" } }
        : { type, body: plain, headers };
    },
  };
};

/** Scripts, styles and requests of its own origin; nothing inline, nothing from elsewhere, no HTML from strings. */
const pageHeaders = {
  "Content-Security-Policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; "),
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
} as const;

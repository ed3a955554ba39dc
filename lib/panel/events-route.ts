import type { AdminRoute } from "../protocol/admin-route.ts";
import type { Live, Viewer } from "./live.ts";

/** GET /v1/events: server-sent events until the viewer goes, its session ends, or the master does. */
export const createEventsRoute = (live: Live): AdminRoute => ({
  method: "GET",
  needs: "read",
  run: (request, response, visitor) => {
    const viewer: Viewer = {
      write: (bytes) => response.write(bytes),
      unread: () => response.writableLength,
      isStillIn: () => !response.destroyed && visitor.isStillIn(),
      end: () => response.destroy(),
    };
    response.on("error", () => response.destroy());
    if (request.method === "HEAD" || live.isFull()) {
      const status = request.method === "HEAD" ? 200 : 503;
      return { status, type: "text/event-stream", body: "", headers: { "Retry-After": "10" } };
    }
    // Not to be held back by a proxy on the way.
    response.writeHead(200, { "Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no" });
    response.once("close", () => live.leave(viewer));
    live.watch(viewer);
    return undefined;
  },
});

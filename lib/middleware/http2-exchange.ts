import type { Socket } from "node:net";
import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerHttp2Stream } from "node:http2";

/** A stream of HTTP/2 as a request, before the app's own objects for it are made; an app of streams makes none. */
export class StreamRequest {
  readonly httpVersionMajor = 2;
  readonly stream: ServerHttp2Stream;
  readonly socket: Socket;
  readonly headers: IncomingHttpHeaders;
  rawHeaders: readonly string[];
  constructor(stream: ServerHttp2Stream, socket: Socket, headers: IncomingHttpHeaders, rawHeaders: readonly string[]) {
    this.stream = stream;
    this.socket = socket;
    this.headers = headers;
    this.rawHeaders = rawHeaders;
  }
  get method(): string | undefined {
    return this.headers[":method"];
  }
  get url(): string | undefined {
    return this.headers[":path"];
  }
}

/** Its answer. */
export class StreamAnswer {
  readonly req: StreamRequest;
  readonly stream: ServerHttp2Stream;
  readonly flags: number;
  constructor(req: StreamRequest, flags: number) {
    this.req = req;
    this.stream = req.stream;
    this.flags = flags;
  }
  get headersSent(): boolean {
    return this.stream.headersSent;
  }
  get statusCode(): number {
    return Number(this.#sent?.[":status"] ?? 200);
  }
  get writableEnded(): boolean {
    return this.stream.writableEnded;
  }
  get writableFinished(): boolean {
    return this.stream.writableFinished;
  }
  getHeader(name: string): unknown {
    return this.#sent?.[name];
  }
  on(event: "close", listener: (this: this) => void): void {
    this.stream.on(event, () => listener.call(this));
  }
  writeHead(status: number, headers: OutgoingHttpHeaders): void {
    this.stream.respond({ ...headers, ":status": status });
  }
  end(text?: string): void {
    // Where no body may follow (HEAD), it has ended already.
    if (!this.stream.writableEnded) this.stream.end(text);
  }
  get #sent(): OutgoingHttpHeaders | undefined {
    return this.stream.sentHeaders;
  }
}

export function GET(request) {
  return Response.json({ pid: process.pid, n: request.nextUrl.searchParams.get("n") });
}

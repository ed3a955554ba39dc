export async function POST(request) {
  const order = await request.json();
  return Response.json({ id: 7, ...order }, { status: 201 });
}

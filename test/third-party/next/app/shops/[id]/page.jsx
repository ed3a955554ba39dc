import { notFound } from "next/navigation";

const shops = { 1: "Kunming", 2: "Dali" };

export default async function Shop({ params }) {
  const { id } = await params;
  if (!(id in shops)) notFound();
  return <h1>{shops[id]}</h1>;
}

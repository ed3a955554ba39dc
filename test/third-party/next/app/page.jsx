export default function Page() {
  return <h1>Shops of Yunnan</h1>;
}

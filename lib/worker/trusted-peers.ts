import { BlockList, isIP } from "node:net";

/** Whether a peer's address is one of `DASHD_TRUST_PROXY`: addresses, networks, or loopback, linklocal, uniquelocal. */
export const createTrustedPeers = (trusted: readonly string[]): ((address: string | undefined) => boolean) => {
  if (trusted.length === 0) return () => false;
  const list = new BlockList();
  for (const entry of trusted.flatMap((one) => named[one] ?? [one])) {
    const [address = "", prefix] = entry.split("/");
    const family = isIP(address);
    if (family === 0) continue;
    const type = family === 6 ? "ipv6" : "ipv4";
    if (prefix === undefined) list.addAddress(address, type);
    else list.addSubnet(address, Number(prefix), type);
  }
  return (address) => {
    if (address === undefined) return false;
    const plain = address.startsWith(mapped) ? address.slice(mapped.length) : address;
    return list.check(plain, isIP(plain) === 6 ? "ipv6" : "ipv4");
  };
};

const mapped = "::ffff:";

const named: Readonly<Record<string, readonly string[]>> = {
  loopback: ["127.0.0.1/8", "::1/128"],
  linklocal: ["169.254.0.0/16", "fe80::/10"],
  uniquelocal: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
};

/** Written by `npm run generate`: SHA-256 of each profiles/stage-N.json, which the tests check in full. */
export const shippedSha256: readonly string[] = [
  "55ca06dfc890bcd6d919d200ca1c5f59722df913b1200984e020cc5527b47c52",
  "6cd94df87e6eb9396d175828bdf4a9b020dc049abac24e2d40b487631d15c389",
  "a65033fed284ae29b449782c70c8c87851fb3df8642f615f44aee7679f79e847",
];

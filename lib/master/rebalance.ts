/** One worker that serves, as the door sees it when it looks whether connections are where they should be. */
export interface Share {
  readonly id: number;
  readonly connections: number;
  /** Its requests in progress and waiting, as of its last beat: those connections are not idle. */
  readonly busy: number;
  readonly capacity: number;
  readonly lateMs: number;
  /** On time for a while. */
  readonly calm: boolean;
  /** Has not yet answered what it was asked, or had nothing to give when it was asked last. */
  readonly spared: boolean;
}

/** `because`: late, full, or more than the others. */
export interface Give {
  readonly from: number;
  readonly count: number;
  readonly because: "because.late" | "because.full" | "because.uneven";
}

/**
 * Which workers give how many idle connections back, to be placed on others. Pure.
 *
 * A late one gives all it can, unless half of them are late: then the host is busy, and moving helps nobody. Where the
 * fullest has clearly more than the emptiest, those above the mean give as much as is missing below it; a small
 * difference is left alone. A full one gives until it has room again. Nobody is filled to the brim, and nothing goes to a
 * worker that was late a moment ago: connections must not go to and fro.
 */
export const rebalance = (shares: readonly Share[]): readonly Give[] => {
  const onTime = shares.filter(({ lateMs }) => lateMs === 0).toSorted((a, b) => b.connections - a.connections);
  const takers = onTime.filter(({ calm }) => calm);
  if (takers.length === 0) return none;
  const gives: Give[] = [];
  let room = sum(takers.map(roomOf));
  const ask = (share: Share, wanted: number, because: Give["because"]): number => {
    const count = Math.min(wanted, room, share.connections - share.busy);
    if (count < 1 || share.spared || gives.some(({ from }) => from === share.id)) return 0;
    gives.push({ from: share.id, count, because });
    room -= count;
    return count;
  };

  const late = shares.filter(({ lateMs }) => lateMs > 0);
  if (late.length * 2 < shares.length) {
    for (const share of late) if (share.lateMs >= givesFromMs) ask(share, share.connections, "because.late");
  }

  const mean = Math.floor(sum(onTime.map(({ connections }) => connections)) / onTime.length);
  const most = onTime[0]?.connections ?? 0;
  const fewest = Math.min(...takers.map(({ connections }) => connections));
  if (most - fewest >= Math.max(leastDifference, mean * leastShare)) {
    let missing = sum(takers.map((one) => Math.max(0, Math.min(mean - one.connections, roomOf(one)))));
    for (const share of onTime) {
      missing -= ask(share, Math.min(missing, share.connections - mean), "because.uneven");
    }
  }

  for (const share of onTime) {
    const beyond = share.connections - share.capacity + 1;
    const helps = takers.some((one) => roomOf(one) > 0 && share.connections - one.connections > 1);
    if (helps) ask(share, beyond, "because.full");
  }
  return gives;
};

const roomOf = ({ capacity, connections }: Share): number => Math.max(0, capacity - 1 - connections);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

const none: readonly Give[] = [];
/** Lateness is in whole seconds: the first may be no more than a busy moment of the host. */
const givesFromMs = 2_000;
/** Ends of connections alone make differences of two or three: those even out with the next clients. */
const leastDifference = 4;
const leastShare = 0.25;

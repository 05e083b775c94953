import { describe, it } from "vitest";
import { xxHash64 } from "../../../../shared/hash/xx-hash-64.ts";
import type {
  Cluster as ClusterConfig,
  LbEndpoint,
  LocalityLbEndpoints,
} from "../../../../shared/schema/envoy-types.ts";
import type { Cluster } from "../../../../shared/upstream/cluster.ts";
import type { UpstreamHost } from "../../../../shared/host/upstream-host.ts";
import { SeededRandom } from "../../../support/fakes.ts";
import { createCluster, tallyPicks } from "../../../support/sample-balancing.ts";
import { endpointAt } from "../../../support/sample-cluster.ts";

// What Envoy 1.39 answered to requests with the header `k: user-0`, `k: user-1` and so on, by which the route hashed: the last digit
// of the port of the backend.

const PORT = 21_100;
const WEIGHTS = [1, 2, 3, 1, 5];

const backend = (digit: number, more: Omit<LbEndpoint, "endpoint"> = {}): LbEndpoint =>
  endpointAt(`127.0.0.1:${PORT + digit}`, more);
const weighted = (digits: readonly number[], weights: readonly number[]): LbEndpoint[] =>
  digits.map((digit, at) => backend(digit, { loadBalancingWeight: weights[at] ?? 1 }));
const named = (digit: number): LbEndpoint => {
  const metadata = { filterMetadata: { "envoy.lb": { hash_key: `key-${digit}` } } };
  const { endpoint = {}, ...rest } = backend(digit, { loadBalancingWeight: WEIGHTS[digit] ?? 1 });
  const hostname = `host-${digit}.example`;
  return { ...rest, endpoint: { ...endpoint, hostname }, ...(digit === 3 && { metadata }) };
};

const ALL = [0, 1, 2, 3, 4];
const EQUAL = [{ lbEndpoints: ALL.map((digit) => backend(digit)) }];
const WEIGHTED = [{ lbEndpoints: weighted(ALL, WEIGHTS) }];
const NAMED = [{ lbEndpoints: ALL.map(named) }];
const LOCALITIES = [
  { locality: { zone: "b" }, loadBalancingWeight: 3, lbEndpoints: weighted([0, 1], [1, 2]) },
  { locality: { zone: "a" }, loadBalancingWeight: 1, lbEndpoints: weighted([2, 3], [1, 4]) },
  { locality: { zone: "c" }, lbEndpoints: weighted([4], [1]) },
];
const PRIORITIES = [
  { lbEndpoints: [backend(0), backend(1, { healthStatus: "UNHEALTHY" })] },
  { priority: 1, lbEndpoints: [backend(2), backend(3), backend(4)] },
] as const;
const DEGRADED = [
  { lbEndpoints: [backend(0), backend(1, { healthStatus: "DEGRADED" }), backend(2, { healthStatus: "DEGRADED" })] },
] as const;
const BY_NAME = {
  type: "STRICT_DNS",
  commonLbConfig: { consistentHashingLbConfig: { useHostnameForHashing: true } },
} as const;
const BY_LOCALITY = { commonLbConfig: { localityWeightedLbConfig: {} } };

type Case = readonly [
  name: string,
  endpoints: readonly LocalityLbEndpoints[],
  more: Partial<ClusterConfig>,
  picks: string,
];

const RING = { lbPolicy: "RING_HASH" } as const;
const MAGLEV = { lbPolicy: "MAGLEV" } as const;
const CASES: readonly Case[] = [
  [
    "a ring of equal hosts",
    EQUAL,
    RING,
    "10412043412140130332420020423031310044404000200042132011421143300320201412324120" +
      "11300044430001200240211243331433201234143033414301420330241234232033334123113301",
  ],
  [
    "a ring of weighted hosts",
    WEIGHTED,
    RING,
    "42412444412140144442424024423421440444424242444042142041441141302422241412324320" +
      "11440144410041222244244444321433201244143034414344424440241234432034334124143321",
  ],
  [
    "a ring by MurmurHash2",
    WEIGHTED,
    { ...RING, ringHashLbConfig: { hashFunction: "MURMUR_HASH_2", minimumRingSize: "100" } },
    "42444414132044114242411442444422241442442321144442444444344224422444434234201212" +
      "34222414004044241244421422232202420424322142444443444220144312424442414222424441",
  ],
  [
    "a ring that may not grow",
    WEIGHTED,
    { ...RING, ringHashLbConfig: { minimumRingSize: "7", maximumRingSize: "9" } },
    "32342332401423423444242322244343224324434324232333244322322224222432234304233342" +
      "32222434034323223042222423413234323322044424224423342224334242442344243213344224",
  ],
  [
    "a ring of names and hash keys",
    NAMED,
    { ...RING, ...BY_NAME },
    "21423141220321141142402134242144240042424414200112414242421404403321204424344224" +
      "11414440213434104201141404434133204441222423410242424442412234144442234414122214",
  ],
  [
    "a ring of weighted localities",
    LOCALITIES,
    { ...RING, ...BY_LOCALITY },
    "10110103111111131132310100113031310011000010011111131111110113300310001110310011" +
      "11111101110001100131211231331133101230103133111101111110301233032133331111113301",
  ],
  [
    "rings of two priorities",
    PRIORITIES,
    RING,
    "00403040442003034000000034000003040034400000000300000044400003000020000300020024" +
      "00003040003003300200000040000000000000440030000040400000200000000003300003000000",
  ],
  [
    "a ring beside degraded hosts",
    DEGRADED,
    RING,
    "00000000000000000000000000000000000000000000000000000000000000000000000000000000" +
      "00000000000000000000000000000000000000000000000000000000000000000000000000000000",
  ],
  [
    "a Maglev table of equal hosts",
    EQUAL,
    MAGLEV,
    "13204343203143432040440213304024214033414221330142030234331143123420410432401404" +
      "34130434430313332011120341201122112142211340012232303102242324300124200412132111",
  ],
  [
    "a Maglev table of weighted hosts",
    WEIGHTED,
    MAGLEV,
    "14244243214144434442440212424224224034444221241142244244341144124420411442404444" +
      "34130444444442212011120341202122112442211444442232444142242324144424200412442114",
  ],
  [
    "a small Maglev table",
    WEIGHTED,
    { ...MAGLEV, maglevLbConfig: { tableSize: "13" } },
    "11242444441032222142212422444104440224112412242221042440021224323331224214422402" +
      "10224340241424443004424144430024122214444441411442014404422042410444214122244244",
  ],
  [
    "a Maglev table of names and hash keys",
    NAMED,
    { ...MAGLEV, ...BY_NAME, maglevLbConfig: { tableSize: "1009" } },
    "44412110244201241222234024212242314242124404344433444442144441242242021044222444" +
      "14224322414202442221144141201424204144444412324242214410312033202424214414124242",
  ],
  [
    "a Maglev table of weighted localities",
    LOCALITIES,
    { ...MAGLEV, ...BY_LOCALITY },
    "13101333113103130011110113101023111031111031331112031310331111131010111110001101" +
      "31130130111313311011110301201122111112311310011231311110012311101111300011112111",
  ],
  [
    "Maglev tables of two priorities",
    PRIORITIES,
    MAGLEV,
    "00204040233003032000000033000004020033400000000300000034300003000020000400030034" +
      "00003030003003300300000040000000000000220040000030300000200000000004200002000000",
  ],
];

/** Picks for a request that does not end; gives the last digit of the address. */
function pickAndHold(cluster: Cluster, hash: bigint): string | undefined {
  const host = cluster.pick({ hash });
  if (host !== undefined) host.counters.rqActive += 1;
  cluster.stats.rqActive.inc();
  return host?.address.slice(-1);
}

describe("ConsistentBalancer", () => {
  it.for(CASES)("picks as Envoy does from %s", ([, endpoints, more, picks], { expect }) => {
    const cluster = createCluster(endpoints, more);
    // Changes nothing where the endpoints have addresses.
    for (const digit of ALL) cluster.applyResolution(digit, ["127.0.0.1"]);
    const picked = Array.from(picks, (_, user) => cluster.pick({ hash: xxHash64(`user-${user}`) })?.address.slice(-1));
    expect(picked.join("")).toBe(picks);
  });

  const BOUNDED: readonly Case[] = [
    [
      "a bounded ring",
      EQUAL,
      { ...RING, commonLbConfig: { consistentHashingLbConfig: { hashBalanceFactor: 120 } } },
      "104120410412041041204104220410412041341204102120420412041341",
    ],
    [
      "a bounded Maglev table",
      WEIGHTED,
      { ...MAGLEV, commonLbConfig: { consistentHashingLbConfig: { hashBalanceFactor: 100 } } },
      "142442414241241424124042412404241240424124142433414242140423",
    ],
  ];
  // Seven users in turn; no request ended before all of them were sent.
  it.for(BOUNDED)("picks as Envoy does from %s", ([, endpoints, more, picks], { expect }) => {
    const cluster = createCluster(endpoints, more);
    const picked = Array.from(picks, (_, at) => pickAndHold(cluster, xxHash64(`user-${at % 7}`)));
    expect(picked.join("")).toBe(picks);
  });

  it("gives the same host for the same hash whatever was picked before, and whoever asks", ({ expect }) => {
    for (const policy of [RING, MAGLEV]) {
      const [one, other] = [1, 2].map((seed) => createCluster(WEIGHTED, policy, { random: new SeededRandom(seed) }));
      one?.pick();
      const hashes = Array.from({ length: 100 }, (_, at) => xxHash64(`key-${at}`));
      const picked = hashes.map((hash) => one?.pick({ hash })?.address);
      expect(hashes.map((hash) => other?.pick({ hash })?.address)).toEqual(picked);
      expect(hashes.map((hash) => one?.pick({ hash })?.address)).toEqual(picked);
    }
  });

  it("spreads requests without a hash by weight", ({ expect }) => {
    for (const policy of [RING, MAGLEV]) {
      const counts = tallyPicks(createCluster(WEIGHTED, policy), 12_000);
      for (const [digit, weight] of WEIGHTS.entries()) {
        expect(Math.abs(Number(counts[`127.0.0.1:${PORT + digit}`]) - 1000 * weight)).toBeLessThan(400);
      }
    }
  });

  it("asks for another host along the ring, or elsewhere in the table, when one is refused", ({ expect }) => {
    for (const policy of [RING, MAGLEV]) {
      const cluster = createCluster(EQUAL, policy);
      const hashes = Array.from({ length: 50 }, (_, at) => xxHash64(`key-${at}`));
      const refused = cluster.pick({ hash: xxHash64("key-0") });
      const shouldSelectAnotherHost = (host: unknown): boolean => host === refused;
      const picked = hashes.map((hash) =>
        cluster.pick({ hash, shouldSelectAnotherHost, hostSelectionMaxAttempts: 20 }),
      );
      expect(refused).toBeDefined();
      expect(picked).not.toContain(refused);
    }
  });

  const RETRIED: readonly (readonly [name: string, more: Partial<ClusterConfig>, picks: string])[] = [
    ["a ring", RING, "121122221121211221222222211212211112112222222111121121112211"],
    ["a Maglev table", MAGLEV, "112122212121121222111112121102222112212122212221121222121111"],
  ];
  // Backend 0 failed; `host_selection_retry_max_attempts` was 3, and one retry was left with backend 0 nevertheless.
  it.for(RETRIED)("leads retries from %s to the hosts that Envoy took", ([, more, picks], { expect }) => {
    const cluster = createCluster([{ lbEndpoints: [0, 1, 2].map((digit) => backend(digit)) }], more);
    const shouldSelectAnotherHost = (host: UpstreamHost): boolean => host.address.endsWith("0");
    const picked = Array.from(picks, (_, user) => {
      const context = { hash: xxHash64(`user-${user}`), shouldSelectAnotherHost, hostSelectionMaxAttempts: 3 };
      return cluster.pick(context)?.address.slice(-1);
    });
    expect(picked.join("")).toBe(picks);
  });
});

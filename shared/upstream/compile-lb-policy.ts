import { durationMs } from "../base/duration-ms.ts";
import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type {
  ConsistentHashingLbConfig,
  LeastRequest,
  Maglev,
  RingHash,
  SlowStartConfig,
} from "../schema/envoy-types.ts";
import type {
  HashingSettings,
  LeastRequestSettings,
  MaglevSettings,
  RingHashSettings,
  SlowStartSettings,
} from "./lb-settings.ts";

const DEFAULT_CHOICE_COUNT = 2;
const DEFAULT_MIN_WEIGHT_PERCENT = 10;
const DEFAULT_MIN_RING_SIZE = 1024;
const DEFAULT_MAX_RING_SIZE = 8 * 1024 * 1024;
const DEFAULT_TABLE_SIZE = 65_537;

/** Where problems are reported. */
export interface Reporting {
  readonly path: ConfigPath;
  readonly diagnostics: DiagnosticSink;
}

/** Nothing without a window. */
export function compileSlowStart({ slowStartWindow = "0s", aggression, minWeightPercent }: SlowStartConfig = {}):
  | SlowStartSettings
  | undefined {
  const windowMs = durationMs(slowStartWindow);
  if (windowMs === 0) return undefined;
  const minPercent = minWeightPercent === undefined ? DEFAULT_MIN_WEIGHT_PERCENT : (minWeightPercent.value ?? 0);
  const said = aggression?.defaultValue ?? 0;
  // Envoy takes 1 for what is no aggression at all.
  return { windowMs, aggression: said > 0 ? said : 1, minWeightShare: minPercent / 100 };
}

export function compileLeastRequest({
  choiceCount = DEFAULT_CHOICE_COUNT,
  activeRequestBias,
  slowStartConfig,
  selectionMethod,
  enableFullScan = false,
}: LeastRequest): LeastRequestSettings {
  const bias = activeRequestBias === undefined ? 1 : (activeRequestBias.defaultValue ?? 0);
  return {
    kind: "least request",
    choiceCount,
    isFullScan: enableFullScan || selectionMethod === "FULL_SCAN",
    // Envoy takes 1 for a negative one.
    activeRequestBias: bias >= 0 ? bias : 1,
    slowStart: compileSlowStart(slowStartConfig),
  };
}

/** The fields that `Cluster.RingHashLbConfig` and the extension have in common. */
type RingSizes = Pick<RingHash, "minimumRingSize" | "maximumRingSize"> & { readonly hashFunction?: string };

export function compileRingHash(
  { minimumRingSize, maximumRingSize, hashFunction }: RingSizes,
  hashing: ConsistentHashingLbConfig | undefined,
  { path, diagnostics }: Reporting,
): RingHashSettings | undefined {
  const minRingSize = Number(minimumRingSize ?? DEFAULT_MIN_RING_SIZE);
  const maxRingSize = Number(maximumRingSize ?? DEFAULT_MAX_RING_SIZE);
  if (minRingSize > maxRingSize) {
    const message = `ring hash: minimum_ring_size (${minRingSize}) > maximum_ring_size (${maxRingSize})`;
    diagnostics.error(path.field("minimumRingSize"), "cluster.lb", message);
    return undefined;
  }
  return {
    kind: "ring hash",
    hashFunction: hashFunction === "MURMUR_HASH_2" ? "murmurhash2" : "xxhash",
    minRingSize,
    maxRingSize,
    hashing: compileHashing(hashing),
  };
}

export function compileMaglev(
  { tableSize: said }: Pick<Maglev, "tableSize">,
  hashing: ConsistentHashingLbConfig | undefined,
  { path, diagnostics }: Reporting,
): MaglevSettings | undefined {
  const tableSize = Number(said ?? DEFAULT_TABLE_SIZE);
  if (isPrime(tableSize)) return { kind: "maglev", tableSize, hashing: compileHashing(hashing) };
  diagnostics.error(path.field("tableSize"), "cluster.lb", "The table size of maglev must be prime number");
  return undefined;
}

function compileHashing(config: ConsistentHashingLbConfig = {}): HashingSettings {
  return { usesHostname: config.useHostnameForHashing ?? false, balanceFactor: config.hashBalanceFactor };
}

function isPrime(number: number): boolean {
  if (number < 2) return false;
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return false;
  return true;
}

import type { HostMonitor, LocalOriginResult } from "../../host/host-monitor.ts";
import type { ClusterHost } from "../cluster-host.ts";
import { Absence } from "./absence.ts";
import type { ConsecutiveType, OutlierSettings } from "./outlier-settings.ts";
import { RateWindow } from "./rate-window.ts";

/** Hears of what a host's requests amount to. */
export interface WatchedHostOwner {
  /** As many failures in a row as the settings allow. The count goes on until {@link WatchedHost.restart}. */
  onConsecutive(host: WatchedHost, type: ConsecutiveType): void;
  onDegraded(host: WatchedHost): void;
}

/** Where requests go that a host answers, and where those that do not reach it. */
export type Origin = "external" | "local";

/** One host under outlier detection: failures in a row, rates, and how often it was sent away. Source: Envoy `DetectorHostMonitorImpl`. */
export class WatchedHost implements HostMonitor {
  readonly host: ClusterHost;
  readonly rates: Readonly<Record<Origin, RateWindow>> = { external: new RateWindow(), local: new RateWindow() };
  readonly ejection: Absence = new Absence();
  readonly degradation: Absence = new Absence();
  readonly #settings: OutlierSettings;
  readonly #owner: WatchedHostOwner;
  readonly #inARow: Record<ConsecutiveType, number> = {
    CONSECUTIVE_5XX: 0,
    CONSECUTIVE_GATEWAY_FAILURE: 0,
    CONSECUTIVE_LOCAL_ORIGIN_FAILURE: 0,
  };

  constructor(host: ClusterHost, settings: OutlierSettings, owner: WatchedHostOwner) {
    this.host = host;
    this.#settings = settings;
    this.#owner = owner;
  }

  get successRate(): number {
    return this.rates.external.shownRate;
  }

  get localOriginSuccessRate(): number {
    return this.rates.local.shownRate;
  }

  putHttpResponseCode(status: number): void {
    const isFailure = status >= 500 && status <= 599;
    this.rates.external.count(!isFailure);
    if (!isFailure) {
      this.restart("CONSECUTIVE_5XX");
      this.restart("CONSECUTIVE_GATEWAY_FAILURE");
      return;
    }
    if (status >= 502 && status <= 504) this.#fail("CONSECUTIVE_GATEWAY_FAILURE");
    else this.restart("CONSECUTIVE_GATEWAY_FAILURE");
    this.#fail("CONSECUTIVE_5XX");
  }

  putLocalOrigin(result: LocalOriginResult, code?: number): void {
    if (this.#settings.splitsLocalOrigin) return this.#putSplit(result);
    const status = code ?? STATUS_OF_RESULT[result];
    if (status !== undefined) this.putHttpResponseCode(status);
  }

  putDegraded(): void {
    if (this.#settings.detectsDegraded) this.#owner.onDegraded(this);
  }

  /** Begins to count anew. */
  restart(type: ConsecutiveType): void {
    this.#inARow[type] = 0;
  }

  #putSplit(result: LocalOriginResult): void {
    switch (result) {
      case "connect success":
      case "connect success final":
        return this.#onReached();
      case "connect failed":
      case "timeout":
        this.rates.local.count(false);
        return this.#fail("CONSECUTIVE_LOCAL_ORIGIN_FAILURE");
      case "request failed":
        return this.putHttpResponseCode(503);
      case "request success":
        this.putHttpResponseCode(200);
        return this.#onReached();
    }
  }

  #onReached(): void {
    this.rates.local.count(true);
    this.restart("CONSECUTIVE_LOCAL_ORIGIN_FAILURE");
  }

  /** Says it exactly once: a run that is not ended goes on without another word. */
  #fail(type: ConsecutiveType): void {
    this.#inARow[type] += 1;
    if (this.#inARow[type] === this.#settings.consecutive[type]) this.#owner.onConsecutive(this, type);
  }
}

/** As what a result counts where both origins are one. To have connected says nothing yet: an answer will follow. */
const STATUS_OF_RESULT: Readonly<Record<LocalOriginResult, number | undefined>> = {
  "connect success": undefined,
  "connect success final": 200,
  "request success": 200,
  timeout: 504,
  "connect failed": 503,
  "request failed": 500,
};

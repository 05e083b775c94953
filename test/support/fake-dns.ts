import { err, ok, type Result } from "../../shared/base/result.ts";
import type { DnsAnswer, DnsLookupFamily, DnsResolver } from "../../shared/host/dns-resolver.ts";

/** A resolver that answers when a test says so. */
export class FakeDnsResolver implements DnsResolver {
  /** All that was asked, as `name family`. */
  readonly asked: string[] = [];
  #waiting: { readonly name: string; readonly answer: (answer: Result<DnsAnswer, string>) => void }[] = [];

  resolve(name: string, family: DnsLookupFamily): Promise<Result<DnsAnswer, string>> {
    this.asked.push(`${name} ${family}`);
    return new Promise((resolve) => {
      this.#waiting.push({ name, answer: resolve });
    });
  }

  /** Answers every question after this name that is open, and lets the answer arrive. */
  answer(name: string, addresses: readonly string[], ttlSeconds?: number): Promise<void> {
    return this.#settle(name, ok({ addresses, ...(ttlSeconds !== undefined && { ttlSeconds }) }));
  }

  fail(name: string, reason = "ESERVFAIL"): Promise<void> {
    return this.#settle(name, err(reason));
  }

  async #settle(name: string, answer: Result<DnsAnswer, string>): Promise<void> {
    const open = this.#waiting.filter((question) => question.name === name);
    this.#waiting = this.#waiting.filter((question) => question.name !== name);
    for (const question of open) question.answer(answer);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  }
}

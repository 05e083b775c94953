import type { DnsResolver } from "../../shared/host/dns-resolver.ts";
import type { Logger } from "../../shared/host/logger.ts";

/** Says when a name stops having an address, and when it has one again; not with every refresh in between. */
export function loggingResolver(resolver: DnsResolver, logger: Logger): DnsResolver {
  const missing = new Set<string>();
  return {
    resolve: async (name, family) => {
      const answer = await resolver.resolve(name, family);
      const found = answer.ok && answer.value.addresses.length > 0;
      if (found && missing.delete(name)) logger.log("info", "dns_address_found", { name });
      if (found || missing.has(name)) return answer;
      missing.add(name);
      logger.log("warning", "dns_no_address", { name, reason: answer.ok ? "no such name or record" : answer.error });
      return answer;
    },
  };
}

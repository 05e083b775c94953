import { accessLogSupport } from "../access-log/support.ts";
import { bootstrapSupport } from "../config/bootstrap-support.ts";
import type { MessageSupport } from "../config/support.ts";
import { bufferSupport } from "../filters/http/buffer/support.ts";
import { corsSupport } from "../filters/http/cors/support.ts";
import { headerMutationSupport } from "../filters/http/header-mutation/support.ts";
import { routerFilterSupport } from "../filters/http/router/support.ts";
import { tcpProxySupport } from "../filters/network/tcp-proxy/support.ts";
import { formatterSupport } from "../formatter/support.ts";
import { localReplySupport } from "../hcm/local-reply/support.ts";
import { connectionManagerSupport } from "../hcm/support.ts";
import { matchingSupport } from "../matching/support.ts";
import { listenerSupport } from "../network-filter/support.ts";
import { routerSupport } from "../router/support.ts";
import { aggregateSupport } from "../upstream/aggregate/support.ts";
import { outlierSupport } from "../upstream/outlier/support.ts";
import { lbSupport } from "../upstream/lb/support.ts";
import { tracingSupport } from "../tracing/support.ts";
import { upstreamSupport } from "../upstream/support.ts";

/**
 * Every support table of the core. For the command line and the documents; nothing that serves traffic imports it, so the
 * tables are not in the Worker's bundle.
 */
export const ALL_SUPPORT: readonly MessageSupport[] = [
  ...bootstrapSupport,
  ...listenerSupport,
  ...matchingSupport,
  ...formatterSupport,
  ...accessLogSupport,
  ...connectionManagerSupport,
  ...localReplySupport,
  ...tracingSupport,
  ...routerSupport,
  ...upstreamSupport,
  ...lbSupport,
  ...outlierSupport,
  ...aggregateSupport,
  ...routerFilterSupport,
  ...tcpProxySupport,
  ...bufferSupport,
  ...corsSupport,
  ...headerMutationSupport,
];

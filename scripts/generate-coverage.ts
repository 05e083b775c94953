// Writes docs/config-coverage.md: what becomes of every field, from the support tables and Envoy's schema.
import { writeFileSync } from "node:fs";
import { ALL_SUPPORT } from "../shared/proxy/support.ts";
import { renderCoverage } from "./coverage-page.ts";

writeFileSync(new URL("../docs/config-coverage.md", import.meta.url), renderCoverage(ALL_SUPPORT));

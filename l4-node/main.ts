#!/usr/bin/env node
const NEEDED_NODE = 24;

// Loaded only on a Node that can: an older one would stop at a syntax error or a missing function, and not say why.
if (Number(process.versions.node.split(".")[0]) < NEEDED_NODE) {
  console.error(`nuncio needs Node ${NEEDED_NODE} or newer, this is ${process.version}`);
  process.exitCode = 1;
} else {
  const { dispatch } = await import("./cli/dispatch.ts");
  process.exitCode = await dispatch(process.argv.slice(2));
}

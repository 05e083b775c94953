// Loaded before our commands, in JavaScript that every Node reads: where npm was told to ignore install scripts, the pinned Node
// is missing, and a Node of the machine's own may be too old for the sources.
const NEEDED = 24;

if (Number(process.versions.node.split(".")[0]) < NEEDED) {
  console.error(
    `Node ${NEEDED} or newer is needed, this is ${process.version}: run "npm ci" with install scripts on, which brings it`,
  );
  process.exit(1);
}

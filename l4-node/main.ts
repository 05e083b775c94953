#!/usr/bin/env node
import { dispatch } from "./cli/dispatch.ts";

// A name server that has not answered yet would hold up the end, which is decided here.
process.exit(await dispatch(process.argv.slice(2)));

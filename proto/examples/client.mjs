#!/usr/bin/env node
// Prints the token of an application: client.mjs URL

import { lstatSync } from "node:fs";
import { connect } from "node:net";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

const env = process.env;
const base = env.XDG_RUNTIME_DIR || env.XDG_STATE_HOME || join(homedir(), ".local/state");
const path = env.USHER_SOCK || join(base, "usher", "agent.sock");
let answer;
try {
  const folder = lstatSync(dirname(path));
  if (folder.uid !== process.geteuid() || folder.mode & 0o022) throw Error("another user could have put it there");
  const agent = connect(path).setEncoding("utf8");
  agent.setTimeout(40_000, () => agent.destroy(Error("timed out")));
  agent.write(JSON.stringify({ token: { app: process.argv[2] } }) + "\n");
  let line = "";
  for await (const part of agent) if ((line += part).endsWith("\n")) break;
  answer = JSON.parse(line);
} catch (error) {
  console.error(`no answer at ${path}: ${error.message}\n  hint: start the agent with \`usher agent start\``);
  process.exit(4);
}
if (answer.error) {
  const { code, message, hint } = answer.error;
  console.error(`${message}\n  hint: ${hint}`);
  process.exit({ "bad-request": 2, "not-found": 3, "login-required": 3, locked: 5 }[code] ?? 1);
}
process.stdout.write(answer.token.token);

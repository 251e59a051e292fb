// Adds jobs to plainjob over better-sqlite3, each of them durable before the next.
// Usage: plainjob.mjs DATABASE MESSAGE_FILE. Each line of standard input is a number of jobs; the answer is
// a line with the seconds that it took. It is run beside the node_modules in which both are installed.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import Database from "better-sqlite3";
import { better, defineQueue } from "plainjob";

const [file, messageFile] = process.argv.slice(2);
const message = readFileSync(messageFile).toString("base64");
const database = new Database(file);
const queue = defineQueue({ connection: better(database) });
// After plainjob has set its own, which is NORMAL and not durable.
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
if (database.pragma("synchronous", { simple: true }) !== 2) throw new Error("it does not sync");
console.log("ready");
for await (const line of createInterface({ input: process.stdin })) {
    const begun = process.hrtime.bigint();
    for (let left = Number(line); left > 0; left--) queue.add("transaction", message);
    console.log(Number(process.hrtime.bigint() - begun) / 1e9);
}
queue.close();

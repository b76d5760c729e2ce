/** Holds a SQLite file exclusively until it is ended. node lock-database.mjs FILE */
import { createRequire } from 'node:module';

const Database = createRequire(import.meta.url)('better-sqlite3');
const database = new Database(process.argv[2], { timeout: 10_000 });
database.exec('BEGIN EXCLUSIVE');
console.log('locked');
setInterval(() => undefined, 60_000);

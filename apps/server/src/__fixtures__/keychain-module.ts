import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The native module's part that we use, over a file in the user's home. */
const source = `
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const file = require('node:path').join(process.env.HOME, 'keychain.json');
const read = () => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {});
exports.AsyncEntry = class {
  constructor(service, account) {
    this.account = account;
  }
  async getPassword() {
    return read()[this.account] ?? null;
  }
  async setPassword(value) {
    writeFileSync(file, JSON.stringify({ ...read(), [this.account]: value }));
  }
  async deletePassword() {
    const { [this.account]: removed, ...others } = read();
    writeFileSync(file, JSON.stringify(others));
    return removed !== undefined;
  }
};
exports.findCredentialsAsync = async () => Object.entries(read()).map(([account, password]) => ({ account, password }));
`;

/** Puts a keychain of a test's own where a program in the folder finds it before the real one. */
export function installKeychainModule(folder: string): void {
  const place = join(folder, 'node_modules/@napi-rs/keyring');
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'package.json'), JSON.stringify({ name: '@napi-rs/keyring', main: 'index.cjs' }));
  writeFileSync(join(place, 'index.cjs'), source);
}

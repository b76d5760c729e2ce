import { homedir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { configDirectory, dataDirectory } from './user-directories.js';

const home = { HOME: '/home/ada' };

describe('configDirectory', () => {
  it.each([
    ['linux', home, join('/home/ada', '.config', 'claudette')],
    ['darwin', home, join('/home/ada', '.config', 'claudette')],
    ['linux', { ...home, XDG_CONFIG_HOME: '/etc/ada' }, join('/etc/ada', 'claudette')],
    ['linux', { ...home, XDG_CONFIG_HOME: '' }, join('/home/ada', '.config', 'claudette')],
    ['linux', {}, join(homedir(), '.config', 'claudette')],
    ['win32', { APPDATA: 'R:' }, join('R:', 'claudette')],
    ['win32', {}, join(homedir(), 'AppData', 'Roaming', 'claudette')],
  ] as const)('on %s with %j is %s', (platform, environment, directory) => {
    expect(configDirectory(environment, platform)).toBe(directory);
  });
});

describe('dataDirectory', () => {
  it.each([
    ['linux', home, join('/home/ada', '.local', 'share', 'claudette')],
    ['linux', { ...home, XDG_DATA_HOME: '/var/ada' }, join('/var/ada', 'claudette')],
    ['linux', {}, join(homedir(), '.local', 'share', 'claudette')],
    ['darwin', home, join('/home/ada', 'Library', 'Application Support', 'claudette')],
    ['win32', { LOCALAPPDATA: 'L:' }, join('L:', 'claudette')],
    ['win32', {}, join(homedir(), 'AppData', 'Local', 'claudette')],
  ] as const)('on %s with %j is %s', (platform, environment, directory) => {
    expect(dataDirectory(environment, platform)).toBe(directory);
  });
});

it('takes the platform it runs on when none is named', () => {
  expect([configDirectory(home), dataDirectory(home)]).toEqual([
    configDirectory(home, process.platform),
    dataDirectory(home, process.platform),
  ]);
});

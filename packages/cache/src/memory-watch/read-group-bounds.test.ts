import { describe, expect, it } from '@jest/globals';

import { createGroupReader } from './read-group-bounds.js';

const MIB = 1024 * 1024;

const readFrom = (files: Readonly<Record<string, string>>) => createGroupReader((path) => files[path])();

const v2 = {
  '/proc/self/cgroup': '0::/pod/app\n',
  '/sys/fs/cgroup/pod/app/memory.max': `${256 * MIB}\n`,
  '/sys/fs/cgroup/pod/app/memory.high': 'max\n',
  '/sys/fs/cgroup/pod/app/memory.current': `${100 * MIB}\n`,
  '/sys/fs/cgroup/pod/app/memory.stat': `anon 1\ninactive_file ${10 * MIB}\nactive_file ${5 * MIB}\nshmem 9\n`,
};

const v1 = {
  '/proc/self/cgroup': '9:cpu,cpuacct:/docker/x\n4:memory:/docker/x\n1:name=systemd:/\n0::/docker/x\n',
  '/sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes': `${128 * MIB}\n`,
  '/sys/fs/cgroup/memory/docker/x/memory.usage_in_bytes': `${64 * MIB}\n`,
  '/sys/fs/cgroup/memory/docker/x/memory.stat': `active_file 1\ntotal_active_file ${MIB}\ntotal_inactive_file ${MIB}\n`,
  '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
  '/sys/fs/cgroup/memory/memory.usage_in_bytes': '1\n',
};

describe('the limits of control groups', () => {
  it('are read from version 2, without what the kernel can drop', () => {
    expect(readFrom(v2)).toEqual([{ kind: 'group', limitBytes: 256 * MIB, usedBytes: 85 * MIB }]);
  });

  it('begin in version 2 where the kernel slows the group down', () => {
    const throttled = { ...v2, '/sys/fs/cgroup/pod/app/memory.high': `${200 * MIB}` };
    expect(readFrom(throttled)).toMatchObject([{ limitBytes: 200 * MIB }]);
  });

  it('are read from version 1, whose huge number is no limit', () => {
    expect(readFrom(v1)).toEqual([{ kind: 'group', limitBytes: 128 * MIB, usedBytes: 62 * MIB }]);
  });

  it('are those of every group up to the root', () => {
    const nested = {
      ...v2,
      '/sys/fs/cgroup/pod/memory.max': `${512 * MIB}`,
      '/sys/fs/cgroup/pod/memory.current': `${500 * MIB}`,
    };
    expect(readFrom(nested)).toEqual([
      { kind: 'group', limitBytes: 256 * MIB, usedBytes: 85 * MIB },
      { kind: 'group', limitBytes: 512 * MIB, usedBytes: 500 * MIB },
    ]);
  });

  it('are found at the root of a container that cannot see the folder it is told', () => {
    const inside = {
      '/proc/self/cgroup': '0::/system.slice/docker-1.scope\n',
      '/sys/fs/cgroup/memory.max': `${64 * MIB}`,
      '/sys/fs/cgroup/memory.current': `${MIB}`,
    };
    expect(readFrom(inside)).toEqual([{ kind: 'group', limitBytes: 64 * MIB, usedBytes: MIB }]);
  });

  it('follow changes', () => {
    const files: Record<string, string> = { ...v2 };
    const read = createGroupReader((path) => files[path]);
    expect(read()).toHaveLength(1);
    files['/sys/fs/cgroup/pod/app/memory.max'] = 'max';
    expect(read()).toEqual([]);
  });

  it('never show less than nothing used', () => {
    expect(readFrom({ ...v2, '/sys/fs/cgroup/pod/app/memory.current': '5' })).toMatchObject([{ usedBytes: 0 }]);
  });

  it.each([
    ['there are no control groups', {}],
    ['the list of groups is garbage', { '/proc/self/cgroup': 'what\n\n:::\n' }],
    ['the numbers are garbage', { ...v2, '/sys/fs/cgroup/pod/app/memory.max': 'a lot' }],
    ['the usage cannot be read', { ...v2, '/sys/fs/cgroup/pod/app/memory.current': '' }],
  ])('are none when %s', (_, files) => {
    expect(readFrom(files)).toEqual([]);
  });
});

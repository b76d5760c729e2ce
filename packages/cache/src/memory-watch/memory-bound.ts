/** One limit that the process must not reach, and how much of it is taken. */
export interface MemoryBound {
  /** `heap`: V8 ends the process there. `group`: the kernel does (a control group, as containers have). `machine`: its RAM. */
  readonly kind: 'heap' | 'group' | 'machine';
  readonly limitBytes: number;
  /** For a group, everything in it, but no file contents that the kernel can drop. */
  readonly usedBytes: number;
}

/** How much memory there is and who has it, at one moment. */
export interface MemoryReading {
  /** What of the process is in RAM. */
  readonly rssBytes: number;
  /** What JavaScript values take, garbage included. */
  readonly heapBytes: number;
  /** What V8 has set aside for its heap. */
  readonly heapTotalBytes: number;
  /** What they hold outside V8's heap: above all the bytes of buffers. */
  readonly externalBytes: number;
  readonly bounds: readonly [MemoryBound, ...MemoryBound[]];
}

/** Reads the state of the memory. Takes a fraction of a millisecond; never throws. */
export type ReadMemory = () => MemoryReading;

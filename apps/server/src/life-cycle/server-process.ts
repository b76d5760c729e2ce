import type { Gateway, GatewayHost, ReloadReport } from '@claudette/gateway';

/** The process that a server runs in, as far as its routes tell of it. */
export interface ServerProcess {
  /** It is going to stop, although requests still pass. */
  readonly isLeaving: () => boolean;
  /** Which of several processes on one port; undefined: the only one. */
  readonly worker?: { readonly id: number; readonly pid: number };
  /** The metrics of all processes. */
  readonly metricsText: () => ReturnType<Gateway['metricsText']>;
  /** Reads the configuration anew, in all processes one after the other. */
  readonly reload: () => Promise<ReloadReport>;
  /** Does the same soon, because the files of the configuration changed. */
  readonly filesChanged: () => void;
}

/** A process that is the only one. */
export const onlyProcess = (host: GatewayHost): ServerProcess => ({
  isLeaving: () => false,
  metricsText: () => host.current().metricsText(),
  reload: () => host.reload(),
  filesChanged: () => void host.reload(),
});

import type { OpenAuditLog } from '@claudette/gateway';

/** What an administrator does, as the audit log calls it. */
export interface Deed {
  readonly action: string;
  /** To what: an id or a name. Absent or empty where the action says it all. */
  readonly subject?: string;
}

/**
 * Does what an administrator asks, and notes it, whatever comes of it.
 * @param act undefined: there was nothing to do it to
 * @param toSubject what it was done to, where that is known only then
 */
export async function audited<Result>(
  audit: Pick<OpenAuditLog, 'add'>,
  { action, subject }: Deed,
  act: () => Result | Promise<Result>,
  toSubject?: (done: NonNullable<Result>) => string,
): Promise<Result> {
  const note = (result: 'done' | 'refused', to = subject): void =>
    audit.add({
      actorId: 'local',
      actorName: 'local',
      action,
      origin: 'command line',
      result,
      ...(to && { subject: to }),
    });
  let done: Result;
  try {
    done = await act();
  } catch (thrown) {
    note('refused');
    throw thrown;
  }
  if (done) note('done', toSubject?.(done));
  else note('refused');
  return done;
}

/** What a credential may be called: up to 128 letters, digits, `_`, `.` and `-`, and no digit, `.` or `-` first. */
export const isCredentialName = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/.test(name);

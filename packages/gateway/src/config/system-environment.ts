/** The process's environment variables, for whoever is not given others. */
export const systemEnvironment: Readonly<Record<string, string | undefined>> = process.env;

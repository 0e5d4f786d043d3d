/** What PostgreSQL's programs need of our environment: where programs are, languages, the zone. */
const NEEDED = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'LC_MESSAGES', 'TZ', 'TMPDIR', 'LD_LIBRARY_PATH'] as const;

/** The environment of the database's processes: not ours, which holds the tokens of everything else. */
export function databaseEnvironment(
  own: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  return Object.fromEntries(
    NEEDED.flatMap((name) => {
      const value = own[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

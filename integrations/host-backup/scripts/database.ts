import { ALONE, COMMON, FINISH, KEEP, RESTORING, SOUND } from './common.ts';

/** Sets \`container\` to the one of a compose service. Arguments: project, service. */
const CONTAINER = `
find_container() {
  container=$(docker ps -q --filter "label=com.docker.compose.project=$1" --filter "label=com.docker.compose.service=$2" | head -n 1)
  [ -n "$container" ] || fail "no container of service $2 in project $1 is running" 3
}
`;

/** Prints a line for each table, \`TABLE|ROWS|CHECKSUM\`; the checksum does not depend on the order of rows. */
const COUNT_SQL = `
set timezone to 'UTC'; set datestyle to 'ISO'; set intervalstyle to 'postgres'; set bytea_output to 'hex';
select format('select %L, count(*), coalesce(sum((''x'' || substr(md5(slipway_row::text), 1, 15))::bit(60)::bigint::numeric), 0) from only %I.%I slipway_row',
  n.nspname || '.' || c.relname, n.nspname, c.relname)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'm') and c.relpersistence <> 't' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and not exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
order by n.nspname || '.' || c.relname collate "C"
\\gexec
`;

/**
 * Arguments: directory, name of the file, what it is of, project, service, user, database. The dump and what it must hold show the
 * same moment: both read the snapshot that one session exports.
 */
export const DUMP = `${COMMON}${CONTAINER}${KEEP}
find_container "$4" "$5"
mkfifo "$work/ask"
docker exec -i "$container" psql -X -q -A -t -F '|' -v ON_ERROR_STOP=1 -U "$6" -d "$7" \\
  <"$work/ask" >"$work/answers" 2>"$work/complaint" &
session=$!
exec 3>"$work/ask"
echo 'begin isolation level repeatable read read only; select pg_export_snapshot();' >&3
until [ -s "$work/answers" ]; do
  kill -0 "$session" 2>/dev/null || fail "PostgreSQL does not answer: $(tail -n 3 "$work/complaint")"
  sleep 0.1
done
snapshot=$(head -n 1 "$work/answers")
# Who is no superuser cannot give things to others when it restores.
owners=--no-owner
is_super="select rolsuper from pg_roles where rolname = current_user"
[ "$(docker exec "$container" psql -X -q -A -t -U "$6" -d "$7" -c "$is_super")" != t ] || owners=
{ docker exec "$container" pg_dump $owners --snapshot="$snapshot" -U "$6" -d "$7" 2>"$work/complaint" || echo failed >"$work/failed"; } \\
  | gzip | tee "$work/$file" | sha256sum >"$work/sum"
cat >&3 <<'SQL'
${COUNT_SQL}
SQL
echo 'commit;' >&3
exec 3>&-
wait "$session" || fail "counting failed: $(tail -n 3 "$work/complaint")"
tail -n +2 "$work/answers" >"$work/check"
${FINISH}`;

/**
 * Arguments: project, service, user, database. Prints who owns things that a restore by this user would not give back
 * to them: only a superuser can. One name a line.
 */
export const OTHER_OWNERS = `${COMMON}${CONTAINER}
find_container "$1" "$2"
docker exec -i "$container" psql -X -q -A -t -v ON_ERROR_STOP=1 -U "$3" -d "$4" <<'SQL'
select distinct pg_get_userbyid(owner) from (
  select 'pg_class'::regclass as kind, oid, relowner as owner, relnamespace as space from pg_class
  union select 'pg_proc'::regclass, oid, proowner, pronamespace from pg_proc
) thing join pg_namespace on pg_namespace.oid = thing.space
where nspname !~ '^pg_' and nspname <> 'information_schema' and pg_get_userbyid(owner) <> current_user
  and not (select rolsuper from pg_roles where rolname = current_user)
  and not exists (select from pg_depend where classid = kind and objid = thing.oid and deptype = 'e')
order by 1;
SQL
`;

const COMPARE_TABLES = `
compare() {
  if ! diff "$dir/$id.check" "$1" >"$work/differences"; then
    echo "what was restored is not what was backed up (table|rows|checksum):"
    head -n 10 "$work/differences"
    return 4
  fi
  echo "$(counted "$(wc -l <"$1")" table) with $(counted "$(cut -d'|' -f2 "$1" | awk '{n += $1} END {print n + 0}')" row), the same checksums"
}
`;

/** Arguments: directory, id, file, SHA-256, project, service, user, database, scratch database, which does not outlive it. */
export const VERIFY_DUMP = `${COMMON}${CONTAINER}${SOUND}${COMPARE_TABLES}
find_container "$4" "$5"
work_in "$dir"
sql() { docker exec -i "$container" psql -X -q -A -t -F '|' -v ON_ERROR_STOP=1 -U "$1" -d "$2"; }
drop() { echo "drop database if exists \\"$8\\" with (force)" | sql "$6" "$7"; }
trap 'rm -rf "$work"; drop "$@" >/dev/null 2>&1 || :' EXIT
drop "$@"
echo "create database \\"$8\\" template template0" | sql "$6" "$7" || fail "no scratch database can be made"
restored=0
gzip -dc "$dir/$file" | sql "$6" "$8" >/dev/null 2>"$work/complaint" || restored=$?
said() { grep -v NOTICE "$work/complaint" | tail -n 3; }
# 3 is psql's word for a statement that failed: that is the backup's doing, but for a full disk.
if [ "$restored" -eq 3 ] && ! grep -qi 'no space left' "$work/complaint"; then fail "it cannot be restored: $(said)" 4; fi
[ "$restored" -eq 0 ] || fail "it could not be tried: $(said)"
sql "$6" "$8" >"$work/tables" <<'SQL'
${COUNT_SQL}
SQL
compare "$work/tables"
`;

/**
 * Arguments: directory, id, file, SHA-256, project, service, user, database. One transaction replaces everything,
 * and is undone if what is there then is not what was backed up: whoever reads meanwhile sees the one or the other.
 */
export const RESTORE_DUMP = `${COMMON}${RESTORING}${CONTAINER}${SOUND}${ALONE}${COMPARE_TABLES}
find_container "$4" "$5"
work_in "$dir"
trap ended EXIT
cat >"$work/before" <<'SQL'
begin;
set local lock_timeout to '120s';
do $$
declare name text;
begin
  for name in select evtname from pg_event_trigger t where not exists (
    select 1 from pg_depend d where d.classid = 'pg_event_trigger'::regclass and d.objid = t.oid and d.deptype = 'e'
  ) loop
    execute format('drop event trigger %I', name);
  end loop;
  for name in select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' loop
    execute format('drop schema %I cascade', name);
  end loop;
  for name in select pubname from pg_publication loop
    execute format('drop publication %I', name);
  end loop;
  perform lo_unlink(oid) from pg_largeobject_metadata;
  create schema public;
  grant usage on schema public to public;
  if exists (select 1 from pg_roles where rolname = 'pg_database_owner') then
    alter schema public owner to pg_database_owner;
  end if;
end $$;
SQL
cat >"$work/after" <<'SQL'
reset all;
\\echo tables:
${COUNT_SQL}
\\echo counted
SQL
mkfifo "$work/ask"
docker exec -i "$container" psql -X -q -A -t -F '|' -v ON_ERROR_STOP=1 -U "$6" -d "$7" \\
  <"$work/ask" >"$work/answers" 2>"$work/complaint" &
session=$!
exec 3>"$work/ask"
# pg_dump puts large objects in transactions of their own, which would end ours.
in_ours() { sed '/^-- Data for Name: .*; Type: BLOBS;/,/^COMMIT;$/{/^BEGIN;$/d;/^COMMIT;$/d}'; }
{ cat "$work/before"; gzip -dc "$dir/$file" | in_ours; cat "$work/after"; } >&3 || :
until grep -qx counted "$work/answers"; do
  kill -0 "$session" 2>/dev/null || fail "nothing was changed: $(grep -v NOTICE "$work/complaint" | tail -n 3)" 5
  sleep 0.1
done
sed '1,/^tables:$/d; /^counted$/d' "$work/answers" >"$work/tables"
compare "$work/tables"
touched=yes
echo 'commit;' >&3
exec 3>&-
wait "$session" || fail "it is not sure that it was committed: $(tail -n 3 "$work/complaint")" 6
`;

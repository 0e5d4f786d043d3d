/**
 * What hosts do for backups. A backup is a compressed file, what it must hold (`ID.check`), and a manifest
 * (`ID.json`), which comes last. The scripts are constants and find everything in their arguments; they need
 * POSIX sh, the GNU core utilities, findutils, diffutils, tar, gzip, awk and flock, and those for databases need docker.
 * @module
 */

/** Every complaint for a person goes to standard output, which the operation's thread shows. */
const COMMON = `
set -eu
umask 077
export LC_ALL=C
trap 'exit 143' TERM
fail() { echo "$1"; exit "\${2:-1}"; }
# Work stands in a directory of our own: whatever else is beside the backups is not ours to clean up.
work_in() {
  mkdir -p "$1/.slipway-work"
  work=$(mktemp -d "$1/.slipway-work/XXXXXX")
  trap 'rm -rf "$work"' EXIT
}
counted() { if [ "$1" -eq 1 ]; then echo "1 $2"; else echo "$1 $2s"; fi; }
`;

/** Arguments from 1: directory, name of the file, what it is of as a JSON text. {@link FINISH} puts it in place. */
const KEEP = `
dir=$1 file=$2 of=$3
id=\${file%%.*}
mkdir -p "$dir"
[ ! -e "$dir/$id.json" ] || exit 0
work_in "$dir"
find "$dir/.slipway-work" -mindepth 1 -maxdepth 1 -type d -mmin +1440 -exec rm -rf {} + || :
began=$(date +%s%3N)
`;

/** A disk that is not mounted, a database that was created anew: a backup of nothing must not push out the others. */
const REFUSE_EMPTIED = `
refuse_emptied() {
  [ ! -s "$work/check" ] || return 0
  for other in "$dir"/bk-*.json; do
    [ -s "\${other%.json}.check" ] && grep -qF -e "\\"of\\":$of" "$other" || continue
    other=\${other##*/}
    fail "there is nothing to back up any more, and \${other%.json} is not empty; if that is right, keep backups in another directory from now on"
  done
}
`;

const FINISH = `${REFUSE_EMPTIED}
[ ! -e "$work/failed" ] || fail "what makes the backup failed: $(tail -n 3 "$work/complaint" 2>/dev/null)"
refuse_emptied
size=$(stat -c %s "$work/$file")
sum=$(cut -d' ' -f1 "$work/sum")
[ "$(sha256sum <"$work/$file" | cut -d' ' -f1)" = "$sum" ] || fail "$dir did not take all of it: $(df -hP "$dir" | tail -n 1)"
sync "$work/$file" "$work/check"
mv -f "$work/check" "$dir/$id.check"
mv -f "$work/$file" "$dir/$file"
printf '{"id":"%s","of":%s,"file":"%s","takenAt":%s,"duration":%s,"size":%s,"sha256":"%s"}\\n' \\
  "$id" "$of" "$file" "$began" "$(($(date +%s%3N) - began))" "$size" "$sum" >"$work/json"
mv -f "$work/json" "$dir/$id.json"
sync "$dir"
echo "$id: $size bytes, sha256 $sum"
`;

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

/**
 * How scripts end that put data back: with one of {@link UNCHANGED} only if what is there is what was there
 * before. They set `touched` before they change anything, and `put_back` is what they try then.
 */
const RESTORING = `
work= touched=
put_back() { return 1; }
ended() {
  status=$?
  trap '' TERM
  case $status in
    0 | 3 | 4 | 5 | 6) [ "$status" -eq 0 ] || [ -z "$touched" ] || status=6 ;;
    *) if [ -n "$touched" ]; then status=6; else status=5; fi ;;
  esac
  if [ "$status" -eq 6 ] && put_back; then status=5; fi
  [ "$status" -eq 6 ] || rm -rf "$work"
  exit "$status"
}
trap ended EXIT
`;

/** The statuses of a restore after which the data is what it was before. */
export const UNCHANGED: readonly number[] = [3, 4, 5];

/** Sets that one thing is restored at a time, also if somebody gave the one before up. After `dir`. */
const ALONE = `
mkdir -p "$dir/.slipway-work"
exec 9>"$dir/.slipway-work/restore.lock"
flock -w 600 9 || fail "nothing was changed: another restore is still under way there" 5
`;

/** Arguments: directory, id, file, the SHA-256 that was approved or nothing. It is what was made, and approved. */
const SOUND = `
dir=$1 id=$2 file=$3 want=$4
shift
[ -e "$dir/$file" ] && [ -e "$dir/$id.json" ] || fail "$id is not in $dir any more" 3
[ -n "$want" ] || want=$(sed 's/.*"sha256":"\\([0-9a-f]*\\)".*/\\1/' "$dir/$id.json")
[ "$(sha256sum <"$dir/$file" | cut -d' ' -f1)" = "$want" ] || fail "$file is not what was backed up: its SHA-256 differs" 4
[ -f "$dir/$id.check" ] || fail "$id.check, which says what $id must hold, is not in $dir any more" 3
`;

/** Arguments: directory, id, file, SHA-256. */
export const LOOK_WHOLE = `${COMMON}${SOUND}
echo "$id is whole: its SHA-256 is $want"
`;

const COMPARE_TABLES = `
compare() {
  if ! diff "$dir/$id.check" "$1" >"$work/differences"; then
    echo "what was restored is not what was backed up (table|rows|checksum):"
    head -n 10 "$work/differences"
    return 4
  fi
  echo "$(counted "$(wc -l <"$1")" table) with $(cut -d'|' -f2 "$1" | awk '{n += $1} END {print n + 0}') rows, the same checksums"
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

/** Sets \`tree\` to the directory that is archived. Arguments: what it is, \`path\` or \`volume\`, and its name. */
const TREE = `
find_tree() {
  tree=$2
  [ "$1" = path ] || tree=$(docker volume inspect -f '{{.Mountpoint}}' "$2" 2>/dev/null) || fail "there is no volume $2" 3
  [ -d "$tree" ] || fail "there is no directory $tree" 3
}
files_of() {
  (cd "$1" && find . -type f -print0 | sort -z | xargs -0r sha256sum && find . -type l -printf '%l  %p\\n' | sort)
}
`;

/** Arguments: directory, name of the file, what it is of, \`path\` or \`volume\`, its name. What it must hold is what did not change meanwhile. */
export const ARCHIVE = `${COMMON}${TREE}${KEEP}
find_tree "$4" "$5"
files_of "$tree" | sort >"$work/earlier"
{ tar -C "$tree" --numeric-owner -cf - . 2>"$work/complaint" || [ $? -eq 1 ] || echo failed >"$work/failed"; } \\
  | gzip | tee "$work/$file" | sha256sum >"$work/sum"
files_of "$tree" | sort >"$work/later"
comm -12 "$work/earlier" "$work/later" >"$work/check"
${FINISH}`;

const COMPARE_FILES = `
compare() {
  files_of "$1" | sort >"$work/files" && comm -23 "$dir/$id.check" "$work/files" >"$work/differences" || return 1
  if [ -s "$work/differences" ]; then
    echo "what was restored is not what was backed up; these differ or are missing:"
    cut -c67- "$work/differences" | head -n 10
    return 4
  fi
  echo "$(counted "$(wc -l <"$dir/$id.check")" file), the same contents"
}
`;

/** Arguments: directory, id, file, SHA-256. */
export const VERIFY_ARCHIVE = `${COMMON}${TREE}${SOUND}${COMPARE_FILES}
work_in "$dir"
mkdir "$work/tree"
if ! tar -C "$work/tree" --numeric-owner -xzpf "$dir/$file" 2>"$work/complaint"; then
  ! grep -qi 'no space left' "$work/complaint" || fail "it could not be tried: $dir has no space left"
  fail "it cannot be unpacked: $(tail -n 1 "$work/complaint")" 4
fi
compare "$work/tree"
`;

/**
 * Arguments: directory, id, file, SHA-256, `path` or `volume`, its name. It is unpacked and compared beside the
 * tree first; then the tree's content is replaced, and not the tree: containers may have it mounted. What was
 * there is moved aside, moved back if anything fails, and deleted last.
 */
export const RESTORE_ARCHIVE = `${COMMON}${RESTORING}${TREE}${SOUND}${ALONE}${COMPARE_FILES}
find_tree "$4" "$5"
tree=$(realpath "$tree")
[ "$(find "$tree" -printf '%D\\n' | sort -u | wc -l)" -eq 1 ] || fail "nothing was changed: something else is mounted below $tree" 5
work=$(mktemp -d "$(dirname "$tree")/.slipway-restore.XXXXXX")
[ "$(stat -c %d "$work")" = "$(stat -c %d "$tree")" ] || fail "nothing was changed: $tree is a mount of its own, beside which nothing can be made ready" 5
mkdir "$work/tree" "$work/old" "$work/wrong"
tar -C "$work/tree" --numeric-owner -xzpf "$dir/$file" || fail "nothing was changed: it cannot be unpacked" 5
(compare "$work/tree") >"$work/said" || { cat "$work/said"; exit 4; }
content_to() { find "$1" -mindepth 1 -maxdepth 1 -exec mv -t "$2" {} +; }
put_back() {
  { [ "$touched" = out ] || content_to "$tree" "$work/wrong"; } && content_to "$work/old" "$tree" &&
    echo "nothing was changed: what was there was put back" && return 0
  echo "what was there before is in $work/old"
  return 1
}
touched=out
content_to "$tree" "$work/old"
touched=in
content_to "$work/tree" "$tree"
compare "$tree"
touched=
`;

/**
 * Arguments: directory. Prints the manifests, one a line. No directory is none yet, as long as it can be seen that
 * there is none: what cannot be read must not look empty.
 */
export const LIST = `
set -eu
if [ ! -e "$1" ]; then
  parent=$(dirname "$1")
  [ -d "$parent" ] && [ -x "$parent" ] || { echo "$parent is not there, or may not be looked into." >&2; exit 1; }
  exit 0
fi
cd "$1"
[ -r . ] || { echo "it may not be read" >&2; exit 1; }
for manifest in bk-*.json; do
  [ ! -e "$manifest" ] || cat "$manifest" || [ ! -e "$manifest" ]
done
`;

/** Arguments: directory, ids. The manifest goes first: what has none is no backup. */
export const DELETE = `
set -eu
dir=$1
shift
for id in "$@"; do
  rm -f "$dir/$id.json"
  rm -f "$dir/$id.sql.gz" "$dir/$id.tar.gz" "$dir/$id.check"
done
`;

/** Arguments: directory, file, bytes to pass over, most bytes. */
export const READ_PART = `tail -c "+$(($3 + 1))" "$1/$2" | head -c "$4"`;

/** Arguments: directory, file. Prints how much of it has arrived. */
export const ARRIVED = `mkdir -p "$1" && { stat -c %s "$1/.$2.part" 2>/dev/null || echo 0; }`;

/** Arguments: directory, file, bytes that are there. Standard input goes behind them. */
export const APPEND = `
set -eu
umask 077
cd "$1"
[ -e ".$2.part" ] || : >".$2.part"
truncate -s "$3" ".$2.part"
cat >>".$2.part"
`;

/** Arguments: directory, id, file, SHA-256. Standard input is the check file's content, a line, and the manifest. */
export const SEAL = `
set -eu
umask 077
cd "$1"
[ "$(sha256sum <".$3.part" | cut -d' ' -f1)" = "$4" ] || { echo "its SHA-256 there is another one"; rm -f ".$3.part"; exit 4; }
mv -f ".$3.part" "$3"
cat >".$2.json.part"
sync "$3"
mv -f ".$2.json.part" "$2.json"
`;

/**
 * What hosts do for backups. A backup is a compressed file, what it must hold (`ID.check`), and a manifest
 * (`ID.json`), which comes last. The scripts are constants and find everything in their arguments; they need
 * POSIX sh, the GNU core utilities, findutils, diffutils, tar, gzip, awk and flock, and those for databases need docker.
 * @module
 */

/** Every complaint for a person goes to standard output, which the operation's thread shows. */
export const COMMON = `
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

/** The last argument of what makes a backup, if that may be of nothing. */
export const MAY_BE_EMPTY = 'may-be-empty';

/** Arguments from 1: directory, name of the file, what it is of as a JSON text; {@link MAY_BE_EMPTY} or nothing is the last. {@link FINISH} puts it in place. */
export const KEEP = `
dir=$1 file=$2 of=$3
for emptiness; do :; done
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
  [ ! -s "$work/check" ] && [ "$emptiness" != ${MAY_BE_EMPTY} ] || return 0
  for other in "$dir"/bk-*.json; do
    [ -s "\${other%.json}.check" ] && grep -qF -e "\\"of\\":$of" "$other" || continue
    other=\${other##*/}
    fail "there is nothing to back up any more, and \${other%.json} is not empty; if that is right, keep backups in another directory from now on"
  done
}
`;

export const FINISH = `${REFUSE_EMPTIED}
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

/**
 * How scripts end that put data back: with one of {@link UNCHANGED} only if what is there is what was there
 * before. They set `touched` before they change anything, and `put_back` is what they try then.
 */
export const RESTORING = `
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
export const ALONE = `
mkdir -p "$dir/.slipway-work"
exec 9>"$dir/.slipway-work/restore.lock"
flock -w 600 9 || fail "nothing was changed: another restore is still under way there" 5
`;

/** Arguments: directory, id, file, the SHA-256 that was approved or nothing. It is what was made, and approved. */
export const SOUND = `
dir=$1 id=$2 file=$3 want=$4
shift
[ -e "$dir/$file" ] && [ -e "$dir/$id.json" ] || fail "$id is not in $dir any more" 3
[ -n "$want" ] || want=$(sed 's/.*"sha256":"\\([0-9a-f]*\\)".*/\\1/' "$dir/$id.json")
[ "$(sha256sum <"$dir/$file" | cut -d' ' -f1)" = "$want" ] || fail "$file is not what was backed up: its SHA-256 differs" 4
[ -f "$dir/$id.check" ] || fail "$id.check, which says what $id must hold, is not in $dir any more" 3
`;

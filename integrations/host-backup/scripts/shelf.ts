import { COMMON, SOUND } from './common.ts';

/** Arguments: directory, id, file, SHA-256. */
export const LOOK_WHOLE = `${COMMON}${SOUND}
echo "$id is whole: its SHA-256 is $want"
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

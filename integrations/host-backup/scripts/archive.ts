import { ALONE, COMMON, FINISH, KEEP, RESTORING, SOUND } from './common.ts';

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

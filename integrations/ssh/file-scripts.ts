/** Arguments: path, most bytes. Prints the file; 44 when there is none, 45 when it is longer. */
export const READ = `
[ -e "$1" ] || exit 44
[ "$(stat -L -c %s -- "$1")" -le "$2" ] || exit 45
exec cat -- "$1"
`;

export const NO_FILE = 44;
export const TOO_LONG = 45;

/** Whatever ends the script, nothing unfinished stays. */
const TIDILY = `
trap 'rm -f -- "$t"' EXIT
trap 'exit 143' HUP INT PIPE TERM
`;

/** Puts what is written beside the file in its place, if it is whole. Wants \$f, \$t and \$sum. */
const SWAP = `
[ "$(sha256sum <"$t" | cut -c1-64)" = "$sum" ] || { echo 'the content did not arrive whole' >&2; exit 1; }
if [ -e "$f" ]; then
  chmod "$(stat -c %a -- "$f")" "$t"
  chown "$(stat -c %u:%g -- "$f")" "$t" 2>/dev/null || :
else chmod "$mode" "$t"; fi
sync "$t" 2>/dev/null || sync
mv -f -- "$t" "$f"
`;

/** Two who write at once must not write into the same: each has a token of its own. Of those who were cut off, a day later nothing is left. */
const NAMES = `
set -eu
umask 077
f=$(readlink -f -- "$1") || { echo "there is no directory for it" >&2; exit 1; }
t=$f.slipway-new.$2
find "\${f%/*}/" -maxdepth 1 -type f -name '*.slipway-new.*' -mmin +1440 -delete 2>/dev/null || :
`;

/** Arguments: path, token, mode, SHA-256 of the content. Standard input: the content. */
export const WRITE = `
${NAMES}
mode=$3
sum=$4
${TIDILY}
cat >"$t"
${SWAP}
`;

/** Arguments: path, token. Standard input: the content, whose sum is only known when it has been sent. */
export const RECEIVE = `
${NAMES}
cat >"$t" || { rm -f -- "$t"; exit 1; }
`;

/** Arguments: path, token, mode, SHA-256 of what was received. */
export const PLACE = `
${NAMES}
mode=$3
sum=$4
${TIDILY}
${SWAP}
`;

/**
 * What the host keeps of a run, in WORK/runs/ID:
 *
 * - `command`: the program that /bin/sh runs; `input`: what it reads, deleted at its end.
 * - `owner`: process number, start time and boot id of the process that runs it. It appears by link(2), which
 *   only one of several can win: whoever has it runs the command, and nobody else ever does.
 * - `worker`: the same of the command itself; `output`: all that it printed; `heartbeat`: seconds since 1970.
 * - `result`: `running` or `ended STATUS`, of a fixed length and written in place, so that a full disk cannot
 *   keep it from being told.
 *
 * The scripts are constants and find everything in their arguments. They use POSIX sh, the core utilities and
 * /proc.
 * @module
 */

const DIRECTORY = `d=\${1:-\${HOME:-}/.slipway}/runs/$2`;

/** `alive PID START`: true if that very process lives. A number that was given again has another start time. */
const ALIVE = `
began() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }
alive() { [ -n "$1" ] && [ "$(began "$1")" = "$2" ]; }
boot=$(cat /proc/sys/kernel/random/boot_id)
`;

/** `full DIRECTORY`: true if its disk has less than 16 KiB left. */
const FULL = `
full() { [ "$(df -P -k "$1" | tail -n 1 | sed 's/  */ /g' | cut -d' ' -f4)" -lt 16 ]; }
`;

/** Arguments: the operation directory, seconds. Runs detached from whoever began it. */
export const RUNNER = `
cd "$1" || exit 1
${ALIVE}
printf 'running    \\n' >"result.$$" || exit 1
printf '%s %s %s\\n' "$$" "$(began $$)" "$boot" >"owner.$$" || exit 1
ln "owner.$$" owner 2>/dev/null || { rm -f "owner.$$" "result.$$"; exit 0; }
mv -f "result.$$" result && rm -f "owner.$$"
timeout -k 10 "$2" /bin/sh ./command <input >output 2>&1 &
worker=$!
printf '%s %s\\n' "$worker" "$(began "$worker")" >worker
(while kill -0 "$worker"; do date +%s >heartbeat; sleep 5; done) >/dev/null 2>&1 &
beating=$!
wait "$worker"
status=$?
rm -f input
printf 'ended %05d\\n' "$status" 1<>result
kill "$beating" 2>/dev/null
exit 0
`;

/** Arguments: work directory, id, the runner, seconds. Standard input: two lines of base64, command and input. */
export const START = `
set -eu
umask 077
${DIRECTORY}
${FULL}
[ ! -e "$d/owner" ] || exit 0
find "\${d%/runs/*}/runs" -mindepth 1 -maxdepth 1 -mtime +30 -exec rm -rf {} + 2>/dev/null || :
mkdir -p "$d"
IFS= read -r command
IFS= read -r input || :
printf %s "$command" | base64 -d >"$d/command.$$"
printf %s "$input" | base64 -d >"$d/input.$$"
[ -s "$d/command.$$" ] || { echo 'the command did not arrive' >&2; exit 1; }
mv -f "$d/input.$$" "$d/input"
mv -f "$d/command.$$" "$d/command"
: >>"$d/output"
nohup /bin/sh -c "$3" sh "$d" "$4" </dev/null >/dev/null 2>&1 &
n=0
until [ -e "$d/owner" ] && [ -e "$d/result" ]; do
  n=$((n + 1))
  if [ "$n" -gt 200 ]; then
    ! full "$d" || { echo 'no space left on device' >&2; exit 1; }
    echo 'nothing took the command over' >&2
    exit 1
  fi
  sleep 0.02 2>/dev/null || sleep 1
done
`;

/**
 * Arguments: work directory, id, bytes to pass over, most bytes, tenths of a second to wait for the end.
 * Prints one line, `absent`, `running`, `ended STATUS` or `lost REASON`, and then the output.
 */
export const LOOK = `
${DIRECTORY}
[ -e "$d/owner" ] || { echo absent; exit 0; }
${ALIVE}
${FULL}
n=0
while :; do
  word=; code=
  read -r word code <"$d/result"
  [ "$word" != ended ] || break
  [ "$n" -lt "$5" ] || break
  n=$((n + 1))
  sleep 0.1 2>/dev/null || { sleep 1; n=$((n + 9)); }
done
if [ "$word" = ended ]; then echo "ended $code"; else
  pid=; began=; booted=; worker=; since=
  read -r pid began booted <"$d/owner"
  [ ! -e "$d/worker" ] || read -r worker since <"$d/worker"
  if [ "$booted" != "$boot" ]; then echo 'lost restarted'
  elif alive "$pid" "$began" || alive "$worker" "$since"; then echo running
  else
    read -r word code <"$d/result"
    if [ "$word" = ended ]; then echo "ended $code"
    elif full "$d"; then echo 'lost full'
    else echo 'lost killed'; fi
  fi
fi
tail -c "+$(($3 + 1))" "$d/output" | head -c "$4"
`;

/** Arguments: work directory, id. Asks the command to end; its time limit passes the word on to all of it. */
export const STOP = `
${DIRECTORY}
${ALIVE}
worker=; since=
[ ! -e "$d/worker" ] || read -r worker since <"$d/worker"
! alive "$worker" "$since" || kill -TERM "$worker"
`;

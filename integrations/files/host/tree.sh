# What the files target does on a host: `sh -c THIS sh VERB DIRECTORY …`.
# This text never changes; whatever differs comes as an argument or stands in the operation's directory.
# Ends with 65 when somebody else changed the tree, with 66 when there is no tree.
set -eu
LC_ALL=C
export LC_ALL
umask 022

verb=$1
directory=$2
records=$directory/.slipway

conflict() {
  printf '%s\n' "$@"
  exit 65
}

# Where the words stand: an operation's directory, made whole by `stage`.
#   new/          the files that take their places
#   new.sums      what they have to be
#   old           paths that are replaced or removed, and old.sums, what they were
#   added         paths that are new   removed    paths that go
#   dirs          directories that are new, parents first
#   marker.json   what lives there afterwards, release.sums its files
#   about.json, tree   for the backup: what was there before, and all its files
operation=
use_operation() {
  operation=$1
  [ -e "$operation/staged" ] || { echo "$operation is not there any more"; exit 1; }
}

# Whoever changes the tree does it alone.
alone() {
  exec 9>"$records/lock"
  flock -w 60 9 || { echo 'another run is changing this directory'; exit 1; }
}

# The files of a list of hashes are all what it says; prints those that are not.
hold() {
  [ -s "$1" ] || return 0
  ! failed=$(sha256sum -c --quiet --strict "$1" 2>/dev/null) || return 0
  printf '%s\n' "${failed:-sha256sum cannot run}" | sed 's/: FAILED.*//'
  return 1
}

# No path of a list is there; prints those that are.
absent() {
  found=0
  while IFS= read -r path; do
    if [ -e "$path" ] || [ -L "$path" ]; then
      printf '%s\n' "$path"
      found=1
    fi
  done <"$1"
  return "$found"
}

# Everything that the plan changes is as the plan saw it.
as_found() {
  cd "$directory"
  wrong=$(hold "$operation/old.sums" | head -n 5) || :
  [ -z "$wrong" ] || conflict 'somebody else changed it since:' "$wrong"
  wrong=$(absent "$operation/added" | head -n 5) || :
  [ -z "$wrong" ] || conflict 'somebody else made it since:' "$wrong"
}

# Copies the paths of a list into a tree of its own, with their modes, owners and times.
copy() {
  [ ! -s "$1" ] || xargs -d '\n' -a "$1" cp "$2" --parents -t "$3" --
}

# Each file of a tree of ours takes its place in the live one, by a rename.
take_places() {
  cd "$1" || return 1
  find . -type d | while IFS= read -r inside; do
    find "$inside" -maxdepth 1 -type f -print0 | xargs -0 -r mv -f -t "$directory/$inside" -- || exit 1
  done
}

scan() {
  backups=$1
  [ -d "$directory" ] || exit 66
  cd "$directory"
  printf 'user\0%s\0' "$(id -u)"
  printf 'disk\0%s\0' "$(df -P -k . | tail -n 1)"
  if [ -e .slipway/live.json ]; then
    printf 'marker\0'
    cat .slipway/live.json
    printf '\0'
  fi
  if [ -e .slipway/proven ]; then
    printf 'proven\0'
    cat .slipway/proven
    printf '\0'
  fi
  for about in "$backups"/backup_*/.slipway/about.json; do
    [ -e "$about" ] || continue
    name=${about%/.slipway/about.json}
    printf 'backup\0%s\0' "${name##*/}"
    cat "$about"
    printf '\0'
  done
  printf 'entries\0'
  set -- -regextype posix-extended '(' -type d -regex "$2" -o -regex "$3" ')' -prune -o
  find . "$@" -printf '%y\0%m\0%U\0%G\0%D\0%s\0%p\0%l\0'
  printf 'hashes\0'
  find . "$@" -type f -print0 | xargs -0 -r sha256sum -z -- || :
}

# What every backup holds, by its name.
inventory() {
  cd "$1"
  find . -path './backup_*/*' ! -path './backup_*/.slipway/*' -type f -print0 | xargs -0 -r sha256sum -z --
}

# Python, for one, runs what it compiled of a file before, as long as size and second of the file are the same: what
# replaces a file is a second later than it at least.
make_later() {
  newest=$(cd "$directory" && xargs -r -d '\n' -a "$partial/old" stat -c %Y -- | sort -n | tail -n 1)
  [ "${newest:-0}" -ge "$(stat -c %Y "$partial/marker.json")" ] || return 0
  find "$partial/new" -type f -exec touch -d "@$((newest + 1))" -- {} +
}

stage() {
  operation=$1
  backups=$2
  if [ -e "$operation/staged" ]; then
    cat >/dev/null
    exit 0
  fi
  [ -d "$directory" ] || exit 66
  mkdir -p "${operation%/*}"
  chmod 700 "$records"
  rm -rf "$operation".partial.*
  partial=$operation.partial.$$
  trap 'rm -rf "$partial"' EXIT
  mkdir "$partial" "$partial/new"
  tar -x -p --numeric-owner -f - -C "$partial"
  for list in "$partial"/from/*; do
    [ -e "$list" ] || continue
    (cd "$backups/${list##*/}" && copy "$list" -a "$partial/new")
  done
  wrong=$(cd "$partial/new" && hold ../new.sums | head -n 5) || :
  [ -z "$wrong" ] || { printf 'what arrived is not what was sent:\n%s\n' "$wrong"; exit 1; }
  make_later
  : >"$partial/staged"
  rm -rf "$operation"
  mv -T "$partial" "$operation"
}

# The whole new tree beside the live one, for programs that look at it.
whole() {
  use_operation "$1"
  rm -rf "$operation/whole"
  mkdir "$operation/whole"
  cd "$directory"
  copy "$operation/same" -a "$operation/whole"
  cp -a "$operation/new/." "$operation/whole/"
}

# Backups are known by their order, and the clock here may have been set back: this one gets the last name.
name_backup() {
  now=$(date -u +%Y%m%d_%H%M%S)
  last=
  for other in "$backups"/backup_????????_??????; do
    case ${other##*/backup_} in
      *[!0-9_]*) ;;
      *) last=${other##*/backup_} ;;
    esac
  done
  if [ -n "$last" ] && [ "$(printf '%s\n' "$now" "$last" | sort | tail -n 1)" = "$last" ]; then
    readable=$(echo "$last" | sed 's/\(....\)\(..\)\(..\)_\(..\)\(..\)\(..\)/\1-\2-\3 \4:\5:\6/')
    now=$(date -u -d "@$(($(date -u -d "$readable" +%s) + 1))" +%Y%m%d_%H%M%S)
  fi
  name=backup_$now
}

backup() {
  use_operation "$1"
  backups=$2
  alone
  mkdir -p "$backups"
  if [ ! -e "$operation/backup" ]; then
    name_backup
    env printf '%s\n' "$name" >"$operation/backup.partial"
    mv "$operation/backup.partial" "$operation/backup"
  fi
  read -r name <"$operation/backup"
  if [ ! -e "$backups/$name" ]; then
    as_found
    partial=$backups/.partial-${operation##*/}
    rm -rf "$partial"
    trap 'rm -rf "$partial"' EXIT
    mkdir "$partial"
    cd "$directory"
    copy "$operation/old" -a "$partial"
    cd "$partial"
    hold "$operation/old.sums"
    mkdir .slipway
    cp "$operation/about.json" "$operation/tree" "$operation/added" .slipway/
    mv -T "$partial" "$backups/$name"
  fi
  printf '%s\n' "$name"
}

swap() {
  use_operation "$1"
  backups=$2
  alone
  [ ! -e "$operation/swapped" ] || exit 0
  if [ ! -e "$operation/swapping" ]; then
    as_found
    read -r name <"$operation/backup"
    # What going back takes is made ready first: renames need no room on a disk that is full.
    rm -rf "$operation/before"
    mkdir "$operation/before"
    cd "$backups/$name"
    copy "$operation/old" -al "$operation/before" 2>/dev/null || copy "$operation/old" -a "$operation/before"
    if [ -e "$records/live.json" ]; then
      ln -f "$records/live.json" "$operation/marker.before"
      : >"$operation/had-marker"
    fi
    ln -f "$operation/marker.json" "$operation/marker.after"
    : >"$operation/swapping"
  fi
  if ! forward; then
    echo 'the files could not all be put in place'
    if back; then
      echo 'everything was put back'
    fi
    exit 1
  fi
  : >"$operation/swapped"
}

forward() {
  cd "$directory" || return 1
  while IFS= read -r made; do
    [ -d "$made" ] || mkdir "$made" || return 1
    chown --reference="$(dirname "./$made")" "$made" 2>/dev/null || :
  done <"$operation/dirs"
  (take_places "$operation/new") || return 1
  xargs -r -d '\n' -a "$operation/removed" rm -f -- || return 1
  hold "$operation/new.sums" || return 1
  absent "$operation/removed" || return 1
  [ ! -e "$operation/marker.after" ] || mv -f "$operation/marker.after" "$records/live.json"
}

# Undoes what `forward` did, however far it came. Writes nothing that needs room.
back() {
  cd "$directory" || return 1
  (take_places "$operation/before") || return 1
  xargs -r -d '\n' -a "$operation/added" rm -f -- || return 1
  tac "$operation/dirs" | xargs -r -d '\n' rmdir --ignore-fail-on-non-empty -- 2>/dev/null || :
  hold "$operation/old.sums" || return 1
  absent "$operation/added" || return 1
  if [ "$operation/marker.before" -ef "$records/live.json" ]; then
    return 0
  elif [ -e "$operation/marker.before" ]; then
    mv -f "$operation/marker.before" "$records/live.json" || return 1
  elif [ ! -e "$operation/had-marker" ]; then
    rm -f "$records/live.json"
  fi
}

restore() {
  use_operation "$1"
  backups=$2
  alone
  [ ! -e "$operation/restored" ] || exit 0
  if [ ! -e "$operation/swapping" ]; then
    : >"$operation/restored"
    exit 0
  fi
  cd "$directory"
  # What is there must be ours, the old or the new: what somebody else wrote since is not thrown away.
  theirs=$(
    cat "$operation/old" "$operation/added" | while IFS= read -r path; do
      [ ! -f "$path" ] || printf '%s\0' "$path"
    done | xargs -0 -r sha256sum -- |
      awk 'live { if (!($0 in ours)) print; next } { ours[$0] }' "$operation/old.sums" "$operation/new.sums" live=1 - |
      cut -c 67- | head -n 5
  )
  [ -z "$theirs" ] || conflict 'somebody else changed it since:' "$theirs"
  if [ ! -d "$operation/before" ]; then
    read -r name <"$operation/backup"
    mkdir "$operation/before"
    (cd "$backups/$name" && copy "$operation/old" -a "$operation/before")
  fi
  back || exit 1
  : >"$operation/restored" 2>/dev/null || :
}

# After it was all put back, nothing of the operation is wanted but its record.
discard() {
  operation=$1
  backups=$2
  [ -e "$operation" ] || exit 0
  rm -rf "$operation/new" "$operation/before" "$operation/whole"
  if [ -e "$operation/backup" ] && { [ -e "$operation/restored" ] || [ ! -e "$operation/swapping" ]; }; then
    read -r name <"$operation/backup"
    rm -rf "${backups:?}/$name"
  fi
}

tidy() {
  operation=$1
  backups=$2
  keep=$3
  records_kept=$4
  env printf '%s' "${operation##*/}" >"$operation/proven"
  mv -f "$operation/proven" "$records/proven"
  rm -rf "$operation/new" "$operation/before" "$operation/whole"
  set --
  for about in "$backups"/backup_*/.slipway/about.json; do
    [ ! -e "$about" ] || set -- "$@" "${about%/.slipway/about.json}"
  done
  while [ "$#" -gt "$keep" ]; do
    rm -rf "$1"
    printf '%s\n' "${1##*/}"
    shift
  done
  cd "$records/operations"
  ls -1t | tail -n "+$((records_kept + 1))" | while IFS= read -r name; do
    [ "$name" = "${operation##*/}" ] || rm -rf "./$name"
  done
}

shift 2
"$verb" "$@"

# Joins the page's modules into one file that reads as they do, without their JSDoc, so that a visitor asks for one file
# and not for fifty:
#
#   awk -v folder=www/js -v entry=lab/index.js -f scripts/bundle.awk
#
# Each module becomes a function's body that gives what it exports. The entry comes last: the file exports what it does;
# one that exports nothing may wait at its top level. A module named by -v apart=… stays a file of its own, for its
# other readers; the entry imports it.
# It knows the few forms of import and export that www/js uses, and stops with the place of any other.

BEGIN {
  print "// Made by scripts/bundle.awk from the modules named below."
  print "const $modules = {};"
  load(entry, 1)
}

function refuse(path, number, why) {
  printf "scripts/bundle.awk: %s/%s:%d: %s\n", folder, path, number, why >"/dev/stderr"
  failed = 1
  exit 1
}

# The module `path` and, before it, all that it imports.
function load(path, is_entry,    count, body, exports, line, number, result, i) {
  state[path] = "open"
  count = number = 0
  exports = ""
  while ((result = (getline line <(folder "/" path))) > 0) {
    number++
    sub(/\r$/, "", line)
    if (line ~ /^ *\/\*\*/ && (line !~ /\*\// || line ~ /\*\/ *$/)) { # JSDoc, not a cast before code
      while (line !~ /\*\// && (getline line <(folder "/" path)) > 0) number++
      continue
    }
    while (line ~ /^import [^;]*$/ && (getline more <(folder "/" path)) > 0) { number++; line = line " " more }
    if (line ~ /^import /) line = imported(path, number, line)
    else if (line ~ /^export /) { exports = exports ", " exported_name(path, number, line); sub(/^export /, "", line) }
    body[++count] = line
  }
  if (result < 0) refuse(path, 0, "there is no such file")
  close(folder "/" path)
  exports = substr(exports, 3)
  printf "\n// --- %s ---\n%s\n", path, is_entry && exports == "" ? "{" : "$modules[\"" path "\"] = (() => {"
  for (i = 1; i <= count; i++) print body[i]
  if (is_entry && exports == "") print "}"
  else printf "return { %s };\n})();\n", exports
  if (is_entry && exports != "") printf "export const { %s } = $modules[\"%s\"];\n", exports, path
  state[path] = "done"
}

# import { a, b as c } from "./other.js";  or  import * as name from "./other.js";
function imported(path, number, line,    names, from) {
  if (line !~ /^import ([{][^{}]*[}]|[*] as [A-Za-z_$][A-Za-z0-9_$]*) from "[.][^"]*";$/)
    refuse(path, number, "an import of another form: " line)
  from = line
  sub(/^[^"]*"/, "", from)
  sub(/";$/, "", from)
  from = resolved(path, from)
  if (apart != "" && from == apart) {
    if (path != entry) refuse(path, number, "only the entry may import " apart)
    print line
    return ""
  }
  if (state[from] == "open") refuse(path, number, from " imports this file itself, by way of others or directly")
  if (state[from] == "") load(from, 0)
  names = line
  sub(/^import /, "", names)
  sub(/ from "[^"]*";$/, "", names)
  sub(/^[*] as /, "", names)
  gsub(/ as /, ": ", names)
  return "const " names " = $modules[\"" from "\"];"
}

# export function name, export async function name, export const name = …, export class name
function exported_name(path, number, line) {
  if (line !~ /^export ((async )?function|const|class) [A-Za-z_$][A-Za-z0-9_$]*/)
    refuse(path, number, "an export of another form: " line)
  sub(/^export ((async )?function|const|class) /, "", line)
  sub(/[^A-Za-z0-9_$].*$/, "", line)
  return line
}

# "../engine/load.js", seen from "worker/index.js", is "engine/load.js".
function resolved(path, address,    here) {
  here = path
  if (!sub(/[^\/]*$/, "", here)) here = ""
  while (address ~ /^[.][.]?\//) {
    if (address ~ /^[.][.]\//) sub(/[^\/]*\/$/, "", here)
    sub(/^[.][.]?\//, "", address)
  }
  return here address
}

END { if (failed) exit 1 }

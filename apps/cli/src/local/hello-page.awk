#!/bin/awk -f
# The page of the hello image: what the provider injected, and what the container reads of its own limits. One process
# makes it: a lease of a tenth of a core waits for every further one.

# The first line of the first of these files that can be read.
function first(path, other,    line) {
  if ((getline line < path) > 0 || (getline line < other) > 0) return line
  return "unknown"
}

function row(name, value) {
  gsub(/&/, "\\&amp;", value); gsub(/</, "\\&lt;", value); gsub(/>/, "\\&gt;", value)
  printf "<tr><th>%s</th><td>%s</td></tr>\n", name, value
}

function cpuLimit(    quota, parts) {
  quota = first("/sys/fs/cgroup/cpu.max", "/sys/fs/cgroup/cpu/cpu.cfs_quota_us")
  if (split(quota, parts, " ") < 2) parts[2] = first("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "")
  return parts[1] ~ /^[0-9]+$/ ? sprintf("%.3f cores", parts[1] / parts[2]) : "unlimited"
}

function uptime(    now, own) {
  split(first("/proc/uptime", ""), now, " ")
  split(first("/proc/1/stat", ""), own, " ")
  return sprintf("%d s", now[1] - own[22] / 100)
}

function injected(    name, names, n, i) {
  for (name in ENVIRON) if (name ~ /^AKASH_/) {
    for (i = n++; i > 0 && names[i - 1] > name; i--) names[i] = names[i - 1]
    names[i] = name
  }
  for (i = 0; i < n; i++) row(names[i], ENVIRON[names[i]])
}

BEGIN {
  printf "Content-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n\r\n"
  print "<!doctype html>"
  print "<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
  print "<title>Hello from Stoa</title>"
  print "<style>"
  print "body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem; color: #1d2433; }"
  print "h1 { font-weight: 600; } table { border-collapse: collapse; width: 100%; margin: 1rem 0 2rem; }"
  print "th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #d8dde6; vertical-align: top; }"
  print "th { width: 14rem; font-weight: 500; color: #4a5568; } td { font-family: ui-monospace, monospace; word-break: break-all; }"
  print "</style>"
  print "<h1>Hello from Stoa</h1>"
  print "<p>This page is served by a container that an auction placed here. It is paid block by block.</p>"
  print "<h2>What the provider injected</h2><table>"
  injected()
  print "</table><h2>What the container reads of itself</h2><table>"
  row("memory limit", first("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes") " bytes")
  row("memory in use", first("/sys/fs/cgroup/memory.current", "/sys/fs/cgroup/memory/memory.usage_in_bytes") " bytes")
  row("CPU limit", cpuLimit())
  row("process limit", first("/sys/fs/cgroup/pids.max", "/sys/fs/cgroup/pids/pids.max"))
  row("host name", first("/proc/sys/kernel/hostname", ""))
  row("uptime", uptime())
  print "</table></html>"
}

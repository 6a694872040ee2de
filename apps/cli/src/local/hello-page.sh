#!/bin/sh
# The page of the hello image: what the provider injected, and what the container reads of its own limits.

first() { for file in "$@"; do [ -r "$file" ] && { cat "$file"; return; }; done; echo unknown; }
escape() { sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g'; }
row() { printf '<tr><th>%s</th><td>%s</td></tr>\n' "$1" "$(printf '%s' "$2" | escape)"; }

memory=$(first /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes)
used=$(first /sys/fs/cgroup/memory.current /sys/fs/cgroup/memory/memory.usage_in_bytes)
if [ -r /sys/fs/cgroup/cpu.max ]; then
  read -r quota period < /sys/fs/cgroup/cpu.max
else
  quota=$(first /sys/fs/cgroup/cpu/cpu.cfs_quota_us)
  period=$(first /sys/fs/cgroup/cpu/cpu.cfs_period_us)
fi
case $quota in
  '' | *[!0-9]*) cpu=unlimited ;;
  *) cpu="$(awk "BEGIN { printf \"%.3f\", $quota / $period }") cores" ;;
esac
pids=$(first /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max)
uptime=$(awk '{ up = $1; getline line < "/proc/1/stat"; n = split(line, f, " "); printf "%d s", up - f[22] / 100 }' /proc/uptime)

printf 'Content-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n\r\n'
cat <<HTML
<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Hello from Stoa</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem; color: #1d2433; }
h1 { font-weight: 600; } table { border-collapse: collapse; width: 100%; margin: 1rem 0 2rem; }
th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #d8dde6; vertical-align: top; }
th { width: 14rem; font-weight: 500; color: #4a5568; } td { font-family: ui-monospace, monospace; word-break: break-all; }
</style>
<h1>Hello from Stoa</h1>
<p>This page is served by a container that an auction placed here. It is paid block by block.</p>
<h2>What the provider injected</h2><table>
HTML
env | grep '^AKASH_' | sort | while IFS='=' read -r name value; do row "$name" "$value"; done
echo '</table><h2>What the container reads of itself</h2><table>'
row "memory limit" "$memory bytes"
row "memory in use" "$used bytes"
row "CPU limit" "$cpu"
row "process limit" "$pids"
row "host name" "$(hostname)"
row "uptime" "$uptime"
echo '</table></html>'

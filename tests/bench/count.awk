# Adds up two files of callgrind (its manual: "Callgrind Format Specification"), and shares the difference by the rows.
#
#   awk -f count.awk -v rows=N SMALL.out LARGE.out
#
# A function's cost is its own and that of its calls. SHA-256 itself is left out: that of the file by the calls into libcrypto, that of a
# key by its blocks, for what the library does around them is to be seen.
function name_of(text,    id) {
  match(text, /^\([0-9]+\)/)
  id = substr (text, 1, RLENGTH)
  if (length (text) > RLENGTH) names[kind, id] = substr (text, RLENGTH + 2)
  return names[kind, id]
}
function value_of(line) { return substr (line, index (line, "=") + 1) }
FNR == 1 { sign = ++files == 1 ? -1 : 1; delete names; object = "" }
/^ob=/ { kind = "ob"; object = name_of(value_of($0)); next }
/^fn=/ { kind = "fn"; fn = name_of(value_of($0)); where[fn] = object; next }
/^cob=/ { kind = "ob"; callee_object = name_of(value_of($0)); next }
/^cfn=/ { kind = "fn"; callee = name_of(value_of($0)); next }
/^c?f[ile]=/ || /^cf[ie]=/ { next }
/^calls=/ { split (value_of($0), part, " "); called[callee] += sign * part[1]; from_calls = 1; next }
/^[0-9+*-]/ {
  cost[fn] += sign * $2
  if (from_calls)
    {
      if (callee_object == "") callee_object = object
      if (callee_object ~ /libcrypto/ && object !~ /libcrypto/) into_crypto[fn] += sign * $2
      if (callee_object ~ /libpq/ && object !~ /libpq/) into_libpq += sign * $2
    }
  else
    {
      own[fn] += sign * $2
      total += sign * $2
    }
  from_calls = 0
  callee_object = ""
}
function share(cost) { return cost / rows }
# budget: what it should cost; limit: what it costs by now and a little more, which fails.
function told(stage, cost, budget, limit) {
  printf "%-34s %6d, budget %d%s%s\n", stage, share(cost) + 0.5, budget, (share(cost) > budget ? ", over it" : ""),
    (share(cost) > limit ? ", and over the limit of " limit : "")
  if (share(cost) > limit) over = 1
}
END {
  # In a stripped library the assembler's functions have no names, or that of the exported one before them.
  for (fn in own) if (where[fn] ~ /libcrypto/ && fn ~ /^(0x|sha256_block|SHA256_Transform)/) blocks += own[fn]
  file_sha = into_crypto["sha256_update"]
  key_blocks = blocks - file_sha
  key = cost["key_make"] - key_blocks
  hash = cost["row_hash_make"]
  told("reading to a record", cost["rows_next"] - file_sha, 700, 700)
  told("converting and encoding", cost["row_convert"] + cost["row_write"] - cost["key_make"] - hash - into_libpq, 1500, 1475)
  told("key, beside SHA-256", key, 300, 320)
  told("row hash", hash, 300, 550)
  told("the whole, beside both", total - file_sha - key_blocks - into_libpq, 3500, 3300)
  printf "%-34s %6d\n%-34s %6d\n%-34s %6d\n", "SHA-256 of the file", share(file_sha), "SHA-256 of the key", share(key_blocks), "libpq", share(into_libpq)
  exit over + 0
}

# What scripts/bench measured: facts.tsv (name, value), then results.tsv (work, who, seconds, processor seconds, KiB), in the order of time.
#
#   awk -f report.awk [-v json=FILE] [-v svg=FILE] [-v page=yes] facts.tsv results.tsv
#
# A ratio is that of a time and of the \copy measured last before it. All figures are medians, but for memory, which is the most. A time
# below zero: it had not ended after so long.
# page=yes writes docs/performance.md instead of the table.
BEGIN {
  FS = "\t"
  n_works = split ("first changed unchanged identical hundred keyed keyless many one pull repull", works, " ")
  label["first"] = "first load, into an empty dimension"; goal["first"] = "2.0 x"
  label["changed"] = "1 % of the rows changed"; goal["changed"] = "1.0 x"
  label["unchanged"] = "other bytes, the same rows"; goal["unchanged"] = "0.8 x"
  label["identical"] = "the same bytes again"; goal["identical"] = "0.05 x"
  label["hundred"] = "100 changed rows"; goal["hundred"] = "0.06 s"
  label["keyed"] = "a fact with a key and a reference, 1 % changed"; goal["keyed"] = "1.2 x"
  label["keyless"] = "a fact without a key, 1 % new"; goal["keyless"] = "1.0 x"
  label["many"] = "small files of 100 rows over 10 tables"; goal["many"] = "100 files a second"
  label["one"] = "one small file, from its move to its end"; goal["one"] = "p99 0.1 s"
  label["pull"] = "first pull of a table of PostgreSQL"; goal["pull"] = "2.0 x"
  label["repull"] = "the same pull once more, nothing changed"; goal["repull"] = "1.0 x"
}
function of_copy(work) { return work ~ /pull$/ ? "copy-pull" : work ~ /^key/ ? "copy-fact" : "copy" }
function has_ratio(work) { return work != "many" && work != "one" && work != "hundred" }
# The value of which "share" are not larger; sorts by insertion.
function share_of(list, n, share,    i, j, value, at) {
  for (i = 2; i <= n; i++)
    {
      value = list[i]
      for (j = i - 1; j >= 1 && list[j] > value; j--)
        list[j + 1] = list[j]
      list[j + 1] = value
    }
  at = int (n * share + 0.999999)
  return n == 0 ? 0 : list[at < 1 ? 1 : at]
}
function middle(values, key, n, share,    i, list) {
  for (i = 1; i <= n; i++)
    list[i] = values[key, i]
  return share_of(list, n, share)
}
FNR == NR { fact[$1] = $2; order[++n_facts] = $1; next }
{
  key = $1 SUBSEP $2
  if ($1 !~ /^copy/ && ! ($2 in seen)) { seen[$2]; whos[++n_whos] = $2 }
  if ($3 < 0) { given_up[key] = -$3; next }
  count[key]++
  seconds[key, count[key]] = $3
  processor[key, count[key]] = $4
  if ($5 > most[$2]) most[$2] = $5
  if ($1 ~ /^copy/) last[$1] = $3
  else if (last[of_copy($1)] > 0) ratio[key, ++ratios[key]] = $3 / last[of_copy($1)]
}
function figure(work, who,    key, time) {
  key = work SUBSEP who
  if (key in given_up) return sprintf ("not ended after %d s", given_up[key])
  if (count[key] == 0) return ""
  time = middle(seconds, key, count[key], 0.5)
  if (work == "many") return sprintf ("%.0f files a second", fact["files"] / time)
  if (work == "one") return sprintf ("p50 %.3f s, p99 %.3f s", time, middle(seconds, key, count[key], 0.99))
  if (! has_ratio(work) || ratios[key] == 0) return sprintf ("%.3f s", time)
  return sprintf ("%.2f x (%.2f s; %.2f to %.2f)", middle(ratio, key, ratios[key], 0.5), time, middle(ratio, key, ratios[key], 0), middle(ratio, key, ratios[key], 1))
}
function copy_line(work) {
  return sprintf ("%.2f s (%.2f to %.2f)", middle(seconds, work SUBSEP "copy", count[work, "copy"], 0.5), middle(seconds, work SUBSEP "copy", count[work, "copy"], 0), middle(seconds, work SUBSEP "copy", count[work, "copy"], 1))
}
function print_table(left, right,    i, j, line) {
  line = left "work" right "goal" right "weir"
  for (j = 1; j <= n_whos; j++) if (whos[j] != "weir") line = line right whos[j]
  print line (left != "" ? " |" : "")
  if (left != "") { line = "|---|---|---"; for (j = 1; j <= n_whos; j++) if (whos[j] != "weir") line = line "|---"; print line "|" }
  for (i = 1; i <= n_works; i++)
    {
      if (count[works[i], "weir"] == 0) continue
      line = left label[works[i]] right goal[works[i]] right figure(works[i], "weir")
      for (j = 1; j <= n_whos; j++) if (whos[j] != "weir") line = line right figure(works[i], whos[j])
      print line (left != "" ? " |" : "")
    }
}
function escape(text) { gsub (/\\/, "\\\\", text); gsub (/"/, "\\\"", text); return text }
function write_json(file,    i, j, key, comma) {
  print "{" >file
  for (i = 1; i <= n_facts; i++) printf "  \"%s\": \"%s\",\n", escape(order[i]), escape(fact[order[i]]) >file
  printf "  \"works\": [" >file
  for (i = 1; i <= n_works; i++)
    for (j = 1; j <= n_whos; j++)
      {
        key = works[i] SUBSEP whos[j]
        if (count[key] == 0) continue
        printf "%s\n    {\"work\": \"%s\", \"who\": \"%s\", \"times\": %d, \"seconds\": %.4f, \"p99_seconds\": %.4f, \"processor_seconds\": %.4f, \"ratio_to_copy\": %s}", comma, works[i], escape(whos[j]), count[key], middle(seconds, key, count[key], 0.5), middle(seconds, key, count[key], 0.99), middle(processor, key, count[key], 0.5), (ratios[key] ? sprintf ("%.3f", middle(ratio, key, ratios[key], 0.5)) : "null") >file
        comma = ","
      }
  print "\n  ]\n}" >file
}
# Bars, a group for each work that has a ratio.
function write_svg(file,    i, j, y, value, width, scale, most_ratio) {
  for (i = 1; i <= n_works; i++)
    for (j = 1; j <= n_whos; j++)
      if (has_ratio(works[i]) && ratios[works[i], whos[j]] > 0)
        {
          value = middle(ratio, works[i] SUBSEP whos[j], ratios[works[i], whos[j]], 0.5)
          if (value > most_ratio) most_ratio = value
        }
  scale = 420 / (most_ratio > 1 ? most_ratio : 1)
  y = 40
  body = ""
  for (i = 1; i <= n_works; i++)
    {
      if (! has_ratio(works[i]) || ratios[works[i], "weir"] == 0) continue
      body = body sprintf ("<text x=\"10\" y=\"%d\" font-weight=\"bold\">%s</text>\n", y + 12, label[works[i]])
      y += 18
      for (j = 1; j <= n_whos; j++)
        {
          if (ratios[works[i], whos[j]] == 0) continue
          value = middle(ratio, works[i] SUBSEP whos[j], ratios[works[i], whos[j]], 0.5)
          body = body sprintf ("<text x=\"110\" y=\"%d\" text-anchor=\"end\">%s</text><rect x=\"120\" y=\"%d\" width=\"%.1f\" height=\"12\" fill=\"%s\"/><text x=\"%.1f\" y=\"%d\">%.2f</text>\n", y + 11, whos[j], y, value * scale, whos[j] == "weir" ? "#1f77b4" : "#bbbbbb", 125 + value * scale, y + 11, value)
          y += 16
        }
      y += 10
    }
  printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"620\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">\n", y + 10 >file
  printf "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n<text x=\"10\" y=\"20\" font-size=\"14\">Time of a load, in \\copy of the same %s rows (less is better)</text>\n", fact["rows"] >file
  printf "<line x1=\"%.1f\" y1=\"30\" x2=\"%.1f\" y2=\"%d\" stroke=\"#d62728\" stroke-dasharray=\"4 3\"/>\n", 120 + scale, 120 + scale, y >file
  printf "%s</svg>\n", body >file
}
END {
  if (page != "")
    {
      print "# How fast it is\n"
      print "Made by `scripts/bench --write`; not to be changed by hand. One x is the time of psql's `\\copy` of the same rows into an unlogged typed"
      print "table, measured in alternation with the load, on the same embedded server. Medians of " fact["rounds"] " rounds, the least and the most behind them;"
      print "a load is the whole of it: reading, keys, staging, history, archive. Of pulls one x is `psql -c copy | psql -c copy` into a table with a primary key.\n"
      print "![The same as bars](performance.svg)\n"
      print_table("| ", " | ")
      print "\n`\\copy` alone: " copy_line("copy") " of " fact["rows"] " rows of six columns" (count["copy-fact", "copy"] ? "; of the fact's four " copy_line("copy-fact") : "") (count["copy-pull", "copy"] ? "; psql to psql, of seven, " copy_line("copy-pull") : "") "."
      printf "Largest process of weir: %.0f MiB. *By hand* is `\\copy`, one UPDATE, one INSERT, in tests/bench/by_hand*.sql.\n\n## Of what\n\n", most["weir"] / 1024
      for (i = 1; i <= n_facts; i++) print "- " order[i] ": " fact[order[i]]
      exit
    }
  print_table("", "; ")
  if (count["copy", "copy"]) print "\\copy: " copy_line("copy")
  if (count["copy-fact", "copy"]) print "\\copy of the fact's rows: " copy_line("copy-fact")
  if (count["copy-pull", "copy"]) print "psql to psql: " copy_line("copy-pull")
  printf "largest process of weir: %.0f MiB\n", most["weir"] / 1024
  if (json != "") write_json(json)
  if (svg != "") write_svg(svg)
}

# A page of docs/ as a manual page: headings, paragraphs, lists, examples, and tables, of which each row becomes a term and what is
# said of it.
#
#   awk -v name=weir-model -v about='...' -v version=VERSION -v date=DATE -f page.awk docs/models.md >weir-model.5

function escaped(text)
{
  gsub(/\\/, "\\e", text)
  gsub(/-/, "\\-", text)
  return text
}

# Links are their texts, `code` and **this** are bold.
function marked(text,    parts, count, i, piece, all)
{
  gsub(/<a id="[^"]*"><\/a>/, "", text)
  while (match(text, /\[[^]]*\]\([^)]*\)/))
  {
    piece = substr(text, RSTART + 1, RLENGTH - 1)
    sub(/\]\([^)]*\)$/, "", piece)
    text = substr(text, 1, RSTART - 1) piece substr(text, RSTART + RLENGTH)
  }
  count = split(text, parts, "`")
  for (i = 1; i <= count; i++)
  {
    piece = escaped(parts[i])
    if (i % 2 == 0)
      piece = "\\fB" piece "\\fR"
    else
      while (match(piece, /\*\*[^*]*\*\*/))
        piece = substr(piece, 1, RSTART - 1) "\\fB" substr(piece, RSTART + 2, RLENGTH - 4) "\\fR" substr(piece, RSTART + RLENGTH)
    all = all piece
  }
  return all
}

function say(text) { print (text ~ /^[.']/ ? "\\&" : "") text }

# A paragraph begins, but for the first one below a heading.
function say_gap() { if (!headed) print ".PP"; headed = 0 }

# What was gathered of a paragraph or an item.
function flush()
{
  if (gathered != "")
    say(marked(gathered))
  gathered = ""
}

function end_block()
{
  flush()
  if (block == "example") { print ".RE"; print ".fi" }
  block = ""
}

function begin_block(kind) { if (block != kind) { end_block(); block = kind; return 1 } return 0 }

function say_row(line,    cells, count, i, first)
{
  gsub(/\\\|/, "\001", line)
  sub(/^\| */, "", line)
  sub(/ *\|$/, "", line)
  count = split(line, cells, / *\| */)
  for (i = 1; i <= count; i++)
    gsub(/\001/, "|", cells[i])
  if (begin_block("table"))
  {
    for (i in heads)
      delete heads[i]
    for (i = 1; i <= count; i++)
      heads[i] = cells[i]
    return
  }
  if (line ~ /^-+/ && cells[1] ~ /^-+$/ && cells[2] ~ /^-*$/ && !in_rows[NR - 1])
    return
  headed = 0
  first = cells[1] == "-" ? 2 : 1
  print ".TP"
  say(marked(cells[first]))
  for (i = first + 1; i <= count; i++)
    if (cells[i] != "")
    {
      say((i > 2 && heads[i] != "" ? escaped(heads[i]) ": " : "") marked(cells[i]))
      if (i < count)
        print ".br"
    }
}

BEGIN {
  print ".TH " toupper(escaped(name)) " 5 \"" date "\" \"weir " version "\" \"weir\""
  print ".SH NAME"
  print escaped(name) " \\- " escaped(about)
  print ".SH DESCRIPTION"
  headed = 1
}

/^# / { next }
/^## / { end_block(); print ".SH " toupper(marked(substr($0, 4))); headed = 1; next }
/^###+ / { end_block(); sub(/^#+ /, ""); print ".SS " marked($0); headed = 1; next }
/^\|/ { say_row($0); next }
/^    / && (block == "example" || gathered == "") {
  if (begin_block("example")) { say_gap(); print ".nf"; print ".RS 4" }
  say(escaped(substr($0, 5)))
  next
}
/^$/ { if (block == "example") say(""); else { flush(); if (block != "") block = "gap" } next }
/^- \[[^]]*\]\(#[^)]*\)$/ { next } # a table of contents
/^[-*] / { end_block(); headed = 0; print ".IP \\(bu 2"; gathered = substr($0, 3); block = "item"; next }
/^[0-9]+\. / { end_block(); headed = 0; print ".IP " $1 " 4"; sub(/^[0-9]+\. /, ""); gathered = $0; block = "item"; next }
{
  sub(/^ +/, "")
  if (block != "text" && block != "item") { end_block(); say_gap(); block = "text" }
  gathered = gathered (gathered == "" ? "" : " ") $0
}

END {
  end_block()
  print ".SH SEE ALSO"
  print "\\fBweir\\fR(1), \\fBweir\\-settings\\fR(5), \\fBweir\\-model\\fR(5)"
}

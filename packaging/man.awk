# Manual pages of the commands, from what `weir help --all` prints: FOLDER/weir.1, and FOLDER/weir-COMMAND.1 for each.
#
#   weir help --all | awk -v folder=FOLDER -v version=VERSION -v date=DATE -f man.awk
#
# The help of a command is: "Usage:" and a line of it, the summary, "Options:" with a line each, and paragraphs; lines of a
# paragraph that are indented are examples. The words of a command (weir ledger) come behind it, and become parts of its page.

function escaped(text)
{
  gsub(/\\/, "\\e", text)
  gsub(/-/, "\\-", text)
  return text
}

# `code` is bold.
function marked(text,    parts, count, i, all)
{
  count = split(text, parts, "`")
  for (i = 1; i <= count; i++)
    all = all (i % 2 == 0 ? "\\fB" escaped(parts[i]) "\\fR" : escaped(parts[i]))
  return all
}

# Paragraphs begin with what is in them.
function say(text)
{
  if (gap)
    print ".PP" > page
  gap = 0
  print text > page
}

function say_text(text) { say((text ~ /^[.']/ ? "\\&" : "") text) }

function begin_page(name, summary)
{
  page = folder "/" name ".1"
  say(".TH " toupper(escaped(name)) " 1 \"" date "\" \"weir " version "\" \"weir\"")
  say(".SH NAME")
  say(escaped(name) " \\- " escaped(summary))
}

function end_page()
{
  if (page == "")
    return
  say_options()
  say(".SH EXIT STATUS")
  say("0 done; 1 a file was refused or held, or rows were rejected; 2 usage, settings or a model; 3 the database; 4 the local disk.")
  say("Whatever else a command ends with is said above.")
  say(".SH SEE ALSO")
  say("\\fBweir\\fR(1), \\fBweir\\-settings\\fR(5), \\fBweir\\-model\\fR(5)")
  close(page)
}

function end_examples()
{
  gap = 0
  if (in_examples) { say(".RE"); say(".fi") }
  in_examples = 0
}

# "  -t, --table=TABLE     Load into this table"; those of a page stand below its description.
function keep_option(line,    at)
{
  sub(/^ +/, "", line)
  at = match(line, /  +/)
  options = options "\n.TP\n\\fB" escaped(substr(line, 1, at - 1)) "\\fR\n" escaped(substr(line, at + RLENGTH))
}

function say_options()
{
  end_examples()
  if (options != "")
    say((had_words[page] ? "" : ".SH OPTIONS\n") substr(options, 2))
  options = ""
}

function say_description(line)
{
  if (line ~ /^  /)
  {
    if (in_examples && blank) say("")
    blank = 0
    if (!in_examples) { gap = 1; say(".nf"); say(".RS 4") }
    in_examples = 1
    say_text(escaped(substr(line, 3)))
    return
  }
  if (line == "" && in_examples)
    blank = 1
  else if (line == "")
    gap = 1
  else
  {
    if (in_examples) { end_examples(); gap = 1 }
    say_text(marked(line))
  }
}

/^\f/ {
  name = substr($0, 2)
  is_word = name ~ / /
  part = name == "" ? "overview" : "usage"
  if (!is_word && name != "")
    end_page()
  next
}

part == "overview" && NR == 2 { about = $0 }
part == "overview" && /^Exit codes:/ { part_of_overview = "codes" }
part == "overview" && part_of_overview == "codes" { codes = codes " " $0 }
part == "overview" { next }

part == "usage" && /^  weir / { usage = substr($0, 3); sub(/OPTION…/, "OPTION...", usage); next }
part == "usage" && /^Usage:|^$/ { next }
part == "usage" && is_word {
  say_options()
  if (!had_words[page]++)
    say(".SH WORDS")
  say(".SS \"" escaped(substr(usage, 6)) "\"")
  say(escaped($0) ".")
  part = "options"
  next
}
part == "usage" {
  names[++count] = name
  summaries[name] = $0
  begin_page("weir-" name, $0)
  say(".SH SYNOPSIS")
  say(".B " escaped(usage))
  part = "options"
  next
}
part == "options" && /^Options:|^$/ { next }
part == "options" && /^  / { keep_option($0); next }
part == "options" {
  if (!is_word)
    say(".SH DESCRIPTION")
  else
    gap = 1
  part = "description"
}
part == "description" && /^Words:/ { part = "words" }
part == "words" && /^$/ { part = "description"; next }
part == "words" { next }
part == "description" { say_description($0) }

END {
  end_page()
  begin_page("weir", "loads CSV files into a PostgreSQL warehouse, with history")
  say(".SH SYNOPSIS")
  say(".B weir")
  say("\\fICOMMAND\\fR [\\fIOPTION\\fR...] [\\fIARGUMENT\\fR...]")
  say(".SH DESCRIPTION")
  say(escaped(about))
  say("A file that is dropped into the folder imports of a home, named after a table, is loaded into the staging schema, compared with")
  say("what the warehouse knows, and archived.")
  say(".PP")
  say("A home is a folder with weir.json or .weir/. Commands work in the one that \\fB\\-\\-home\\fR or WEIR_HOME names, else in the nearest")
  say("folder from the current one upwards. That of the service is /var/lib/weir:")
  say(".PP")
  say(".nf")
  say(".RS 4")
  say("sudo \\-u weir weir status \\-\\-home /var/lib/weir")
  say(".RE")
  say(".fi")
  say(".SH COMMANDS")
  for (i = 1; i <= count; i++)
  {
    say(".TP")
    say("\\fBweir\\-" escaped(names[i]) "\\fR(1)")
    say(escaped(summaries[names[i]]))
  }
  sub(/^ Exit codes: */, "", codes)
  say(".SH EXIT STATUS")
  say(escaped(codes))
  say(".SH FILES")
  say(".TP")
  say("\\fIweir.json\\fR, \\fI/etc/weir/weir.json\\fR")
  say("The settings of a home, and those of the service's home: \\fBweir\\-settings\\fR(5).")
  say(".TP")
  say("\\fImodels/TABLE.json\\fR")
  say("What a table means: \\fBweir\\-model\\fR(5).")
  say(".TP")
  say("\\fIimports/\\fR, \\fIarchive/\\fR, \\fIfailed/\\fR")
  say("Where files are dropped, and where they go.")
  say(".SH SEE ALSO")
  say("\\fBweir\\-settings\\fR(5), \\fBweir\\-model\\fR(5), the pages in the folder doc/weir beside this one")
  close(page)
}

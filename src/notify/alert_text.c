#include "src/notify/alert_text.h"

#include "base/text.h"

#include <string.h>

#define RUN_SHOWN 8   /* digits of its id */
#define LINE_MOST 500 /* bytes: all of a message fits into a pipe, so that nobody waits for a command which does not read */

/* What is said of one file, and of several; what is not lost then. */
typedef struct
{
  const char *one, *many;
  const char *kept;
} Words;

static const Words words_of[] = {
  [ALERT_REFUSED] = { " was refused", " were refused", NULL },
  [ALERT_HELD] = { " is held", " are held", "Nothing of it is loaded yet: it waits for your decision, and others go on." },
  [ALERT_REJECTS] = { " has rejected rows", " have rejected rows",
                      "All other rows are loaded; rejected ones are kept as they were in the file." },
  [ALERT_DRIFT] = { " has other columns than before", " have other columns than before",
                    "Its rows are loaded. What a missing column had stays as it is known." },
  [ALERT_LATE] = { " came late", " came late", "Its rows are loaded, each at its place in history." },
  [ALERT_APPLIED] = { " was loaded", " were loaded", NULL },
};

static const char *
text_of (const Json *item, const char *name)
{
  return json_string_value (json_object_get (item, name));
}

static int64_t
number_of (const Json *item, const char *name)
{
  return json_integer_value (json_object_get (item, name));
}

/* A name that begins no line, and turns no text. Owned by the caller. */
static char *
shown (const char *name)
{
  return text_printable (name != NULL ? name : "", name != NULL ? strlen (name) : 0, 200);
}

static bool
find_kind (const char *rule, AlertKind *ret_kind)
{
  for (unsigned kind = 0; alert_words[kind] != NULL; kind++)
    if (g_str_equal (alert_words[kind], rule))
      return *ret_kind = (AlertKind) kind, true;
  return false;
}

/* ---- what happened ---- */

static void G_GNUC_PRINTF (2, 3) add (GPtrArray *lines, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (strlen (text) > LINE_MOST)
    {
      char *end = g_utf8_find_prev_char (text, text + LINE_MOST);
      strcpy (end != NULL ? end : text, "...");
    }
  g_ptr_array_add (lines, text_printable (text, strlen (text), SIZE_MAX));
}

/* What weir itself says in several lines. */
static void
add_lines (GPtrArray *lines, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "\n", -1);
  for (char **part = parts; *part != NULL; part++)
    add (lines, "%s", *part);
}

static void
add_error (GPtrArray *lines, const char *file, const Json *item)
{
  g_autoptr (Json) summary = text_of (item, "summary") != NULL ? json_loads (text_of (item, "summary"), 0, NULL) : NULL;
  const Json *error = json_object_get (summary, "error");
  const char *message = text_of (error, "message");
  if (message == NULL)
    return;
  int64_t line = number_of (error, "line");
  g_autofree char *where = line > 0 ? g_strdup_printf (" (line %" G_GINT64_FORMAT ")", line) : g_strdup ("");
  if (strstr (message, file) != NULL)
    add (lines, "%s%s", message, where);
  else
    add (lines, "%s: %s%s", file, message, where);
  /* The detail of many rejects is the first of them. */
  bool quotes = json_is_true (json_object_get (item, "personal")) || text_of (item, "rejects") != NULL;
  if (!quotes && text_of (error, "detail") != NULL)
    add_lines (lines, text_of (error, "detail"));
}

static void
add_counts (AlertKind kind, GPtrArray *lines, const char *file, const Json *item)
{
  g_autofree char *rejected = text_count (number_of (item, "rejected")), *read = text_count (number_of (item, "read"));
  int64_t late = number_of (item, "late"), overtook = number_of (item, "overtook");
  if (kind == ALERT_REJECTS)
    add (lines, "%s: %s of %s rows were rejected", file, rejected, read);
  else if (kind == ALERT_APPLIED)
    add (lines, "%s: %s rows read, %s rejected", file, read, rejected);
  else if (kind == ALERT_LATE && overtook > 0)
    add (lines, "%s is older than %" G_GINT64_FORMAT " file%s of its table that %s loaded before it", file, overtook,
         overtook == 1 ? "" : "s", overtook == 1 ? "was" : "were");
  else if (kind == ALERT_LATE)
    add (lines, "%s: %" G_GINT64_FORMAT " row%s true since before what the table had", file, late, late == 1 ? " is" : "s are");
}

static void
add_item (AlertKind kind, GPtrArray *lines, const Json *item)
{
  g_autofree char *file = shown (text_of (item, "file"));
  const char *table = text_of (item, "table"), *text = text_of (item, "text");
  if (kind == ALERT_REFUSED || kind == ALERT_HELD)
    add_error (lines, file, item);
  add_counts (kind, lines, file, item);
  if (text != NULL && file[0] != '\0' && strstr (text, file) != NULL)
    add (lines, "%s", text);
  else if (text != NULL && file[0] != '\0')
    add (lines, "%s: %s", file, text);
  else if (text != NULL)
    add (lines, "%s%s%s", table != NULL ? table : "", table != NULL && table[0] != '\0' ? ": " : "", text);
  if (kind != ALERT_APPLIED && text_of (item, "rejects") != NULL)
    add_lines (lines, text_of (item, "rejects"));
}

/* ---- what is not lost ---- */

static char *
tell_refused (const AlertFacts *facts)
{
  const Json *item = json_array_get (facts->items, 0);
  g_autofree char *place = shown (text_of (item, "place"));
  if (facts->alerts > 1)
    return g_strdup (
        "Nothing of these files was loaded, and nothing is lost: they are in the folder of failed files, or where they were.");
  if (g_strcmp0 (text_of (item, "disposition"), "failed") == 0)
    return g_strdup_printf ("Nothing of it was loaded, and nothing is lost: the file is %s.", place);
  return g_strdup (
      "Nothing of it was loaded, and nothing is lost: the file stays where it is, and is tried again when that is mended.");
}

static char *
tell_kept (const AlertFacts *facts, AlertKind kind)
{
  if (kind == ALERT_REFUSED)
    return tell_refused (facts);
  if (kind == ALERT_STALE || kind == ALERT_PULL)
    return g_strdup ("What is loaded stays as it is.");
  if (kind == ALERT_PUSH)
    return g_strdup ("Nothing is lost: what runs changed waits here, and is delivered when that is mended.");
  if (kind == ALERT_DATABASE_AWAY)
    return g_strdup ("Nothing is lost: files wait in the drop folder, and are loaded when it is back.");
  if (kind == ALERT_RECOVERED)
    return NULL;
  const char *kept = words_of[kind].kept;
  return kept != NULL && facts->alerts > 1 && kind == ALERT_HELD
             ? g_strdup ("Nothing of them is loaded yet: they wait for your decision, and others go on.")
             : g_strdup (kept);
}

/* ---- what to type ---- */

static void
add_commands_of_run (AlertKind kind, GPtrArray *commands, const Json *item)
{
  g_autofree char *run = g_strndup (text_of (item, "run"), RUN_SHOWN);
  bool rejects = text_of (item, "rejects") != NULL && kind != ALERT_APPLIED;
  add (commands, "weir %s %s", rejects ? "rejects" : "runs", run);
  bool left = g_strcmp0 (text_of (item, "disposition"), "left") == 0;
  if (kind == ALERT_REFUSED && left)
    add (commands, "weir check");
  else if (kind == ALERT_REFUSED)
    add (commands, "weir retry %s", run);
  if (kind != ALERT_HELD)
    return;
  add (commands, "weir approve %s", run);
  add (commands, "weir discard %s", run);
}

static void
add_commands (const AlertFacts *facts, AlertKind kind, GPtrArray *commands)
{
  const Json *item = json_array_get (facts->items, 0);
  if (facts->alerts == 1 && text_of (item, "run") != NULL)
    add_commands_of_run (kind, commands, item);
  else if (kind == ALERT_DATABASE_AWAY)
    add (commands, "weir check");
  else if (kind == ALERT_STALE && facts->alerts > 0)
    add (commands, "weir schedule");
  else if (kind == ALERT_PULL && facts->alerts > 0)
    add (commands, "weir jobs");
  else if (kind == ALERT_PUSH && facts->alerts > 0)
    add (commands, "weir push --list");
  else if (facts->alerts > 1 && facts->table[0] != '\0' && kind != ALERT_RECOVERED)
    add (commands, "weir runs --table %s", facts->table);
  if (facts->alerts > 1 || kind >= ALERT_STALE)
    add (commands, "weir status");
}

/* ---- all of it ---- */

static char *
make_title (const AlertFacts *facts, AlertKind kind)
{
  const Json *item = json_array_get (facts->items, 0);
  g_autofree char *file = shown (text_of (item, "file")), *count = text_count (facts->alerts), *tables = text_count (facts->tables);
  g_autofree char *whose =
      facts->tables > 1 ? g_strdup_printf ("%s tables", tables) : g_strdup (facts->table[0] != '\0' ? facts->table : "a table");
  if (kind == ALERT_DATABASE_AWAY)
    return g_strdup ("the database is away");
  if (kind == ALERT_RECOVERED && facts->table[0] == '\0' && facts->tables <= 1)
    return g_strdup ("the database is back");
  if (kind == ALERT_RECOVERED)
    return g_strdup_printf ("%s %s as expected again", whose, facts->tables > 1 ? "are" : "is");
  if (kind == ALERT_STALE)
    return g_strdup_printf ("a file of %s did not come", whose);
  if (kind == ALERT_PULL)
    return g_strdup_printf ("%s cannot be pulled", whose);
  if (kind == ALERT_PUSH)
    return g_strdup_printf ("%s cannot be delivered", whose);
  if (facts->alerts == 1 && g_strcmp0 (text_of (item, "kind"), "rows") == 0)
    return g_strdup_printf ("%s has more or fewer rows than expected", file);
  if (facts->alerts == 1)
    return g_strdup_printf ("%s%s", file, words_of[kind].one);
  return g_strdup_printf ("%s files of %s%s", count, whose, words_of[kind].many);
}

static AlertText *
new_text (void)
{
  AlertText *text = g_new0 (AlertText, 1);
  text->lines = g_ptr_array_new_with_free_func (g_free);
  text->commands = g_ptr_array_new_with_free_func (g_free);
  return text;
}

AlertText *
alert_text_new (const AlertFacts *facts)
{
  AlertText *text = new_text ();
  AlertKind kind;
  if (!find_kind (facts->rule, &kind))
    {
      text->title = g_strdup ("a test");
      add (text->lines, "Somebody typed `weir notify test`: alerts arrive here.");
      return text;
    }
  text->title = make_title (facts, kind);
  for (size_t i = 0; i < json_array_size (facts->items); i++)
    add_item (kind, text->lines, json_array_get (facts->items, i));
  int64_t more = facts->alerts - (int64_t) json_array_size (facts->items);
  g_autofree char *count = text_count (more);
  if (more > 0)
    add (text->lines, "and %s more", count);
  text->kept = tell_kept (facts, kind);
  add_commands (facts, kind, text->commands);
  return text;
}

void
alert_text_free (AlertText *text)
{
  g_free (text->title);
  g_ptr_array_unref (text->lines);
  g_free (text->kept);
  g_ptr_array_unref (text->commands);
  g_free (text);
}

char *
alert_text_plain (const AlertText *text, const char *home)
{
  GString *plain = g_string_new (NULL);
  for (guint i = 0; i < text->lines->len; i++)
    g_string_append_printf (plain, "%s\n", (const char *) text->lines->pdata[i]);
  if (text->kept != NULL)
    g_string_append_printf (plain, "\n%s\n", text->kept);
  for (guint i = 0; i < text->commands->len; i++)
    g_string_append_printf (plain, "%s    %s\n", i == 0 ? "\n" : "", (const char *) text->commands->pdata[i]);
  g_string_append_printf (plain, "\n%s\n", home);
  return g_string_free (plain, FALSE);
}

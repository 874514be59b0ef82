#include "src/report/forgotten_show.h"

#include "base/text.h"
#include "schema/sql.h"
#include "src/report/show.h"

#include <stdio.h>

static int64_t
number_of (const Json *json, const char *member)
{
  return json_integer_value (json_object_get (json, member));
}

static void
print_count (const Json *counts, const char *member, const char *one, const char *more)
{
  int64_t count = number_of (counts, member);
  g_autofree char *figure = text_count (count);
  if (count > 0)
    printf ("  %s %s\n", figure, count == 1 ? one : more);
}

/* A slip in the key is seen by that. */
static void
print_nothing (const Json *report)
{
  const char *member;
  Json *count;
  int64_t sum = 0;
  json_object_foreach (json_object_get (report, "counts"), member, count)
    sum += json_integer_value (count);
  if (sum == 0 && json_array_size (json_object_get (report, "files")) == 0)
    puts ("  nothing of it was found; its mark keeps later files from bringing it");
}

static void
print_file (const Json *file)
{
  int64_t removed = number_of (file, "removed"), blanked = number_of (file, "blanked");
  g_autofree char *place = text_lines_printable (json_string_value (json_object_get (file, "place")));
  g_autofree char *gone = text_count (removed), *changed = text_count (blanked);
  printf ("  %s:", place);
  if (removed > 0)
    printf (" %s record%s cut out%s", gone, removed == 1 ? "" : "s", blanked > 0 ? "," : "");
  if (blanked > 0)
    printf (" %s record%s without the key", changed, blanked == 1 ? "" : "s");
  puts (removed + blanked == 0 ? " as an earlier call has left it" : "");
}

void
forgotten_print (const Json *report)
{
  const Json *counts = json_object_get (report, "counts");
  int64_t keys = number_of (report, "keys");
  g_autofree char *figure = text_count (keys);
  printf ("%s: %s key%s\n", json_string_value (json_object_get (report, "table")), figure, keys == 1 ? "" : "s");
  print_count (counts, "rows", "row or version", "rows or versions");
  print_count (counts, "facts_null", "row of a fact, which refers to nobody then", "rows of facts, which refer to nobody then");
  print_count (counts, "facts_deleted", "row of a fact, which goes, too", "rows of facts, which go, too");
  print_count (counts, "waiting", "row that waits", "rows that wait");
  print_count (counts, "rejects", "reject", "rejects");
  print_count (counts, "staged", "row in staging", "rows in staging");
  print_count (counts, "overwritten", "row as it was before it was overwritten", "rows as they were before they were overwritten");
  if (keys > 0)
    print_nothing (report);
  size_t i;
  Json *file;
  json_array_foreach (json_object_get (report, "files"), i, file)
    print_file (file);
  json_array_foreach (json_object_get (report, "unreached"), i, file)
    {
      g_autofree char *place = text_lines_printable (json_string_value (json_object_get (file, "place")));
      g_autofree char *problem = text_lines_printable (json_string_value (json_object_get (file, "problem")));
      printf ("NOT REACHED:  %s %s\n", place, problem);
    }
  const char *unmodelled = json_string_value (json_object_get (report, "not_searched"));
  if (unmodelled != NULL)
    printf ("NOTE:  tables without a model were not searched: %s\n", unmodelled);
}

Json *
forgotten_list (Db *db, const char *table, GError **error)
{
  const SqlVar var = { "table", table };
  g_autoptr (DbResult) rows = NULL;
  if (!sql_run (db, "forgotten/list", &var, 1, &rows, error))
    return NULL;
  Json *list = json_array ();
  for (int row = 0; row < db_result_rows (rows); row++)
    json_array_append_new (list,
                           json_pack ("{s:s, s:I, s:s, s:s, s:I}", "table", db_result_value (rows, row, 0), "keys",
                                      (json_int_t) db_result_int64 (rows, row, 1), "first", db_result_value (rows, row, 2), "last",
                                      db_result_value (rows, row, 3), "files_due", (json_int_t) db_result_int64 (rows, row, 4)));
  return list;
}

void
forgotten_print_list (const Json *list)
{
  size_t i;
  Json *of_table;
  if (json_array_size (list) == 0)
    puts ("Nobody is forgotten.");
  json_array_foreach (list, i, of_table)
    {
      const char *table = json_string_value (json_object_get (of_table, "table"));
      int64_t keys = number_of (of_table, "keys"), due = number_of (of_table, "files_due");
      g_autofree char *figure = text_count (keys), *files = text_count (due);
      printf ("%s: %s key%s, from %.19s to %.19s UTC\n", table, figure, keys == 1 ? "" : "s",
              json_string_value (json_object_get (of_table, "first")), json_string_value (json_object_get (of_table, "last")));
      if (due > 0)
        printf ("  %s file%s still to be cut: weir forget %s\n", files, due == 1 ? "" : "s", table);
    }
}

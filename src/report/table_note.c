#include "src/report/table_note.h"

#include "src/report/show.h"

#include <stdio.h>

bool
table_has_note (const Table *table)
{
  return table->broken != NULL || table->problem != NULL || (table->model == NULL && !table->of_step) || table->emptied
         || table->gone || table->stale != NULL || table->waiting->len > 0;
}

/* What has become of the rows of a table that has no model, and what to do. */
static void
print_without_model (const Table *table, const char *suggestion)
{
  g_autofree char *meant = suggestion != NULL ? g_strdup_printf ("; did you mean %s?", suggestion) : g_strdup ("");
  const char *name = table->table;
  if (table->gone)
    printf ("%s: its model and its warehouse table are gone%s; to forget it: weir drop %s\n", name, meant, name);
  else if (table->applied)
    printf ("%s: its model is gone; its rows stay in the warehouse, and new files are only staged for review%s\n", name, meant);
  else if (table->staged)
    printf ("%s: no model, staged for review%s; propose one: weir model %s --write\n", name, meant, name);
  else if (table->refill_run != NULL)
    printf ("%s: no model, and its staging table is gone%s; to stage it again: weir retry %.8s\n", name, meant, table->refill_run);
  else
    printf ("%s: no model, and nothing is staged%s\n", name, meant);
}

static void
print_gone (const Table *table)
{
  printf ("%s: its warehouse table is gone; the next file makes it anew", table->table);
  if (table->refill_run != NULL)
    printf (", with what was loaded last: weir retry %.8s", table->refill_run);
  printf ("; to forget it: weir drop %s\n", table->table);
}

static void
print_emptied (const Table *table)
{
  printf ("%s: its staging table was emptied by a crash of the server; ", table->table);
  if (table->refill_run != NULL)
    printf ("to stage it again: weir retry %.8s\n", table->refill_run);
  else
    puts ("the next file fills it again");
}

static void
print_waiting_rows (const Table *table)
{
  for (guint i = 0; i < table->waiting->len; i++)
    {
      const WaitingRows *waiting = g_ptr_array_index (table->waiting, i);
      printf ("%s: %" G_GINT64_FORMAT " row%s wait%s for %s since %s, of run %s\n", table->table, waiting->rows,
              waiting->rows == 1 ? "" : "s", waiting->rows == 1 ? "s" : "", waiting->dimension, waiting->since, waiting->runs);
      if (waiting->refused_file != NULL)
        printf ("  the newest file of %s, %s, was refused: mend it, then weir retry %.8s\n", waiting->dimension,
                waiting->refused_file, waiting->refused_run);
    }
}

void
table_print_note (const Table *table, const Catalog *catalog)
{
  const GError *error = table->broken != NULL ? table->broken->error : table->problem;
  g_auto (Route) route = { 0 };
  catalog_route (catalog, table->table, &route);
  if (error != NULL)
    {
      printf ("%s:\n", table->table);
      show_error (error, "  ");
    }
  else if (table->model == NULL && !table->of_step)
    /* a table that "users (1).csv" has made: its name leads to the model now */
    print_without_model (table, route.model != NULL ? route.table : route.suggestion);
  else if (table->gone)
    print_gone (table);
  if (table->emptied)
    print_emptied (table);
  else if (table->stale != NULL)
    printf ("%s: its staging table shows an older file, for somebody was reading it or has built upon it; the last one's rows are "
            "in %s until the next load\n",
            table->table, table->stale);
  print_waiting_rows (table);
}

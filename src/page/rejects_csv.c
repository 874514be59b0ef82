#include "src/page/rejects_csv.h"

#include "base/error.h"
#include "schema/ledger.h"
#include "src/report/rejected.h"

#include <string.h>

#define PIECE_ROWS 32 /* a row may have megabytes */

typedef struct
{
  PageDb *db;
  Uid id;
  DbResult *run;
  RejectedCsv csv;
  RejectPlace last;
  bool begun;
} Download;

static void
download_free (void *data)
{
  Download *download = data;
  Db *db = page_db_get (download->db, NULL);
  if (db != NULL && download->begun)
    (void) db_exec (db, "reset enable_sort", NULL); /* which ledger_rejects has set, for all that are asked behind it */
  db_result_free (download->run);
  g_free (download);
}

/* False: it cannot go on, and the browser is to notice. */
static bool
next_piece (void *data, GString *piece)
{
  Download *download = data;
  Db *db = page_db_get (download->db, NULL);
  g_autoptr (DbResult) rejects = NULL;
  if (!download->begun)
    rejected_csv_header (&download->csv, piece);
  download->begun = true;
  int rows = PIECE_ROWS;
  /* A page may have nothing but rows that were repaired. */
  while (rows == PIECE_ROWS && piece->len == 0)
    {
      g_clear_pointer (&rejects, db_result_free);
      if (db == NULL || !ledger_rejects (db, download->id, download->last, PIECE_ROWS, &rejects, NULL))
        return false;
      rows = db_result_rows (rejects);
      for (int row = 0; row < rows; row++)
        if (rejected_is_reject (rejects, row))
          rejected_csv_row (&download->csv, rejects, row, piece);
      if (rows > 0)
        download->last = (RejectPlace) { db_result_int64 (rejects, rows - 1, REJECTED_LINE),
                                         db_result_bool (rejects, rows - 1, REJECTED_REPAIRED) };
    }
  return true;
}

/* Corrected and dropped again it finds its table by this name. */
static void
name_file (const char *table, Answer *answer)
{
  g_autofree char *name = g_strcanon (g_strdup (table), G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-", '_');
  g_autofree char *value = g_strdup_printf ("attachment; filename=\"%s_1.csv\"", name);
  answer_header (answer, "Content-Disposition", value);
}

bool
rejects_csv_answer (const Visit *visit, bool safe, Answer *answer, GError **error)
{
  Db *db = page_db_get (visit->page->db, error);
  Uid id;
  g_autoptr (DbResult) run = NULL;
  if (db == NULL || !ledger_find_run (db, visit->parts[1], &id, error) || !ledger_run (db, id, &run, error))
    return false;
  const char *table = db_result_named (run, 0, "table");
  if (rejected_is_personal (visit->page->settings, run))
    return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = "Whoever may see them types `weir rejects RUN --csv`." },
                      "columns of %s have personal data, or its model is gone: its rows are not shown here", table);
  Download *download = g_new0 (Download, 1);
  *download = (Download) { .db = visit->page->db, .id = id, .run = g_steal_pointer (&run) };
  download->csv = rejected_csv (download->run, safe);
  answer->type = "text/csv; charset=utf-8";
  name_file (table, answer);
  answer->more = next_piece;
  answer->data = download;
  answer->free_data = download_free;
  return true;
}

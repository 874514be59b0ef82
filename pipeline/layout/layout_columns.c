#include "pipeline/layout/layout.h"

#include "base/error.h"
#include "base/text.h"

#define MOST_COLUMNS 1600 /* of a table in PostgreSQL */
#define STAGING_COLUMNS 3 /* _line, _id, _hash */

char *
layout_header (const Layout *layout, const Dialect *dialect)
{
  GString *line = g_string_new (NULL);
  for (int i = 0; i < layout->n_columns; i++)
    {
      const LayoutColumn *column = &layout->columns[i];
      g_string_append (line, i > 0 ? dialect->delimiter : "");
      dialect_append_cell (dialect, column->header[0] != '\0' ? column->header : column->name, false, line);
    }
  g_string_append (line, dialect->trailing_delimiter ? dialect->delimiter : "");
  return g_string_free (line, FALSE);
}

bool
layout_check_columns (const Layout *layout, const char *file, GError **error)
{
  const Model *model = layout->model;
  int own = model != NULL ? (int) g_strv_length ((char **) layout_own_names (model)) + (model->id_column != NULL) : 0;
  int stored = 0;
  for (int i = 0; i < layout->n_columns; i++)
    stored += model != NULL && layout->columns[i].stored;
  bool staging = layout->n_columns + layout->n_references + STAGING_COLUMNS > MOST_COLUMNS;
  if (!staging && stored + layout->n_references + own <= MOST_COLUMNS)
    return true;
  g_autofree char *found = text_count (layout->n_columns);
  weir_error (error, WEIR_ERROR_INPUT, "\"%s\" has %s columns; a table of PostgreSQL has at most 1,600, and weir needs %d of them",
              file, found, (staging ? STAGING_COLUMNS : own) + layout->n_references);
  weir_error_detail (error, "Nothing was loaded.");
  weir_error_hint (error, "Split the file into several with fewer columns, or make rows of the columns.");
  weir_error_reason (error, "too_many_columns");
  return false;
}

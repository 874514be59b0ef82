#include "pipeline/cut.h"

#include "base/error.h"
#include "base/fsutil.h"
#include "pipeline/stage/load.h"
#include "pipeline/text/pack.h"
#include "pipeline/text/source.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PIECE_SIZE 65536 /* bytes; even, for units of two */

/* A record: so many lines from that one on. */
typedef struct
{
  int64_t line, lines;
  char *text; /* what is in its place, in the file's encoding; NULL: nothing, and its line end goes, too */
  size_t length;
} Cut;

void
cut_plan_clear (CutPlan *plan)
{
  for (guint i = 0; plan->cuts != NULL && i < plan->cuts->len; i++)
    g_free (g_array_index (plan->cuts, Cut, i).text);
  g_clear_pointer (&plan->cuts, g_array_unref);
  g_clear_pointer (&plan->hashes, g_array_unref);
}

/* ---- finding ---- */

/* NULL: it cannot be written so. Owned by the caller. */
static char *
encode (const char *text, Encoding encoding, size_t *ret_length)
{
  static const char *const charsets[] = {
    [ENCODING_UTF16LE] = "UTF-16LE", [ENCODING_UTF16BE] = "UTF-16BE", [ENCODING_WINDOWS_1252] = "CP1252"
  };
  *ret_length = strlen (text);
  if (encoding == ENCODING_UTF8)
    return g_strdup (text);
  const char *charset = encoding < ENCODING_OTHER ? charsets[encoding] : encoding_charset (encoding);
  return g_convert (text, -1, charset, "UTF-8", NULL, ret_length, NULL);
}

static void
add_cut (CutPlan *plan, const Record *record, char *text)
{
  g_autofree char *owned = text;
  Cut cut = { .line = record->line, .lines = record->lines };
  if (text != NULL)
    cut.text = encode (text, plan->dialect.encoding, &cut.length);
  plan->removed += cut.text == NULL;
  plan->blanked += cut.text != NULL;
  g_array_append_val (plan->cuts, cut);
}

/* What the row was known by, as if nobody were forgotten. */
static void
add_hash (CutPlan *plan, Row *whole, const Record *record, const Row *row)
{
  if (row_convert (whole, record) != ROW_OK)
    return;
  const CutHash hash = { row_hash (whole), row_hash (row) };
  g_array_append_val (plan->hashes, hash);
}

/* *ret_again: a cell contradicts what the sample said of its column, so that nothing is decided. NULL: nobody said anything by a sample. */
static bool
look (const PipelineTask *task, Loaded *loaded, CutPlan *plan, bool *ret_again, GError **error)
{
  const Record *record, *original;
  g_autoptr (Row) row = row_new (loaded->layout, task->options->secret, task->options->secret_length);
  g_autoptr (Row) whole = row_new (loaded->layout, task->options->secret, task->options->secret_length);
  bool bag = layout_is_bag (loaded->layout);
  row_forget (row, task->tombstones);
  for (int64_t n = 0;; n++)
    {
      if (!rows_next (loaded->rows, &record, &original, error)
          || (n % TASK_GO_ON_EVERY == 0 && !task_go_on (task, "FORGET", rows_offset (loaded->rows), n, error)))
        return false;
      if (record == NULL)
        return true;
      RowVerdict verdict = row_convert (row, record);
      if (verdict == ROW_CONTRADICTION && ret_again != NULL)
        return *ret_again = true;
      char *blanked = verdict != ROW_FORGOTTEN ? row_blanked (row, record, &plan->dialect) : NULL;
      bool gone = verdict == ROW_FORGOTTEN || (verdict != ROW_OK && row_goes (row, record, &plan->dialect));
      if (bag && verdict == ROW_OK && blanked != NULL)
        add_hash (plan, whole, record, row);
      if (gone || blanked != NULL)
        add_cut (plan, record, blanked);
    }
}

static void
begin_plan (CutPlan *plan)
{
  cut_plan_clear (plan);
  plan->cuts = g_array_new (FALSE, FALSE, sizeof (Cut));
  plan->hashes = g_array_new (FALSE, FALSE, sizeof (CutHash));
  plan->removed = plan->blanked = 0;
}

static bool
find (const Db *db, const PipelineTask *task, const Pins *pins, Loaded *loaded, CutPlan *plan, GError **error)
{
  PipelineResult result = { 0 };
  bool again = false;
  if (!load_open (db, task, pins, loaded, &result, error))
    return false;
  plan->dialect = *rows_dialect (loaded->rows);
  begin_plan (plan);
  if (!look (task, loaded, plan, &again, error))
    return false;
  if (!again)
    return true;
  begin_plan (plan);
  return load_infer_all (db, task, loaded, error) && look (task, loaded, plan, NULL, error);
}

bool
cut_find (const Db *db, const PipelineTask *task, const Pins *pins, CutPlan *ret_plan, GError **error)
{
  g_auto (Loaded) loaded = { 0 };
  *ret_plan = (CutPlan) { 0 };
  return find (db, task, pins, &loaded, ret_plan, error);
}

/* ---- writing ---- */

/* Where the copy goes. */
typedef struct
{
  int fd;
  Sha256 *sha;
  int64_t size;
  const Packer *packer; /* NULL: none */
  void *packing;
  GString *text; /* to be packed */
} Output;

static void
output_clear (Output *output)
{
  if (output->packing != NULL)
    output->packer->free (output->packing);
  g_clear_pointer (&output->sha, sha256_free);
  g_string_free (output->text, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Output, output_clear)

static bool
store (const void *bytes, size_t length, void *data, GError **error)
{
  Output *output = data;
  sha256_update (output->sha, bytes, length);
  output->size += (int64_t) length;
  return fs_write_all (output->fd, bytes, length, "the file", error);
}

static bool
flush (Output *output, bool end, GError **error)
{
  bool done = output->packer != NULL
                  ? output->packer->step (output->packing, output->text->str, output->text->len, end, store, output, error)
                  : store (output->text->str, output->text->len, output, error);
  g_string_truncate (output->text, 0);
  return done;
}

/* Where in the file's lines the copy is. */
typedef struct
{
  const CutPlan *plan;
  guint next; /* the cut that is here, or comes next */
  int64_t line;
  bool cr;      /* the last unit was a CR, whose line ends with it or with the LF behind it */
  bool written; /* what is in the place of the cut */
} Place;

/* The record that the line belongs to; NULL: it stays. */
static const Cut *
cut_here (Place *place)
{
  const GArray *cuts = place->plan->cuts;
  while (place->next < cuts->len)
    {
      const Cut *cut = &g_array_index (cuts, Cut, place->next);
      if (place->line < cut->line + cut->lines)
        return place->line >= cut->line ? cut : NULL;
      place->next++;
      place->written = false;
    }
  return NULL;
}

static void
write_text (Place *place, const Cut *cut, GString *out)
{
  if (cut->text != NULL && !place->written)
    g_string_append_len (out, cut->text, (gssize) cut->length);
  place->written = true;
}

static void
take_unit (Place *place, const char *bytes, size_t size, unsigned letter, GString *out)
{
  bool lf = letter == '\n', cr = letter == '\r';
  if (place->cr && !lf)
    place->line++;
  place->cr = cr;
  const Cut *cut = cut_here (place);
  bool ends = (lf || cr) && cut != NULL && cut->text != NULL && place->line == cut->line + cut->lines - 1;
  if (ends)
    write_text (place, cut, out);
  if (cut == NULL || ends)
    g_string_append_len (out, bytes, (gssize) size);
  place->line += lf;
}

/* The letter that a unit is, as far as line ends are told by it. */
static unsigned
letter_of (Encoding encoding, const char *unit)
{
  unsigned first = (uint8_t) unit[0];
  if (encoding == ENCODING_UTF16LE)
    return first | (unsigned) (uint8_t) unit[1] << 8;
  return encoding == ENCODING_UTF16BE ? first << 8 | (uint8_t) unit[1] : first;
}

/* As much as a piece may hold, or what is left. */
static bool
read_piece (Source *source, char *piece, size_t *ret_length, GError **error)
{
  size_t got = 1;
  for (*ret_length = 0; *ret_length < PIECE_SIZE && got > 0; *ret_length += got)
    if (!source_read (source, piece + *ret_length, PIECE_SIZE - *ret_length, &got, error))
      return false;
  return true;
}

static bool
copy_lines (Source *source, const CutPlan *plan, Output *output, GError **error)
{
  Encoding encoding = plan->dialect.encoding;
  const size_t unit = encoding == ENCODING_UTF16LE || encoding == ENCODING_UTF16BE ? 2 : 1;
  g_autofree char *piece = g_malloc (PIECE_SIZE);
  Place place = { .plan = plan, .line = 1 };
  size_t length = PIECE_SIZE;
  while (length == PIECE_SIZE)
    {
      if (!read_piece (source, piece, &length, error))
        return false;
      size_t at = 0;
      for (; at + unit <= length; at += unit)
        take_unit (&place, piece + at, unit, letter_of (encoding, piece + at), output->text);
      g_string_append_len (output->text, piece + at, (gssize) (length - at)); /* half a letter that the file ends with */
      if (!flush (output, false, error))
        return false;
    }
  place.line += place.cr;
  const Cut *cut = cut_here (&place);
  if (cut != NULL)
    write_text (&place, cut, output->text);
  return flush (output, true, error);
}

bool
cut_write (int in, const CutPlan *plan, int out, char ret_sha256[SHA256_HEX_SIZE], int64_t *ret_size, GError **error)
{
  const Dialect *dialect = &plan->dialect;
  /* As UTF-8 the bytes come as they are, but for that mark. */
  g_autoptr (Source) source = source_new (in, dialect->compression, ENCODING_UTF8, &source_default_limits, NULL);
  g_auto (Output)
      output = { .fd = out, .sha = sha256_new (), .packer = pack_find (dialect->compression), .text = g_string_new (NULL) };
  if (output.packer != NULL)
    output.packing = output.packer->start ();
  if (dialect->encoding == ENCODING_UTF8 && dialect->bom > 0)
    g_string_append (output.text, "\xEF\xBB\xBF");
  if (!copy_lines (source, plan, &output, error))
    return false;
  if (fsync (out) != 0)
    return weir_system_error (error, errno, "could not sync the file to the disk");
  sha256_finish (output.sha, ret_sha256);
  *ret_size = output.size;
  return true;
}

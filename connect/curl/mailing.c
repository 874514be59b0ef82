#include "connect/curl/mailing.h"

#include "connect/curl/delivered.h"

#include <string.h>

#define MOST_RECIPIENTS 10000

static void
recipient_free (void *data)
{
  Recipient *recipient = data;
  g_free (recipient->address);
  g_array_unref (recipient->pieces);
  g_free (recipient);
}

void
mailing_clear (Mailing *mailing)
{
  if (mailing->recipients != NULL)
    g_ptr_array_unref (mailing->recipients);
  mailing->recipients = NULL;
  shaped_clear (&mailing->shaped);
}

static Recipient *
add_recipient (GPtrArray *recipients, const char *address)
{
  Recipient *recipient = g_new0 (Recipient, 1);
  recipient->address = g_strdup (address);
  recipient->pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
  g_ptr_array_add (recipients, recipient);
  return recipient;
}

/* Next to the last piece, it becomes part of it. */
static void
add_piece (Recipient *recipient, int64_t offset, int64_t length)
{
  recipient->size += length;
  Piece *last = recipient->pieces->len > 0 ? &g_array_index (recipient->pieces, Piece, recipient->pieces->len - 1) : NULL;
  const Piece piece = { offset, length };
  if (last != NULL && last->offset + last->length == offset)
    last->length += length;
  else if (length > 0)
    g_array_append_val (recipient->pieces, piece);
}

/* ---- by the rows ---- */

typedef struct
{
  GPtrArray *recipients;
  GHashTable *by_address; /* to Recipient, borrowed */
  size_t column;
  int64_t without;
} Rows;

static bool
take_row (const char *const *cells, size_t n, int64_t offset, int64_t length, void *data, GError **error)
{
  Rows *rows = data;
  const char *address = rows->column < n ? cells[rows->column] : NULL;
  if (address == NULL || address[0] == '\0')
    {
      rows->without++;
      return true;
    }
  Recipient *recipient = g_hash_table_lookup (rows->by_address, address);
  if (recipient == NULL && rows->recipients->len >= MOST_RECIPIENTS)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "the rows have more than %d recipients", MOST_RECIPIENTS);
  if (recipient == NULL)
    {
      recipient = add_recipient (rows->recipients, address);
      g_hash_table_insert (rows->by_address, recipient->address, recipient);
    }
  add_piece (recipient, offset, length);
  recipient->rows++;
  return true;
}

static bool
find_column (const Json *columns, const char *name, size_t *ret_column, GError **error)
{
  for (*ret_column = 0; *ret_column < json_array_size (columns); ++*ret_column)
    if (g_strcmp0 (json_string_value (json_object_get (json_array_get (columns, *ret_column), "name")), name) == 0)
      return true;
  return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL,
                       "\"recipients_column\" is \"%s\", and the rows have no such column", name);
}

/* The header stands before the rows of each. */
static void
add_heads (GPtrArray *recipients, int64_t head)
{
  for (guint i = 0; i < recipients->len; i++)
    {
      Recipient *recipient = recipients->pdata[i];
      const Piece piece = { 0, head };
      Piece *first = recipient->pieces->len > 0 ? &g_array_index (recipient->pieces, Piece, 0) : NULL;
      recipient->size += head;
      if (first != NULL && first->offset == head)
        *first = (Piece) { 0, first->length + head };
      else if (head > 0)
        g_array_prepend_val (recipient->pieces, piece);
    }
}

static void
give_all (GPtrArray *recipients, const Shaped *shaped)
{
  for (guint i = 0; i < recipients->len; i++)
    {
      Recipient *recipient = recipients->pdata[i];
      g_array_set_size (recipient->pieces, 0);
      recipient->size = 0;
      add_piece (recipient, 0, shaped->size);
      recipient->rows = shaped->rows;
    }
}

static bool
make_by_rows (const Request *request, const char *column, Mailing *ret, GError **error)
{
  const Shape shape = shape_read (request->to);
  g_autoptr (GHashTable) by_address = g_hash_table_new (g_str_hash, g_str_equal);
  Rows rows = { .recipients = ret->recipients, .by_address = by_address };
  if (!find_column (json_object_get (request->delivery, "columns"), column, &rows.column, error)
      || !shape_make (&shape, request, take_row, &rows, &ret->shaped, error))
    return false;
  if (rows.without > 0)
    connect_note ("rows without a recipient: %" G_GINT64_FORMAT "; nobody gets them", rows.without);
  if (g_strcmp0 (json_string_value (json_object_get (request->to, "each_gets")), "all") == 0)
    give_all (ret->recipients, &ret->shaped);
  else
    add_heads (ret->recipients, ret->shaped.head);
  return true;
}

bool
mailing_make (const Request *request, Mailing *ret, GError **error)
{
  const char *column = json_string_value (json_object_get (request->to, "recipients_column"));
  const Json *list = json_object_get (request->to, "recipients");
  *ret = (Mailing) { .recipients = g_ptr_array_new_with_free_func (recipient_free), .shaped = { .fd = -1 } };
  if (column != NULL)
    return make_by_rows (request, column, ret, error);
  const Shape shape = shape_read (request->to);
  if (!shape_make (&shape, request, NULL, NULL, &ret->shaped, error))
    return false;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  if (json_is_string (list))
    add_recipient (ret->recipients, json_string_value (list));
  for (size_t i = 0; i < json_array_size (list); i++)
    if (g_hash_table_add (seen, (char *) json_string_value (json_array_get (list, i))))
      add_recipient (ret->recipients, json_string_value (json_array_get (list, i)));
  give_all (ret->recipients, &ret->shaped);
  return true;
}

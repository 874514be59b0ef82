#include "connect/curl/http_pages.h"

#include "base/text.h"

#include <string.h>

#define SHOWN_MOST 100

void
http_pages_begin (HttpPages *pages, const HttpPaging *paging)
{
  *pages = (HttpPages) { .paging = paging, .page = 1, .number = paging->first };
  pages->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

void
http_pages_clear (HttpPages *pages)
{
  g_free (pages->cursor);
  g_clear_pointer (&pages->next, g_uri_unref);
  g_clear_pointer (&pages->seen, g_hash_table_unref);
}

static bool
is_new (HttpPages *pages, const char *mark, const char *what, GError **error)
{
  if (g_hash_table_add (pages->seen, g_strdup (mark)))
    return true;
  return connect_fail (error, CONNECT_CONFIGURATION, NULL, "The server would send the same pages for ever.",
                       "page %" PRIi64 " has a %s that was there before", pages->page, what);
}

/* The page's rows, told apart from those of the page before: a server that does not know the parameter sends its first page for ever. */
static bool
turn_counted (HttpPages *pages, const HttpPage *page, bool *ret_has_next, GError **error)
{
  const HttpPaging *paging = pages->paging;
  *ret_has_next = page->n > 0;
  if (page->n == 0)
    return true;
  char digest[SHA256_HEX_SIZE];
  sha256_bytes (page->rows.bytes, page->rows.length, digest);
  if (strcmp (digest, pages->digest) == 0)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, "Does the server know the parameter by which \"pages\" counts?",
                         "page %" PRIi64 " has the very rows of the page before", pages->page);
  memcpy (pages->digest, digest, sizeof digest);
  pages->number += paging->kind == PAGES_NUMBER ? 1 : page->n;
  return true;
}

/* What says that there is no next page. */
static bool
is_nothing (Slice value)
{
  if (value.bytes == NULL)
    return true;
  SliceKind kind = slice_kind (value);
  return kind == SLICE_NULL || (kind == SLICE_BOOLEAN && value.bytes[0] == 'f') || (kind == SLICE_STRING && value.length == 2);
}

/* A text or a number; NULL with an error. Owned by the caller. */
static char *
text_of (const HttpPages *pages, Slice value, GError **error)
{
  SliceKind kind = slice_kind (value);
  if ((kind & (SLICE_NUMERIC | SLICE_STRING)) == 0)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL,
                         "page %" PRIi64 ": what says which page is next is no text and no number", pages->page),
           NULL;
  if (kind != SLICE_STRING)
    return g_strndup (value.bytes, value.length);
  GString *text = g_string_new (NULL);
  slice_text (value, text);
  return g_string_free (text, FALSE);
}

static bool
turn_link (HttpPages *pages, const HttpPage *page, const char *link, GError **error)
{
  const char *problem;
  g_autoptr (GUri) next = http_url_follow (page->url, link, &problem);
  if (next == NULL)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "page %" PRIi64 ": the link to the next one %s", pages->page,
                         problem);
  if (!http_url_is_same_origin (page->url, next))
    {
      g_autofree char *origin = http_url_origin (next);
      g_autofree char *shown = text_printable (origin, strlen (origin), SHOWN_MOST);
      return connect_fail (error, CONNECT_CONFIGURATION, NULL, "Credentials go to the server of the connection alone.",
                           "page %" PRIi64 ": the next one is said to be at %s, which is not followed", pages->page, shown);
    }
  if (pages->page == 1)
    g_hash_table_add (pages->seen, http_url_text (page->url));
  g_autofree char *mark = http_url_text (next);
  if (!is_new (pages, mark, "link to a next page", error))
    return false;
  g_clear_pointer (&pages->next, g_uri_unref);
  pages->next = g_steal_pointer (&next);
  return true;
}

/* Of NEXT and CURSOR: what stands in the answer. */
static bool
turn_said (HttpPages *pages, const HttpPage *page, bool *ret_has_next, GError **error)
{
  Slice value = { NULL };
  if (page->root.bytes != NULL)
    http_path_find (pages->paging->from, page->root, &value);
  Slice more = { NULL };
  if (page->root.bytes != NULL && pages->paging->more != NULL)
    http_path_find (pages->paging->more, page->root, &more);
  bool is_over = more.bytes != NULL && is_nothing (more);
  pages->is_lacking = value.bytes == NULL && !is_over;
  *ret_has_next = !is_over && !is_nothing (value);
  if (!*ret_has_next)
    return true;
  g_autofree char *text = text_of (pages, value, error);
  if (text == NULL)
    return false;
  if (pages->paging->kind == PAGES_NEXT)
    return turn_link (pages, page, text, error);
  /* Some servers repeat the cursor when there is nothing more. */
  *ret_has_next = page->n > 0 || !g_hash_table_contains (pages->seen, text);
  if (!*ret_has_next)
    return true;
  if (!is_new (pages, text, "cursor", error))
    return false;
  g_free (pages->cursor);
  pages->cursor_is_number = slice_kind (value) != SLICE_STRING;
  pages->cursor = g_steal_pointer (&text);
  return true;
}

bool
http_pages_turn (HttpPages *pages, const HttpPage *page, bool *ret_has_next, GError **error)
{
  bool ok = true;
  *ret_has_next = false;
  switch (pages->paging->kind)
    {
    case PAGES_ONE:
      break;
    case PAGES_NEXT:
    case PAGES_CURSOR:
      ok = turn_said (pages, page, ret_has_next, error);
      break;
    case PAGES_HEADER:
      {
        g_autofree char *link = http_url_next_of_header (page->link);
        *ret_has_next = link != NULL;
        ok = link == NULL || turn_link (pages, page, link, error);
        break;
      }
    case PAGES_NUMBER:
    case PAGES_OFFSET:
      ok = turn_counted (pages, page, ret_has_next, error);
      break;
    }
  pages->page++;
  return ok;
}

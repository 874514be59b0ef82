#include "base/webhook.h"

#include "base/digest.h"

#include <string.h>

#define SECRET_LENGTH 8  /* of a part of a URL; shorter ones would take words out of messages */
#define URL_HEAD_PARTS 3 /* "https:", "" and the host */

char *
webhook_signature (const char *secret, const char *id, int64_t timestamp, const char *body, size_t length)
{
  const char *prefix = "whsec_";
  gsize key_length = strlen (secret);
  g_autofree guchar *decoded = g_str_has_prefix (secret, prefix) ? g_base64_decode (secret + strlen (prefix), &key_length) : NULL;
  g_autoptr (Hmac) hmac = hmac_new (decoded != NULL ? (const void *) decoded : secret, key_length);
  g_autoptr (GString) text = g_string_new (NULL);
  g_string_printf (text, "%s.%" G_GINT64_FORMAT ".", id, timestamp);
  g_string_append_len (text, body, (gssize) length);
  uint8_t digest[32];
  hmac_digest (hmac, text->str, text->len, digest);
  g_autofree char *encoded = g_base64_encode (digest, sizeof digest);
  return g_strconcat ("v1,", encoded, NULL);
}

static int
compare_longest (gconstpointer a, gconstpointer b)
{
  size_t one = strlen (*(const char *const *) a), other = strlen (*(const char *const *) b);
  return one == other ? 0 : one > other ? -1 : 1;
}

void
webhook_hide_url (GString *said, const char *url)
{
  g_auto (GStrv) parts = g_strsplit_set (url, "/?&=#", -1);
  g_autoptr (GPtrArray) hidden = g_ptr_array_new_with_free_func (g_free);
  for (size_t i = URL_HEAD_PARTS; i < g_strv_length (parts); i++)
    {
      char *plain = g_uri_unescape_string (parts[i], NULL);
      g_ptr_array_add (hidden, g_strdup (parts[i]));
      if (plain != NULL)
        g_ptr_array_add (hidden, plain);
    }
  /* One may begin as another does. */
  g_ptr_array_sort (hidden, compare_longest);
  for (guint i = 0; i < hidden->len; i++)
    if (strlen (hidden->pdata[i]) >= SECRET_LENGTH)
      g_string_replace (said, hidden->pdata[i], "***", 0);
}

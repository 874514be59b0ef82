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

void
webhook_hide_url (GString *said, const char *url)
{
  g_auto (GStrv) parts = g_strsplit_set (url, "/?&=#", -1);
  for (size_t i = URL_HEAD_PARTS; i < g_strv_length (parts); i++)
    {
      g_autofree char *plain = g_uri_unescape_string (parts[i], NULL);
      if (strlen (parts[i]) < SECRET_LENGTH)
        continue;
      g_string_replace (said, parts[i], "***", 0);
      if (plain != NULL && strlen (plain) >= SECRET_LENGTH)
        g_string_replace (said, plain, "***", 0);
    }
}

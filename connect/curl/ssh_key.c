#include "connect/curl/ssh_key.h"

#include "base/digest.h"

#include <stdint.h>
#include <string.h>

#define MAGIC "openssh-key-v1"

/* The next string of the wire format: four bytes of length, then these. False: there is none. */
static bool
next_string (const char **at, const char *end, const char **ret_bytes, size_t *ret_length)
{
  if (end - *at < 4)
    return false;
  const unsigned char *head = (const unsigned char *) *at;
  uint32_t length = (uint32_t) head[0] << 24 | (uint32_t) head[1] << 16 | (uint32_t) head[2] << 8 | head[3];
  if ((uint64_t) (end - *at - 4) < length)
    return false;
  *ret_bytes = *at + 4;
  *ret_length = length;
  *at += 4 + (size_t) length;
  return true;
}

char *
ssh_key_fingerprint (const char *key, size_t length)
{
  char hex[SHA256_HEX_SIZE];
  sha256_bytes (key, length, hex);
  guchar digest[32];
  for (size_t i = 0; i < sizeof digest; i++)
    digest[i] = (guchar) (g_ascii_xdigit_value (hex[2 * i]) << 4 | g_ascii_xdigit_value (hex[2 * i + 1]));
  g_autofree char *base64 = g_base64_encode (digest, sizeof digest);
  base64[strcspn (base64, "=")] = '\0';
  return g_strconcat ("SHA256:", base64, NULL);
}

char *
ssh_key_describe (const char *key, size_t length)
{
  g_autofree char *fingerprint = ssh_key_fingerprint (key, length);
  const char *at = key, *type = NULL;
  size_t type_length = 0;
  if (!next_string (&at, key + length, &type, &type_length) || type_length > 64)
    return g_steal_pointer (&fingerprint);
  g_autofree char *name = g_strndup (type, type_length);
  for (char *letter = name; *letter != '\0'; letter++)
    if (!g_ascii_isgraph (*letter))
      *letter = '?';
  return g_strdup_printf ("%s (%s)", fingerprint, name);
}

/* What is between the lines of BEGIN and END. */
static SshKeyLook
look_at_openssh (const char *text)
{
  SshKeyLook look = { .is_key = true };
  const char *begin = strchr (text, '\n'), *end = begin != NULL ? strstr (begin, "-----END") : NULL;
  if (end == NULL)
    return (SshKeyLook) { 0 };
  g_autofree char *base64 = g_strndup (begin, (gsize) (end - begin));
  gsize length = 0;
  g_autofree guchar *decoded = g_base64_decode (base64, &length);
  const char *bytes = (const char *) decoded, *stop = bytes + length, *at = bytes + sizeof MAGIC;
  const char *part = NULL, *key = NULL, *type = NULL;
  size_t size = 0, key_size = 0, type_size = 0;
  if (length < sizeof MAGIC || memcmp (bytes, MAGIC, sizeof MAGIC) != 0 || !next_string (&at, stop, &part, &size))
    return (SshKeyLook) { 0 };
  look.is_encrypted = size != strlen ("none") || memcmp (part, "none", size) != 0;
  /* The name of its key derivation, and that one's options; how many keys: one. */
  for (int i = 0; i < 2; i++)
    if (!next_string (&at, stop, &part, &size))
      return (SshKeyLook) { 0 };
  if (stop - at < 4)
    return (SshKeyLook) { 0 };
  at += 4;
  if (next_string (&at, stop, &key, &key_size) && next_string (&key, key + key_size, &type, &type_size))
    look.is_rsa = type_size == strlen ("ssh-rsa") && memcmp (type, "ssh-rsa", type_size) == 0;
  return look;
}

SshKeyLook
ssh_key_look (const char *text)
{
  static const char begin[] = "-----BEGIN ";
  const char *at = strstr (text, begin);
  if (at == NULL)
    return (SshKeyLook) { 0 };
  const char *kind = at + strlen (begin);
  if (g_str_has_prefix (kind, "OPENSSH PRIVATE KEY-----"))
    return look_at_openssh (kind);
  return (SshKeyLook) {
    .is_key = strstr (kind, "PRIVATE KEY-----") != NULL,
    .is_rsa = g_str_has_prefix (kind, "RSA "),
    .is_encrypted = g_str_has_prefix (kind, "ENCRYPTED ") || strstr (kind, "Proc-Type: 4,ENCRYPTED") != NULL,
  };
}

/* ---- known_hosts ---- */

#define PORT_SSH 22
#define HASHED "|1|"

/* The words of a line. */
static GStrv
words_of (const char *line)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) parts = g_strsplit_set (line, " \t", -1);
  for (size_t i = 0; parts[i] != NULL; i++)
    if (parts[i][0] != '\0')
      g_strv_builder_add (builder, parts[i]);
  return g_strv_builder_end (builder);
}

/* "|1|SALT|HMAC-SHA1 of the name", both in base64. */
static bool
is_hash_of (const char *hashed, const char *name)
{
  g_auto (GStrv) parts = g_strsplit (hashed + strlen (HASHED), "|", 2);
  gsize salt_length = 0, length = 0;
  if (g_strv_length (parts) != 2)
    return false;
  g_autofree guchar *salt = g_base64_decode (parts[0], &salt_length), *expected = g_base64_decode (parts[1], &length);
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA1, salt, salt_length);
  guint8 found[20];
  gsize found_length = sizeof found;
  g_hmac_update (hmac, (const guchar *) name, (gssize) strlen (name));
  g_hmac_get_digest (hmac, found, &found_length);
  return length == found_length && memcmp (found, expected, length) == 0;
}

/* Whether the list of patterns means the name; one that begins with "!" means that it does not. */
static bool
is_name_in (const char *list, const char *name)
{
  bool is_there = false;
  if (g_str_has_prefix (list, HASHED))
    return is_hash_of (list, name);
  g_auto (GStrv) patterns = g_strsplit (list, ",", -1);
  for (size_t i = 0; patterns[i] != NULL; i++)
    {
      bool is_not = patterns[i][0] == '!';
      g_autofree char *pattern = g_ascii_strdown (patterns[i] + is_not, -1);
      if (!g_pattern_match_simple (pattern, name))
        continue;
      if (is_not)
        return false;
      is_there = true;
    }
  return is_there;
}

static char *
name_at (const char *host, int64_t port)
{
  return port == PORT_SSH ? g_strdup (host) : g_strdup_printf ("[%s]:%" G_GINT64_FORMAT, host, port);
}

char *
ssh_key_known_line (const char *host, int64_t port, const char *type, const char *key)
{
  g_autofree char *name = name_at (host, port);
  return g_strdup_printf ("%s %s %s\n", name, type, key);
}

/* The lines that are about the host, as words, without its marks; keys that are "@revoked" go into a set of their own. */
static GPtrArray *
lines_of_host (const char *text, const char *host, int64_t port, GHashTable *revoked)
{
  g_auto (GStrv) lines = g_strsplit_set (text, "\r\n", -1);
  g_autofree char *bare = g_ascii_strdown (host, -1), *name = name_at (bare, port);
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  for (size_t i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) words = words_of (lines[i]);
      size_t mark = words[0] != NULL && words[0][0] == '@', n = g_strv_length (words);
      if (n < mark + 3 || words[0][0] == '#' || !(is_name_in (words[mark], name) || is_name_in (words[mark], bare)))
        continue;
      if (strcmp (words[0], "@revoked") == 0)
        g_hash_table_add (revoked, g_strdup (words[3]));
      else if (mark == 0)
        g_ptr_array_add (found, g_steal_pointer (&words));
    }
  return found;
}

char *
ssh_key_known_hosts (const char *text, const char *host, int64_t port)
{
  static const char *const types[] = {
    "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa", "ssh-dss"
  };
  g_autoptr (GHashTable) revoked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) found = lines_of_host (text, host, port, revoked);
  GString *known = g_string_new (NULL);
  for (size_t type = 0; type < G_N_ELEMENTS (types); type++)
    for (guint i = 0; i < found->len; i++)
      {
        char *const *words = found->pdata[i];
        g_autofree char *line = ssh_key_known_line (host, port, words[1], words[2]);
        if (strcmp (words[1], types[type]) == 0 && !g_hash_table_contains (revoked, words[2]))
          g_string_append (known, line);
      }
  return g_string_free (known, FALSE);
}

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

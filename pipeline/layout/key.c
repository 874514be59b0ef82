#include "pipeline/layout/key.h"

#include "base/bytes.h"
#include "base/digest.h"

#include <string.h>

struct KeyMaker
{
  KeyHash hash;
  unsigned normalize;
  Uid name_space;
  Hmac *hmac;
  Md5 *md5;
  GString *arena; /* the normalised parts, one after the other */
  GString *text;  /* the key text of a composite key */
  KeyPart *normalized;
  size_t n_normalized, n_room; /* parts, and how many there is room for */
};

KeyMaker *
key_maker_new (const Model *model, const void *secret, size_t secret_length)
{
  KeyMaker *maker = g_new0 (KeyMaker, 1);
  maker->hash = model->hash;
  maker->normalize = model->normalize;
  maker->arena = g_string_sized_new (256);
  maker->text = g_string_sized_new (256);
  switch (maker->hash)
    {
    case KEY_HMAC_SHA256:
      /* Ids made without the secret would look right and match nothing: better no process than that. */
      g_assert (secret != NULL);
      maker->hmac = hmac_new (secret, secret_length);
      break;
    case KEY_UUID5:
      if (model->name_space == NULL || !uid_parse (model->name_space, strlen (model->name_space), &maker->name_space))
        g_assert_not_reached ();
      break;
    case KEY_MD5:
      maker->md5 = md5_new ();
      break;
    }
  return maker;
}

void
key_maker_free (KeyMaker *maker)
{
  if (maker == NULL)
    return;
  g_clear_pointer (&maker->hmac, hmac_free);
  g_clear_pointer (&maker->md5, md5_free);
  g_string_free (maker->arena, TRUE);
  g_string_free (maker->text, TRUE);
  g_free (maker->normalized);
  g_free (maker);
}

/* The property White_Space of Unicode's PropList. Not g_unichar_isspace, which lacks U+000B and U+0085. */
static bool
is_white_space (gunichar c)
{
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A)
         || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

static void
trim (const char **text, size_t *length)
{
  const char *start = *text;
  const char *end = *text + *length;
  while (start < end && is_white_space (g_utf8_get_char (start)))
    start = g_utf8_next_char (start);
  while (start < end)
    {
      const char *last = g_utf8_prev_char (end);
      if (!is_white_space (g_utf8_get_char (last)))
        break;
      end = last;
    }
  *text = start;
  *length = (size_t) (end - start);
}

/* Appends text in lower case, character by character: what PostgreSQL's lower (x) gives, and the same in every locale, which
 * g_utf8_strdown is not (a Turkish one has another i). */
static void
append_lowercase (GString *arena, const char *text, size_t length)
{
  for (const char *at = text; at < text + length; at = g_utf8_next_char (at))
    g_string_append_unichar (arena, g_unichar_tolower (g_utf8_get_char (at)));
}

/* Letters of ASCII, sixteen at once: GCC and Clang make of it what the processor has. */
typedef int8_t Letters __attribute__ ((vector_size (16)));

static inline Letters
lowercase (Letters letters)
{
  Letters upper = (letters > 'A' - 1) & (letters < 'Z' + 1); /* as the processor compares, which has no "not less" */
  return letters | (upper & 0x20);
}

static inline bool
are_ascii (Letters letters)
{
  uint64_t halves[2];
  memcpy (halves, &letters, sizeof halves);
  return ((halves[0] | halves[1]) & UINT64_C (0x8080808080808080)) == 0;
}

/* Copies a text, in lower case or not. False: it is not ASCII, and what was copied is of no use. */
static bool
copy_ascii (char *to, const char *text, size_t length, bool lower)
{
  Letters seen = { 0 }, letters = { 0 };
  if (length < sizeof letters)
    {
      put_short ((uint8_t *) &letters, text, length);
      seen = letters;
      letters = lower ? lowercase (letters) : letters;
      put_short ((uint8_t *) to, &letters, length);
      return are_ascii (seen);
    }
  for (size_t i = 0; i < length; i += sizeof letters)
    {
      size_t at = MIN (i, length - sizeof letters); /* the last sixteen, some of them once more */
      memcpy (&letters, text + at, sizeof letters);
      seen |= letters;
      letters = lower ? lowercase (letters) : letters;
      memcpy (to + at, &letters, sizeof letters);
    }
  return are_ascii (seen);
}

static inline bool
is_ascii_blank (char c)
{
  return c >= 0 && c <= ' ' && is_white_space ((unsigned char) c);
}

/* Room for that much behind what is there: g_string_set_size, which is a call. */
static inline char *
add_room (GString *arena, size_t length)
{
  gsize start = arena->len;
  if (arena->allocated_len <= start + length)
    g_string_set_size (arena, start + length);
  arena->len = start + length;
  return arena->str + start;
}

/* Nearly every key. False: it is not ASCII, and nothing was appended. */
static inline bool
append_ascii (KeyMaker *maker, const char *text, size_t length)
{
  if (maker->normalize & NORMALIZE_TRIM)
    {
      while (length > 0 && is_ascii_blank (text[length - 1]))
        length--;
      while (length > 0 && is_ascii_blank (text[0]))
        text++, length--;
    }
  char *to = add_room (maker->arena, length);
  if (copy_ascii (to, text, length, (maker->normalize & NORMALIZE_LOWERCASE) != 0))
    return true;
  maker->arena->len -= length;
  return false;
}

static void
append_unicode (KeyMaker *maker, const char *text, size_t length)
{
  if (maker->normalize & NORMALIZE_TRIM)
    trim (&text, &length);
  g_autofree char *composed = NULL;
  if (maker->normalize & NORMALIZE_NFC)
    {
      composed = g_utf8_normalize (text, (gssize) length, G_NORMALIZE_NFC);
      text = composed;
      length = strlen (composed);
    }
  if (maker->normalize & NORMALIZE_LOWERCASE)
    append_lowercase (maker->arena, text, length);
  else
    g_string_append_len (maker->arena, text, (gssize) length);
}

/* Fills maker->normalized; false when a part is NULL or empty. */
static bool
normalize_parts (KeyMaker *maker, const KeyPart *parts, size_t count, size_t *ret_empty_part)
{
  maker->arena->len = 0;
  if (count > maker->n_room)
    maker->normalized = g_renew (KeyPart, maker->normalized, maker->n_room = count);
  maker->n_normalized = count;
  KeyPart *normalized = maker->normalized;
  for (size_t i = 0; i < count; i++)
    {
      gsize start = maker->arena->len;
      if (!parts[i].null && !append_ascii (maker, parts[i].text, parts[i].length))
        append_unicode (maker, parts[i].text, parts[i].length);
      normalized[i].length = maker->arena->len - start;
      normalized[i].null = false;
      if (normalized[i].length == 0)
        return *ret_empty_part = i, false;
    }
  /* Only now, for the arena moves while it grows. */
  const char *at = maker->arena->str;
  for (size_t i = 0; i < count; at += normalized[i++].length)
    normalized[i].text = at;
  return true;
}

static void
append_length (GString *text, size_t length)
{
  char digits[3 * sizeof length];
  size_t start = sizeof digits;
  do
    digits[--start] = (char) ('0' + length % 10);
  while ((length /= 10) > 0);
  g_string_append_len (text, digits + start, (gssize) (sizeof digits - start));
}

/* The key text: the part alone, or the netstrings of several. */
void
key_text (KeyMaker *maker, const char **ret_text, size_t *ret_length)
{
  const KeyPart *parts = maker->normalized;
  if (maker->n_normalized == 1)
    {
      *ret_text = parts[0].text;
      *ret_length = parts[0].length;
      return;
    }
  g_string_truncate (maker->text, 0);
  for (size_t i = 0; i < maker->n_normalized; i++)
    {
      append_length (maker->text, parts[i].length);
      g_string_append_c (maker->text, ':');
      g_string_append_len (maker->text, parts[i].text, (gssize) parts[i].length);
      g_string_append_c (maker->text, ',');
    }
  *ret_text = maker->text->str;
  *ret_length = maker->text->len;
}

static Uid
hash_text (KeyMaker *maker, const char *text, size_t length)
{
  Uid id = { { 0 } };
  uint8_t digest[32];
  switch (maker->hash)
    {
    case KEY_HMAC_SHA256:
      hmac_digest (maker->hmac, text, length, digest);
      memcpy (id.bytes, digest, sizeof id.bytes);
      id.bytes[6] = (uint8_t) ((id.bytes[6] & 0x0F) | 0x80); /* version 8 */
      id.bytes[8] = (uint8_t) ((id.bytes[8] & 0x3F) | 0x80); /* variant 10 */
      break;
    case KEY_UUID5:
      id = uid_from_name (maker->name_space, text, length);
      break;
    case KEY_MD5:
      md5_digest (maker->md5, text, length, id.bytes);
      break;
    }
  return id;
}

bool
key_canonical (const KeyMaker *maker, const Type *type, const CellFormat *format, KeyPart *part, GString *out, Value *ret_value)
{
  if (part->null || type == NULL || type->write == NULL)
    return false;
  const char *text = part->text;
  size_t length = part->length;
  if (maker->normalize & NORMALIZE_TRIM)
    trim (&text, &length);
  if (!type->parse (text, length, format, ret_value))
    {
      types_trim (&text, &length); /* blanks are no part of a value, whatever the model says of its key's text */
      if (!type->parse (text, length, format, ret_value))
        return false;
    }
  g_string_truncate (out, 0);
  type->write (ret_value, out);
  /* Numbers borrow their text, and are stored without the zeros that they are not known by. An instant that its time zone brings
   * into the year 0 or 10000 is written, but not read again. */
  Value again;
  if (type->parse (out->str, out->len, &cell_format_own, &again))
    *ret_value = again;
  *part = (KeyPart) { .text = out->str, .length = out->len };
  return true;
}

/* For each row, as row_convert_key. */
__attribute__ ((flatten)) bool
key_make (KeyMaker *maker, const KeyPart *parts, size_t count, Uid *ret_id, const KeyPart **ret_normalized, size_t *ret_empty_part)
{
  if (!normalize_parts (maker, parts, count, ret_empty_part))
    return false;
  const char *text = NULL;
  size_t length = 0;
  key_text (maker, &text, &length);
  *ret_id = hash_text (maker, text, length);
  if (ret_normalized != NULL)
    *ret_normalized = maker->normalized;
  return true;
}

bool
key_part_is_empty (KeyMaker *maker, const KeyPart *part)
{
  size_t unused;
  return !normalize_parts (maker, part, 1, &unused);
}

char *
key_fingerprint (const void *secret, size_t length)
{
  static const char message[] = "weir key secret";
  g_autoptr (Hmac) hmac = hmac_new (secret, length);
  uint8_t digest[32];
  hmac_digest (hmac, message, strlen (message), digest);
  GString *hex = g_string_sized_new (16);
  for (size_t i = 0; i < 8; i++)
    g_string_append_printf (hex, "%02x", digest[i]);
  return g_string_free (hex, FALSE);
}

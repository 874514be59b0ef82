/* A cell through a type, as text that a test can compare: "5 -> 0000000000000005", "+44 -> no bigint". */
#ifndef WEIR_TESTS_UNIT_PIPELINE_PROBE_H
#define WEIR_TESTS_UNIT_PIPELINE_PROBE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pipeline/types/types.h"

#include <string.h>

typedef struct
{
  const char *cell;
  const char *expected; /* hexadecimal digits, blanks ignored; NULL: the cell is not of the type */
} Probe;

static inline char *
hex_of (const GByteArray *bytes)
{
  GString *hex = g_string_new (NULL);
  for (guint i = 0; i < bytes->len; i++)
    g_string_append_printf (hex, "%02x", bytes->data[i]);
  return g_string_free (hex, FALSE);
}

static inline char *
without_blanks (const char *text)
{
  GString *result = g_string_new (NULL);
  for (; *text != '\0'; text++)
    if (*text != ' ')
      g_string_append_c (result, *text);
  return g_string_free (result, FALSE);
}

/* In memory of just the room that it says it takes, so that the sanitizer sees who writes on. */
static inline GByteArray *
value_bytes (const Type *type, const Value *value, bool canonical)
{
  uint8_t *bytes = g_malloc (type_room (value));
  uint8_t *end = (canonical ? type->canonical : type->encode) (value, bytes);
  return g_byte_array_new_take (bytes, (gsize) (end - bytes));
}

/* Parsed from a copy without a NUL behind it, so that the sanitizer sees whoever reads on. NULL: it is not of the type. */
static inline char *
probe (TypeId id, const char *format, const char *cell, bool canonical)
{
  size_t length = strlen (cell);
  char *copy = length > 0 ? memcpy (g_malloc (length), cell, length) : g_malloc (1);
  Value value;
  char *hex = NULL;
  if (type_parse (&types[id], copy, length, format, &value))
    {
      g_autoptr (GByteArray) out = value_bytes (&types[id], &value, canonical);
      hex = hex_of (out);
    }
  g_free (copy);
  return hex;
}

/* The one text of the value; NULL: there is none. */
static inline char *
probe_text (TypeId id, const char *format, const char *cell)
{
  GString *out = g_string_new (NULL);
  Value value;
  bool written = types[id].write != NULL && type_parse (&types[id], cell, strlen (cell), format, &value);
  if (written)
    types[id].write (&value, out);
  return g_string_free (out, !written);
}

static inline void
check_probes (TypeId id, const char *format, bool canonical, const Probe *probes, size_t count)
{
  for (size_t i = 0; i < count; i++)
    {
      g_autofree char *hex = probe (id, format, probes[i].cell, canonical);
      g_autofree char *wanted = probes[i].expected != NULL ? without_blanks (probes[i].expected) : NULL;
      g_autofree char *actual = g_strdup_printf ("%s -> %s", probes[i].cell, hex != NULL ? hex : "not of the type");
      g_autofree char *expected = g_strdup_printf ("%s -> %s", probes[i].cell, wanted != NULL ? wanted : "not of the type");
      assert_string_equal (actual, expected);
    }
}

/* As many cells as there are, all of the type or none. */
static inline void
check_accepted (TypeId id, const char *format, bool accepted, const char *const *cells, size_t count)
{
  for (size_t i = 0; i < count; i++)
    {
      g_autofree char *hex = probe (id, format, cells[i], false);
      g_autofree char *actual = g_strdup_printf ("%s: %s", cells[i], hex != NULL ? "taken" : "not taken");
      g_autofree char *expected = g_strdup_printf ("%s: %s", cells[i], accepted ? "taken" : "not taken");
      assert_string_equal (actual, expected);
    }
}

#define CHECK_ENCODED(id, format, probes) check_probes (id, format, false, probes, G_N_ELEMENTS (probes))
#define CHECK_CANONICAL(id, format, probes) check_probes (id, format, true, probes, G_N_ELEMENTS (probes))
#define CHECK_TAKEN(id, format, cells) check_accepted (id, format, true, cells, G_N_ELEMENTS (cells))
#define CHECK_REFUSED(id, format, cells) check_accepted (id, format, false, cells, G_N_ELEMENTS (cells))

#endif

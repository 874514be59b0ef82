#include "connect/singer/scan_private.h"

#include <string.h>

#define MOST_DEPTH 512

static const char *const words[] = { "true", "false", "null", "NaN", "Infinity", "-Infinity" };

static const char *
skip_space (const char *at, const char *end)
{
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n'))
    at++;
  return at;
}

const char *
scan_skip_string (const char *at, const char *end)
{
  for (at++; at < end && *at != '"'; at++)
    {
      if ((unsigned char) *at < 0x20)
        return NULL;
      if (*at != '\\')
        continue;
      if (++at == end || strchr ("\"\\/bfnrtu", *at) == NULL || *at == '\0')
        return NULL;
      if (*at != 'u')
        continue;
      for (int i = 0; i < 4; i++)
        if (++at >= end || !g_ascii_isxdigit (*at))
          return NULL;
    }
  return at < end ? at + 1 : NULL;
}

static const char *
skip_digits (const char *at, const char *end)
{
  const char *start = at;
  while (at < end && g_ascii_isdigit (*at))
    at++;
  return at > start ? at : NULL;
}

static const char *
skip_number (const char *at, const char *end)
{
  at += at < end && *at == '-';
  const char *whole = at;
  at = skip_digits (at, end);
  if (at == NULL || (*whole == '0' && at - whole > 1))
    return NULL;
  if (at < end && *at == '.' && (at = skip_digits (at + 1, end)) == NULL)
    return NULL;
  if (at == end || (*at != 'e' && *at != 'E'))
    return at;
  at++;
  at += at < end && (*at == '+' || *at == '-');
  return skip_digits (at, end);
}

const char *
scan_skip_scalar (const char *at, const char *end)
{
  if (*at == '"')
    return scan_skip_string (at, end);
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    {
      size_t length = strlen (words[i]);
      if ((size_t) (end - at) >= length && memcmp (at, words[i], length) == 0)
        return at + length;
    }
  return skip_number (at, end);
}

/* The name of a member and its colon. */
static const char *
skip_name (const char *at, const char *end)
{
  at = skip_space (at, end);
  if (at == end || *at != '"' || (at = scan_skip_string (at, end)) == NULL)
    return NULL;
  at = skip_space (at, end);
  return at < end && *at == ':' ? at + 1 : NULL;
}

/* What is open around a value. */
typedef struct
{
  char closing[MOST_DEPTH];
  size_t depth;
} Open;

/* Begins an object or array that is not empty, *ret_inside; else passes over an empty one. */
static const char *
begin (Open *open, const char *at, const char *end, bool *ret_inside)
{
  char closing = *at == '{' ? '}' : ']';
  const char *next = skip_space (at + 1, end);
  *ret_inside = !(next < end && *next == closing);
  if (!*ret_inside)
    return next + 1;
  if (open->depth == MOST_DEPTH)
    return NULL;
  open->closing[open->depth++] = closing;
  return closing == '}' ? skip_name (next, end) : next;
}

/* Behind a value: what ends with it, up to where the next one begins. With a depth of 0: there is no more. */
static const char *
finish (Open *open, const char *at, const char *end)
{
  while (open->depth > 0)
    {
      at = skip_space (at, end);
      if (at == end)
        return NULL;
      char closing = open->closing[open->depth - 1];
      if (*at == ',')
        return closing == '}' ? skip_name (at + 1, end) : at + 1;
      if (*at != closing)
        return NULL;
      at++;
      open->depth--;
    }
  return at;
}

const char *
scan_value (const char *at, const char *end)
{
  Open open = { .depth = 0 };
  do
    {
      at = skip_space (at, end);
      if (at == end)
        return NULL;
      bool inside = false;
      at = *at == '{' || *at == '[' ? begin (&open, at, end, &inside) : scan_skip_scalar (at, end);
      if (at != NULL && !inside)
        at = finish (&open, at, end);
    }
  while (at != NULL && open.depth > 0);
  return at;
}

Slice
scan_whole (const char *text, size_t length)
{
  const char *end = text + length, *start = skip_space (text, end);
  const char *behind = scan_value (start, end);
  return behind != NULL && skip_space (behind, end) == end ? (Slice) { start, behind } : (Slice) { NULL, NULL };
}

Members
scan_members (Slice of)
{
  bool is_object = of.at != NULL && *of.at == '{', is_array = of.at != NULL && *of.at == '[';
  if (!is_object && !is_array)
    return (Members) { .is_bad = true };
  return (Members) { .at = of.at + 1, .end = of.end, .is_object = is_object };
}

bool
scan_next (Members *members)
{
  if (members->is_bad || members->at == NULL)
    return false;
  const char *at = skip_space (members->at, members->end), *end = members->end;
  members->is_bad = true; /* until it is known better */
  if (at == end)
    return false;
  if (*at == (members->is_object ? '}' : ']'))
    {
      members->at = NULL;
      members->end = at + 1;
      members->is_bad = false;
      return false;
    }
  if (members->has_begun && *at++ != ',')
    return false;
  at = skip_space (at, end);
  const char *name = at;
  if (members->is_object && (at == end || *at != '"' || (at = scan_skip_string (at, end)) == NULL))
    return false;
  members->name = (Slice) { name, at };
  if (members->is_object)
    {
      at = skip_space (at, end);
      if (at == end || *at++ != ':')
        return false;
    }
  at = skip_space (at, end);
  const char *behind = scan_value (at, end);
  if (behind == NULL)
    return false;
  members->value = (Slice) { at, behind };
  members->at = behind;
  members->has_begun = true;
  members->is_bad = false;
  return true;
}

bool
scan_is (Slice string, const char *text)
{
  size_t length = strlen (text);
  return string.at != NULL && (size_t) (string.end - string.at) == length + 2 && *string.at == '"'
         && memcmp (string.at + 1, text, length) == 0;
}

bool
scan_is_whole (const char *at, const char *behind)
{
  for (; at < behind; at++)
    if (!g_ascii_isdigit (*at) && *at != '-')
      return false;
  return true;
}

unsigned
scan_kind (Slice value)
{
  switch (*value.at)
    {
    case 'n':
      return KIND_NULL;
    case 't':
    case 'f':
      return KIND_BOOLEAN;
    case '"':
      return KIND_STRING;
    case '{':
      return KIND_OBJECT;
    case '[':
      return KIND_ARRAY;
    default:
      return scan_is_whole (value.at, value.end) ? KIND_INTEGER : KIND_NUMBER;
    }
}

#include "connect/slice_private.h"

#include "base/text.h"

#include <string.h>

typedef struct
{
  const char *begin, *at, *end;
  bool is_lenient;
  SliceProblem *problem;
} Check;

static bool
bad (const Check *check, const char *what)
{
  *check->problem =
      (SliceProblem) { .what = what, .offset = (size_t) (check->at - check->begin), .is_cut = check->at == check->end };
  return false;
}

static bool
check_escape (Check *check)
{
  if (check->at < check->end && *check->at != 'u')
    {
      if (*check->at == '\0' || strchr ("\"\\/bfnrt", *check->at) == NULL)
        return bad (check, "no escape of JSON");
      check->at++;
      return true;
    }
  for (int i = 0; i < 5; i++, check->at++)
    if (check->at == check->end || (i > 0 && !g_ascii_isxdigit (*check->at)))
      return bad (check, "an escape without its four digits");
  return true;
}

/* Behind bytes of a string that say themselves. */
static const char *
pass_plain (const char *at, const char *end)
{
  while (at < end && (unsigned char) *at >= 0x20 && *at != '"' && *at != '\\')
    at++;
  return at;
}

static bool
check_string (Check *check)
{
  if (check->at == check->end || *check->at != '"')
    return bad (check, "a string in double quotes is missing");
  for (check->at++;;)
    {
      check->at = pass_plain (check->at, check->end);
      if (check->at == check->end)
        return bad (check, "a string does not end");
      char c = *check->at;
      if (c != '"' && c != '\\')
        return bad (check, "a control character in a string");
      check->at++;
      if (c == '"')
        return true;
      if (!check_escape (check))
        return false;
    }
}

static bool
check_digits (Check *check)
{
  if (check->at == check->end || !g_ascii_isdigit (*check->at))
    return bad (check, "a digit is missing");
  while (check->at < check->end && g_ascii_isdigit (*check->at))
    check->at++;
  return true;
}

static bool
check_word (Check *check)
{
  static const char *const words[] = { "true", "false", "null", "NaN", "Infinity" };
  for (size_t i = 0; i < (check->is_lenient ? 5 : 3); i++)
    {
      size_t length = strlen (words[i]), there = MIN (length, (size_t) (check->end - check->at));
      if (there == 0 || memcmp (check->at, words[i], there) != 0)
        continue;
      check->at += there;
      return there == length || bad (check, "a word does not end");
    }
  return bad (check, "a value is missing");
}

static bool
check_number (Check *check)
{
  check->at += *check->at == '-';
  if (check->at < check->end && *check->at == 'I')
    return check_word (check);
  if (check->at < check->end && *check->at == '0')
    check->at++;
  else if (!check_digits (check))
    return false;
  if (check->at < check->end && *check->at == '.')
    {
      check->at++;
      if (!check_digits (check))
        return false;
    }
  if (check->at == check->end || (*check->at != 'e' && *check->at != 'E'))
    return true;
  check->at++;
  if (check->at < check->end && (*check->at == '+' || *check->at == '-'))
    check->at++;
  return check_digits (check);
}

static bool
check_scalar (Check *check)
{
  char c = check->at < check->end ? *check->at : '\0';
  return c == '"' ? check_string (check) : c == '-' || g_ascii_isdigit (c) ? check_number (check) : check_word (check);
}

/* The name of a member and its colon. */
static bool
check_name (Check *check)
{
  check->at = slice_pass_blanks (check->at, check->end);
  if (!check_string (check))
    return false;
  check->at = slice_pass_blanks (check->at, check->end);
  if (check->at == check->end || *check->at != ':')
    return bad (check, "a colon is missing");
  check->at++;
  return true;
}

/* Behind a value: what else closes, and the comma before the next one. *depth 0: all is over. */
static bool
check_behind (Check *check, const char *closers, int *depth)
{
  for (; *depth > 0; (*depth)--)
    {
      check->at = slice_pass_blanks (check->at, check->end);
      if (check->at < check->end && *check->at == ',')
        {
          check->at++;
          return closers[*depth - 1] == ']' || check_name (check);
        }
      if (check->at == check->end || *check->at != closers[*depth - 1])
        return bad (check, "a comma or a bracket is missing");
      check->at++;
    }
  return true;
}

/* One value; what is open is a stack of the brackets that will close it, so that deep nesting costs no stack of ours. */
static bool
check_value (Check *check)
{
  char closers[SLICE_DEPTH];
  int depth = 0;
  do
    {
      check->at = slice_pass_blanks (check->at, check->end);
      char c = check->at < check->end ? *check->at : '\0';
      if (c != '{' && c != '[')
        {
          if (!check_scalar (check) || !check_behind (check, closers, &depth))
            return false;
          continue;
        }
      if (depth == SLICE_DEPTH)
        return bad (check, "it is nested too deeply");
      closers[depth++] = c == '{' ? '}' : ']';
      check->at = slice_pass_blanks (check->at + 1, check->end);
      bool is_empty = check->at < check->end && *check->at == closers[depth - 1];
      if (is_empty ? !check_behind (check, closers, &depth) : c == '{' && !check_name (check))
        return false;
    }
  while (depth > 0);
  return true;
}

static bool
check_all (const char *bytes, size_t length, bool is_lenient, SliceProblem *ret_problem)
{
  size_t mark = text_mark (bytes, length), wrong;
  Check check = { .begin = bytes, .at = bytes + mark, .end = bytes + length, .is_lenient = is_lenient, .problem = ret_problem };
  if (!check_value (&check))
    return false;
  check.at = slice_pass_blanks (check.at, check.end);
  if (check.at != check.end)
    return bad (&check, "something follows the value");
  if (text_is_utf8 (bytes, length, &wrong))
    return true;
  *ret_problem = (SliceProblem) { .what = "no UTF-8", .offset = wrong };
  return false;
}

bool
slice_check (const char *bytes, size_t length, SliceProblem *ret_problem)
{
  return check_all (bytes, length, false, ret_problem);
}

Slice
slice_lenient (const char *bytes, size_t length)
{
  SliceProblem problem;
  return check_all (bytes, length, true, &problem) ? slice_of (bytes, length) : (Slice) { NULL };
}

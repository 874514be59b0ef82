/* What is said and done with the result of inference. */
#include "pipeline/types/infer.h"
#include "pipeline/types/null_word.h"

char *
infer_null_list (uint64_t words)
{
  GString *list = g_string_new ("[");
  for (; words != 0; words &= words - 1)
    {
      g_autofree char *escaped = g_strescape (null_word_text (__builtin_ctzll (words)), "\xe2\x80\x93\x94\xa6");
      g_string_append_printf (list, "%s\"%s\"", list->len > 1 ? ", " : "", escaped);
    }
  g_string_append_c (list, ']');
  return g_string_free (list, FALSE);
}

char *
infer_way (const InferResult *result, int way)
{
  const InferWay *is = &result->ways[way];
  if (is->type == NULL)
    return NULL;
  GString *text = g_string_new (NULL);
  g_string_append_printf (text, "\"type\": \"%s\"", is->type->name);
  if (is->format != NULL)
    g_string_append_printf (text, ", \"format\": \"%s%s%s\"", is->format, is->sign != NULL ? " " : "",
                            is->sign != NULL ? is->sign : "");
  if (result->nulls != 0 && is->type->id != TYPE_TEXT)
    {
      g_autofree char *list = infer_null_list (result->nulls);
      g_string_append_printf (text, ", \"null\": %s", list);
    }
  return g_string_free (text, FALSE);
}

bool
infer_is_comma (const char *format)
{
  return format != NULL && g_str_has_suffix (format, ",9");
}

bool
infer_may_group (const InferResult *result)
{
  const InferWay *other = &result->ways[1];
  return result->ambiguous && other->format != NULL && g_str_equal (other->format, "9,999.9");
}

void
infer_group (InferResult *result)
{
  result->type = result->ways[1].type;
  result->format = result->ways[1].format;
  result->ambiguous = false;
}

void
infer_doubt (InferResult *result)
{
  result->type = &types[TYPE_TEXT];
  result->format = NULL;
  result->ambiguous = true;
}

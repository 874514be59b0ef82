/* What the tests of models include: cmocka, and words for types that need no pipeline. */
#ifndef WEIR_TESTS_UNIT_MODELS_WORDS_H
#define WEIR_TESTS_UNIT_MODELS_WORDS_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include "base/error.h"
#include "models/model_load.h"

#include <stdio.h>
#include <string.h>

static inline bool
fake_format_fits (const char *type, const char *format)
{
  return g_str_equal (type, "date") && strstr (format, "YYYY") != NULL;
}

static inline const ModelWords *
fake_words (void)
{
  static const char *const types[] = { "bigint", "numeric", "date", "text", NULL };
  static const ModelWords words = { types, fake_format_fits };
  return &words;
}

/* A model from text that must be good. */
static inline Model *
good_model (const char *text)
{
  g_autoptr (GError) error = NULL;
  Model *model = model_parse (text, strlen (text), "models/test.json", fake_words (), &error);
  if (error != NULL)
    {
      g_autofree char *message = weir_error_format (error);
      fail_msg ("%s\n%s", text, message);
    }
  return model;
}

#endif

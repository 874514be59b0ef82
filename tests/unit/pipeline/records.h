/* Records and models for the pipeline's unit tests. */
#ifndef WEIR_TESTS_UNIT_PIPELINE_RECORDS_H
#define WEIR_TESTS_UNIT_PIPELINE_RECORDS_H

#include "models/catalog.h"
#include "pipeline/records/reader.h"
#include "pipeline/types/types.h"

#include <string.h>

#define RECORD_FIELDS 8

/* A record over text: fields separated by |, an empty one is NULL, "~" is a quoted empty one. */
typedef struct
{
  Record record;
  Field fields[RECORD_FIELDS];
} TestRecord;

static inline const Record *
test_record (TestRecord *made, int64_t line, const char *text)
{
  made->record = (Record) { .line = line, .fields = made->fields, .raw = text, .raw_length = strlen (text) };
  const char *at = text;
  for (;;)
    {
      size_t length = strcspn (at, "|");
      bool quoted_empty = length == 1 && *at == '~';
      made->fields[made->record.n_fields++] = (Field) { .text = at, .length = quoted_empty ? 0 : length, .null = length == 0 };
      if (at[length] == '\0')
        return &made->record;
      at += length + 1;
    }
}

static inline Model *
test_model (const char *table, const char *json)
{
  const ModelWords words = { types_words (), types_format_fits };
  g_autofree char *path = g_strdup_printf ("models/%s.json", table);
  GError *error = NULL;
  Model *model = model_parse (json, strlen (json), path, &words, &error);
  if (model == NULL)
    g_error ("%s: %s", path, error->message);
  return model;
}

/* A catalog that owns the models. */
static inline Catalog *
test_catalog (Model *first, Model *second)
{
  Catalog *catalog = g_new0 (Catalog, 1);
  catalog->models = g_ptr_array_new_with_free_func ((GDestroyNotify) model_free);
  catalog->broken = g_ptr_array_new ();
  g_ptr_array_add (catalog->models, first);
  if (second != NULL)
    g_ptr_array_add (catalog->models, second);
  return catalog;
}

#define USERS_JSON                                                                                                                 \
  "{\"table\":\"users\",\"kind\":\"dimension\",\"business_key\":[\"email\"],"                                                      \
  "\"id\":{\"column\":\"user_id\",\"hash\":\"md5\",\"normalize\":[\"trim\",\"lowercase\"]},"                                       \
  "\"columns\":{\"name\":{\"type\":\"text\",\"required\":true},"                                                                   \
  "\"date_of_birth\":{\"type\":\"date\",\"format\":\"DD/MM/YYYY\"}}}"

#define SALES_JSON                                                                                                                 \
  "{\"table\":\"sales\",\"kind\":\"fact\",\"references\":[{\"dimension\":\"users\",\"columns\":[\"email\"],"                       \
  "\"as\":\"user_id\",\"missing\":\"reject\"}],\"columns\":{\"amount\":{\"type\":\"numeric\"}}}"

#endif

/* models/TABLE.json to a Model. Every mistake of the file is reported at once, each with its JSON path and the nearest valid
 * word; the error is WEIR_ERROR_MODEL with one problem a line in its detail. */
#ifndef WEIR_MODELS_MODEL_LOAD_H
#define WEIR_MODELS_MODEL_LOAD_H

#include "models/model.h"

/* What models need to know of the types, which belong to the pipeline: given by the caller so that the arrow points down. */
typedef struct
{
  const char *const *types;                                   /* NULL-terminated type words */
  bool (*format_fits) (const char *type, const char *format); /* whether the type can be written in that format */
} ModelWords;

/* Reads "path"; "shown" is what messages and Model.path call it. A new model, or NULL. */
Model *model_load (const char *path, const char *shown, const ModelWords *words, GError **error);

/* The same from text, for tests and for proposals. */
Model *model_parse (const char *text, size_t length, const char *shown, const ModelWords *words, GError **error);

#endif

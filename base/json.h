/* JSON by jansson: the one header that includes it. json_t has g_autoptr here; "Json" is the local name for it.
 *
 *   g_autoptr (Json) root = weir_json_read (path, &error);
 */
#ifndef WEIR_BASE_JSON_H
#define WEIR_BASE_JSON_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

typedef json_t Json;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Json, json_decref)

/* Before the first use: where there is no memory the program ends, as GLib ends it. By itself jansson leaves a member out, and its
 * callers do not look: the ledger would get half an object, and the file would be refused for it. */
void weir_json_setup (void);

/* Parses a file of at most 1 MiB: UTF-8, no duplicate members. Errors: LOCAL where it cannot be read, MODEL where it is not
 * JSON; the message names file, line and column. A new reference. */
Json *weir_json_read (const char *path, GError **error);

/* Parses text; "name" is for the message. A new reference, NULL on error (MODEL). */
Json *weir_json_parse (const char *text, size_t length, const char *name, GError **error);

/* Compact text with members in insertion order, and reals with the fewest digits that are read back as the same. Owned by the caller (g_free). Never NULL. */
char *weir_json_text (const Json *json);

/* The same in ASCII alone. Owned by the caller (g_free). */
char *weir_json_ascii (const Json *json);

/* The same in one line as people write it, {"a": 1, "b": 2}. Owned by the caller (g_free). */
char *weir_json_line (const Json *json);

/* The same with an indent of two. Owned by the caller (g_free). */
char *weir_json_pretty (const Json *json);

/* A string that need not be UTF-8, as JSON: bad bytes become U+FFFD. NULL gives null. A new reference. */
Json *weir_json_string (const char *text);

/* A single value as PostgreSQL reads it, a number in the fewest digits that mean it. NULL: null, none, or no single value. Owned by the caller. */
char *weir_json_scalar (const Json *value);

/* The value of a parameter: a list as an array's text, in which null is NULL, "{a,NULL}"; else as weir_json_scalar. Owned by the caller. */
char *weir_json_param (const Json *value);

/* An error as every --json and every reply has it: {"code","message","detail","hint","line"}, null where there is none; all
 * of them without an error. A new reference. */
Json *weir_json_error (const GError *error);

#endif

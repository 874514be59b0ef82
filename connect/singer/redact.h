/* Redaction: what a tap says on its stderr is shown, but no value of its configuration is: in its place stands the name of its member,
 * "no such file <config.path>".
 *
 * Texts of eight bytes and more are hidden; of two, and numbers, where their name is that of a secret ("password", "pin", "api_key"); each also as JSON, as a part of a
 * URL, and line by line. */
#ifndef WEIR_CONNECT_SINGER_REDACT_H
#define WEIR_CONNECT_SINGER_REDACT_H

#include "base/json.h"

#include <glib.h>

typedef struct Redaction Redaction;

/* NULL: hides nothing. */
Redaction *redaction_new (const Json *config);
void redaction_free (Redaction *redaction);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Redaction, redaction_free)

/* The text without them, printable, at most "limit" bytes of it: cut when they are out, for of one across the cut the beginning would be left. Owned by the caller. */
char *redact (const Redaction *redaction, const char *text, size_t length, size_t limit);

#endif

/* What people may read of a text that somebody else wrote, who knows our secrets: they are hidden, in each form in which they may come back.
 *
 *   g_autoptr (Redaction) redaction = redaction_new ();
 *   redaction_add_all (redaction, config, "config", NULL);
 *   g_autofree char *safe = redact (redaction, text, length, 4000);       "no such file <config.path>"
 *
 * Texts of four bytes and more are hidden, for shorter ones are in any text by chance; of two, and numbers, where they are secrets by their names ("password",
 * "pin") and stand alone, not within a word. Each as it is, as JSON and as Python shows it, as a part of a URL, as base64, alone or within a longer text (from eight bytes on), line by line; and the password that is in a URL. Pure. */
#ifndef WEIR_BASE_REDACTION_H
#define WEIR_BASE_REDACTION_H

#include "base/json.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Redaction Redaction;

Redaction *redaction_new (void);
void redaction_free (Redaction *redaction);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Redaction, redaction_free)

/* text: NULL adds nothing. shown: what stands in its place; NULL: "...". */
void redaction_add (Redaction *redaction, const char *text, const char *shown, bool is_secret);

/* All texts of a value, at any depth, but for members that is_harmless (may be NULL) lets through. In their place stand their names behind "path":
 * "<config.path>"; NULL: "...". */
void redaction_add_all (Redaction *redaction, const Json *value, const char *path,
                        bool (*is_harmless) (const char *name, const Json *value));

/* The same of those members alone that are called as secrets are, in what is else the names of things, which people have to read. */
void redaction_add_named (Redaction *redaction, const Json *value, bool (*is_harmless) (const char *name, const Json *value));

/* The text without them, printable, at most "limit" bytes of it: cut when they are out, or the beginning of one across the cut would be left.
 * redaction: NULL hides nothing. Owned by the caller. */
char *redact (const Redaction *redaction, const char *text, size_t length, size_t limit);

#endif

/* What a program wrote, of which so much is kept that the ledger can have it: the beginning, and the end, where errors are. */
#ifndef WEIR_SRC_WORDS_KEPT_OUTPUT_H
#define WEIR_SRC_WORDS_KEPT_OUTPUT_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

enum
{
  KEPT_BEGINNING = 16384, /* bytes */
  KEPT_END = 49152,
};

typedef struct KeptOutput KeptOutput;

KeptOutput *kept_output_new (void);
void kept_output_free (KeptOutput *kept);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeptOutput, kept_output_free)

void kept_output_add (KeptOutput *kept, const char *bytes, size_t length);

/* All that there was, in bytes. */
int64_t kept_output_total (const KeptOutput *kept);

/* What is kept, and between its parts a line that says how much is left out, as hexadecimal digits: it may have any byte. Owned by the
 * caller. */
char *kept_output_hex (const KeptOutput *kept);

#endif

/* Why a tap or a target ended: its exit code says only that it did not go well, its last words are read for the class of the error. Pure. */
#ifndef WEIR_CONNECT_SINGER_VERDICT_H
#define WEIR_CONNECT_SINGER_VERDICT_H

#include <glib.h>
#include <stdbool.h>

/* status: of waitpid; words: its last lines on stderr. True: it ended well. */
bool verdict_of (const char *program, int status, const char *words, GError **error);

#endif

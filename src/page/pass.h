/* Who may approve and reject: whoever can read the token of the home, .weir/page_token. It never leaves the home. What a browser gets is made with
 * it and holds for a while: a code of a URL (`weir page token`), which becomes a cookie, with which each form is sealed. */
#ifndef WEIR_SRC_PAGE_PASS_H
#define WEIR_SRC_PAGE_PASS_H

#include "src/settings/settings.h"

#define PASS_CODE_SECONDS (10 * 60)
#define PASS_SESSION_SECONDS (8 * 60 * 60)

/* The home's token, made where there is none. Owned by the caller; NULL on error (LOCAL; MODEL where others can read it). */
char *pass_read_token (const Settings *settings, GError **error);

/* What a file has that only its owner reads: 16 characters or more, without the line's end. Owned by the caller; errors as above. */
char *pass_read_file (const char *path, GError **error);

/* A text that says until when (seconds since 1970) it holds, and that whoever made it has the token. purpose: "code", "session",
 * "approve <run> <session>". Owned by the caller. */
char *pass_make (const char *token, const char *purpose, gint64 until);

/* Whether it is one, for this purpose, and holds still. pass may be NULL: it is none. */
bool pass_holds (const char *token, const char *purpose, const char *pass, gint64 now);

/* Compares all bytes, whatever they are. NULL equals nothing. */
bool pass_equal (const char *one, const char *other);

#endif
